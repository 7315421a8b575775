"""Settings of the scheduler."""

from pydantic import Field

from common.settings import CommonSettings
from scheduler.admission import IN_FLIGHT


class Settings(CommonSettings):
    """What every service needs, and how often and how long runs are looked at."""

    tick_seconds: float = Field(default=1.0, gt=0, description="Seconds between two looks at the clock and the runs")
    in_flight: int = Field(default=IN_FLIGHT, ge=1, description="Runs of a pool that are with its workers at the most")
    stuck_seconds: float = Field(
        default=600, gt=0, description="Seconds without a heartbeat after which a run is taken from its worker"
    )
    lost_seconds: float = Field(
        default=3600, gt=0, description="Seconds after which a run that no worker has, nor any queue, is given up"
    )
