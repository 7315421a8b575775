"""Settings of the scheduler."""

from pydantic import Field

from common.settings import CommonSettings


class Settings(CommonSettings):
    """What every service needs, and how often waiting runs are looked at."""

    tick_seconds: float = Field(default=1.0, gt=0, description="Seconds between two looks at the runs that wait")
