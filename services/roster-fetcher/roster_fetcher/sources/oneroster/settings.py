"""The settings and secrets of a OneRoster REST source."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationInfo, field_validator

from roster_fetcher.sources.checked_settings import ServerSettings, WebAddress
from roster_fetcher.sources.oneroster.schools import SCHOOL
from roster_fetcher.sources.oneroster.signatures import SignatureMethod

SCOPES = {
    "1.1": "https://purl.imsglobal.org/spec/or/v1p1/scope/roster.readonly",
    "1.2": "https://purl.imsglobal.org/spec/or/v1p2/scope/roster.readonly",
}
"""The standard's scope for everything but demographics."""


Version = Annotated[Literal["1.1", "1.2"], BeforeValidator(str)]
OrgType = Literal["school", "department", "local", "district", "state", "national"]


class ReadingSettings(ServerSettings):
    """How collections are read, whoever lets us in."""

    page_size: int = Field(default=1000, ge=1, le=50_000)
    parallel: int = Field(default=1, ge=1, le=8)
    school_types: tuple[OrgType, ...] = (SCHOOL,)


class OneRosterSettings(ReadingSettings):
    """What a connection needs. The token's address cannot be derived from the service's (1EdTech leaves it open)."""

    version: Version
    base_url: WebAddress
    auth: Literal["oauth1", "oauth2"] = "oauth2"
    token_url: WebAddress | Literal[""] = Field(default="", validate_default=True)
    scope: str = ""
    signature_method: SignatureMethod = "HMAC-SHA256"
    client_id: SecretStr = Field(min_length=1)
    client_secret: SecretStr = Field(min_length=1)

    @field_validator("token_url", mode="before")
    @classmethod
    def _given_for_tokens(cls, value: object, info: ValidationInfo) -> object:
        if not value and info.data.get("auth") == "oauth2":
            raise ValueError("is missing: tokens of auth oauth2 are given out there")
        return value

    @property
    def scopes(self) -> str:
        """The scopes to ask for: those set, or the standard's."""
        return self.scope or SCOPES[self.version]
