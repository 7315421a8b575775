"""The settings and secrets of a ClassLink source: one model for each of its two ways in."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, SecretStr

from roster_fetcher.sources.checked_settings import WebAddress, checked
from roster_fetcher.sources.oneroster.settings import ReadingSettings, Version
from roster_fetcher.sources.oneroster.signatures import SignatureMethod
from roster_fetcher.sources.protocol import Opening

PATHS = {"1.1": "/ims/oneroster/v1p1", "1.2": "/ims/oneroster/rostering/v1p2"}
"""Where a Roster Server has each version's collections, below its endpoint_url."""
PROXY = "https://oneroster-proxy.classlink.io"


def _as_shown(application_id: str) -> str:
    if "%25" in application_id:
        raise ValueError("was percent-encoded twice; set it just as the console shows it (it ends in %3D)")
    if not application_id or any(character in application_id for character in "/?# "):
        raise ValueError("must be the oneroster_application_id, just as the console shows it")
    return application_id


class Direct(ReadingSettings):
    """The district's own Roster Server, by signed requests."""

    mode: Literal["direct"]
    version: Version = "1.1"
    endpoint_url: WebAddress
    signature_method: SignatureMethod = "HMAC-SHA256"
    client_id: SecretStr = Field(min_length=1)
    client_secret: SecretStr = Field(min_length=1)

    @property
    def service_url(self) -> str:
        """Where the collections are."""
        path = PATHS[self.version]
        return f"{self.endpoint_url.removesuffix(path)}{path}"


class Proxied(ReadingSettings):
    """ClassLink's proxy, by the partner's token. `application_id` is percent-encoded as it is."""

    mode: Literal["proxy"]
    version: Version = "1.1"
    base_url: WebAddress = PROXY
    application_id: Annotated[str, AfterValidator(_as_shown)]
    token: SecretStr = Field(min_length=1)

    @property
    def service_url(self) -> str:
        """Where the collections are."""
        return f"{self.base_url}/{self.application_id}{PATHS[self.version]}"


class Mode(BaseModel):
    """Which of the two it is."""

    mode: Literal["direct", "proxy"]


def settings_of(opening: Opening) -> Direct | Proxied:
    """The settings and secrets of the mode that is set. Raises `SourceTrouble`."""
    if checked(Mode, opening).mode == "direct":
        return checked(Direct, opening)
    return checked(Proxied, opening)
