"""The kinds of source that can be declared. Their fields and defaults are those of roster-fetcher's settings models.

Descriptions are marked and written to follow "It is", because a mistake's sentence quotes them (`mistakes.py`).
"""

import re
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from common.language import mark
from dashboard_api.declare.unfit import Unfit
from dashboard_api.declare.values import AbsolutePath, Declared, Name, Secret, WebAddress

PUBLIC_KEY = re.compile(r"[a-z][a-z0-9@.-]+ [A-Za-z0-9+/]+=*( .*)?")
Version = Literal["1.1", "1.2"]
OrgType = Literal["school", "department", "local", "district", "state", "national"]
SignatureMethod = Literal["HMAC-SHA256", "HMAC-SHA1"]

CLIENT_ID = mark("the id of the client at the source")
CLIENT_SECRET = mark("the secret of the client at the source")
VERSION = mark("the version of OneRoster that the service speaks: 1.1 or 1.2")


def _public_key(value: str) -> str:
    if not PUBLIC_KEY.fullmatch(value):
        raise Unfit(mark("{key} must be the server's public key in one line, such as ssh-ed25519 AAAA…."))
    return value


def _as_shown(value: str) -> str:
    if "%25" in value or any(character in value for character in "/?# "):
        raise Unfit(mark("{key} must be the oneroster_application_id, just as the console shows it (it ends in %3D)."))
    return value


def _given(source: Declared, names: Sequence[str]) -> list[str]:
    return [name for name in names if getattr(source, name) is not None]


def _named(*names: str) -> dict[str, str]:
    return {name: name for name in names}


class ReadsChanges(Declared):
    """A source that can tell what changed. `changes_only`: nightly and partial runs read no more than that.

    `requests_per_minute` bounds the requests of all runs together that use the same credentials.
    """

    requests_per_minute: int | None = Field(default=None, ge=1)
    changes_only: bool = True
    full_every_days: Annotated[int, Field(ge=1, le=90)] = 7


class ReadsCollections(ReadsChanges):
    """A source that speaks OneRoster. `school_types` are the types of organisations that may be schools."""

    page_size: Annotated[int, Field(ge=1, le=50_000)] = 1000
    parallel: Annotated[int, Field(ge=1, le=8)] = 1
    school_types: Annotated[tuple[OrgType, ...], Field(min_length=1)] = ("school",)


class OneRosterSource(ReadsCollections):
    """A OneRoster REST service: OAuth 2 client credentials, or requests signed by OAuth 1.0a."""

    kind: Literal["oneroster"]
    version: Version = Field(description=VERSION)
    base_url: WebAddress = Field(description=mark("the address that the service's end points begin with"))
    auth: Literal["oauth1", "oauth2"] = "oauth2"
    token_url: WebAddress | None = Field(default=None, validate_default=True)
    scope: str = ""
    signature_method: SignatureMethod = "HMAC-SHA256"
    client_id: Secret = Field(description=CLIENT_ID)
    client_secret: Secret = Field(description=CLIENT_SECRET)

    @field_validator("token_url")
    @classmethod
    def _given_for_tokens(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("auth") == "oauth2":
            raise Unfit(mark("{key} is missing. It is the address that gives out access tokens."))
        return value


class CleverSource(ReadsChanges):
    """A district at Clever: the app's id and secret, by which its token is found, or the token itself, or both."""

    kind: Literal["clever"]
    district_id: Name = Field(description=mark("the district's id at Clever"))
    base_url: WebAddress = "https://api.clever.com/v3.1"
    token_base_url: WebAddress = "https://clever.com"  # noqa: S105 - an address
    families: bool = False
    page_size: Annotated[int, Field(ge=1, le=10_000)] = 1000
    requests_per_minute: int | None = Field(default=1200, ge=1)
    client_id: Secret | None = None
    client_secret: Secret | None = None
    token: Secret | None = None

    @model_validator(mode="after")
    def _has_a_way_in(self) -> Self:
        if not self.token and not (self.client_id and self.client_secret):
            raise Unfit(
                mark("{key} needs {client_id} and {client_secret} of the app, or the district's {token}, or both."),
                _named("client_id", "client_secret", "token"),
            )
        return self


class ClassLinkServer(ReadsCollections):
    """A district's own Roster Server at ClassLink, by signed requests."""

    kind: Literal["classlink"]
    mode: Literal["direct"]
    version: Version = "1.1"
    endpoint_url: WebAddress = Field(
        description=mark("the address of the district's Roster Server, as the console shows it")
    )
    signature_method: SignatureMethod = "HMAC-SHA256"
    client_id: Secret = Field(description=CLIENT_ID)
    client_secret: Secret = Field(description=CLIENT_SECRET)


class ClassLinkProxy(ReadsCollections):
    """A district by ClassLink's OneRoster proxy, with the partner's token."""

    kind: Literal["classlink"]
    mode: Literal["proxy"]
    version: Version = "1.1"
    base_url: WebAddress = "https://oneroster-proxy.classlink.io"
    application_id: Annotated[Name, AfterValidator(_as_shown)] = Field(
        description=mark("the district's oneroster_application_id, just as the console shows it")
    )
    token: Secret = Field(description=mark("the partner's access token"))


class WondeSource(ReadsChanges):
    """Schools at Wonde that one key opens."""

    kind: Literal["wonde"]
    base_url: WebAddress = "https://api.wonde.com/v1.0"
    families: bool = False
    staff: bool = False
    page_size: Annotated[int, Field(ge=1, le=1000)] = 200
    token: Secret = Field(description=mark("the key that opens the schools"))


class SftpFolder(Declared):
    """A folder on an SFTP server. `host_key` is how the server is known."""

    host: Name = Field(description=mark("the name or address of the SFTP server"))
    port: Annotated[int, Field(ge=1, le=65_535)] = 22
    username: Name = Field(description=mark("the name to sign in with"))
    folder: Name = Field(description=mark("the folder on the server that packages are put into"))
    host_key: Annotated[str, AfterValidator(_public_key)] = Field(
        description=mark("the server's public key in one line, such as ssh-ed25519 AAAA…; ask whoever runs the server")
    )


class OneRosterCsvSource(Declared):
    """OneRoster CSV packages: one by its `path`, or all that are put into a `folder`, here or on an SFTP server."""

    kind: Literal["oneroster-csv"]
    path: AbsolutePath | None = None
    folder: AbsolutePath | None = None
    sftp: SftpFolder | None = None
    password: Secret | None = None
    private_key: Secret | None = None

    @model_validator(mode="after")
    def _is_in_one_place(self) -> Self:
        if len(_given(self, ("path", "folder", "sftp"))) != 1:
            raise Unfit(
                mark("{key} needs exactly one of {path}, {folder} and {sftp}."), _named("path", "folder", "sftp")
            )
        proofs = _given(self, ("password", "private_key"))
        if self.sftp and len(proofs) != 1:
            raise Unfit(
                mark("{key} needs exactly one of {password} and {private_key} to sign in by {sftp}."),
                _named("password", "private_key", "sftp"),
            )
        if proofs and not self.sftp:
            raise Unfit(
                mark("{key} has {proof}, which goes with {sftp} only; take it out."),
                {"proof": proofs[0], "sftp": "sftp"},
            )
        return self


ClassLinkSource = Annotated[ClassLinkServer | ClassLinkProxy, Field(discriminator="mode")]
Source = Annotated[
    OneRosterSource | CleverSource | ClassLinkSource | WondeSource | OneRosterCsvSource, Field(discriminator="kind")
]
