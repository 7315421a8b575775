"""The settings and secrets of a OneRoster REST source."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

SCOPES = {
    "1.1": "https://purl.imsglobal.org/spec/or/v1p1/scope/roster.readonly",
    "1.2": "https://purl.imsglobal.org/spec/or/v1p2/scope/roster.readonly",
}
"""The standard's scope for everything but demographics."""


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be a web address that begins with https:// or http://")
    return value.rstrip("/")


WebAddress = Annotated[str, AfterValidator(_web_address)]


class OneRosterSettings(BaseModel):
    """What a connection needs. The token's address cannot be derived from the service's (1EdTech leaves it open)."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    version: Annotated[Literal["1.1", "1.2"], BeforeValidator(str)]
    base_url: WebAddress
    token_url: WebAddress
    scope: str = ""
    page_size: int = Field(default=1000, ge=1, le=50_000)
    client_id: SecretStr = Field(min_length=1)
    client_secret: SecretStr = Field(min_length=1)

    @property
    def scopes(self) -> str:
        """The scopes to ask for: those set, or the standard's."""
        return self.scope or SCOPES[self.version]
