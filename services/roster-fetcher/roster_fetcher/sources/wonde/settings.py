"""The settings and the secret of a Wonde source."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from roster_fetcher.sources.oneroster.settings import WebAddress


class WondeSettings(BaseModel):
    """What a connection needs; the README says what each does.

    `changes_only` and `full_every_days` are the pipeline's.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    base_url: WebAddress = "https://api.wonde.com/v1.0"
    families: bool = False
    staff: bool = False
    page_size: int = Field(default=200, ge=1, le=1000)
    changes_only: bool = True
    full_every_days: int = Field(default=7, ge=1)
    token: SecretStr = Field(min_length=1)
