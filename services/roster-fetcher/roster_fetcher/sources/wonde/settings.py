"""The settings and the secret of a Wonde source."""

from pydantic import Field, SecretStr

from roster_fetcher.sources.checked_settings import ServerSettings, WebAddress


class WondeSettings(ServerSettings):
    """What a connection needs; the README says what each does."""

    base_url: WebAddress = "https://api.wonde.com/v1.0"
    families: bool = False
    staff: bool = False
    page_size: int = Field(default=200, ge=1, le=1000)
    token: SecretStr = Field(min_length=1)
