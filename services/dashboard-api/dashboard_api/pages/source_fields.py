"""The fields of each kind of source, as people fill them in; what they come to as a declaration has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticUndefined

from common.language import mark
from dashboard_api.declare.kinds import KINDS, MODES
from dashboard_api.declare.values import Declared
from dashboard_api.pages.forms import Field, Form

CLIENT = (
    Field("client_id", mark("Client id"), mark("As the source's console shows it."), "secret"),
    Field("client_secret", mark("Client secret"), mark("Kept sealed, and never shown again."), "secret"),
)
VERSION = Field("version", mark("Version of OneRoster"), "", "choice", choices={"1.2": "1.2", "1.1": "1.1"})
SIGNING = Field(
    "signature_method",
    mark("Signature"),
    mark("Of signed requests."),
    "choice",
    choices={"HMAC-SHA256": "HMAC-SHA256", "HMAC-SHA1": "HMAC-SHA1"},
)
PACE = (
    Field(
        "requests_per_minute",
        mark("Requests a minute"),
        mark("At the most, of all syncs together. Left empty: as many as the source takes."),
        "number",
        optional=True,
        least=1,
    ),
    Field("changes_only", mark("Read only what changed at night"), mark("Where the source can tell."), "flag"),
    Field(
        "full_every_days",
        mark("Days until everything is read again"),
        mark("Even where only changes are read."),
        "number",
        least=1,
        most=90,
    ),
    Field("page_size", mark("Records a page"), mark("Asked for at once."), "number", least=1, most=50_000),
)
PARALLEL = Field("parallel", mark("Requests at once"), mark("Of one school."), "number", least=1, most=8)
FAMILIES = Field("families", mark("Ask for families"), mark("Guardians and whose they are."), "flag")
PATH = mark("A path on the machine of roster-fetcher, from / on.")


@dataclass(frozen=True, slots=True)
class Variant:
    """A way in which sources are declared. `fixed` are the keys that say so; `further` are rarely changed."""

    name: str
    about: str
    fixed: Mapping[str, str]
    fields: tuple[Field, ...]
    further: tuple[Field, ...] = ()

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """All of them, in order."""
        return self.fields + self.further

    def model(self) -> type[Declared]:
        """What checks such a source."""
        return MODES.get(self.fixed.get("mode", ""), KINDS[self.fixed["kind"]][0])

    def usual(self) -> dict[str, Any]:
        """The values that fields have where nothing is declared."""
        fields = self.model().model_fields
        return {name: one.default for name, one in fields.items() if one.default is not PydanticUndefined}


def _sftp(part: str, label: str, hint: str = "", **more: Any) -> Field:
    return Field(f"sftp.{part}", label, hint, **more)


VARIANTS = {
    "oneroster": Variant(
        mark("OneRoster service"),
        mark("Any student information system that speaks OneRoster 1.1 or 1.2."),
        {"kind": "oneroster"},
        (
            VERSION,
            Field(
                "base_url",
                mark("Address"),
                mark(
                    "What the addresses of all its lists begin with, such as"
                    " https://sis.example/ims/oneroster/rostering/v1p2."
                ),
                "address",
            ),
            Field(
                "auth",
                mark("How requests prove who sends them"),
                "",
                "choice",
                choices={"oauth2": mark("An access token (OAuth 2)"), "oauth1": mark("Signed requests (OAuth 1.0a)")},
            ),
            Field("token_url", mark("Address that gives tokens"), mark("For OAuth 2."), "address", optional=True),
            *CLIENT,
        ),
        (
            Field("scope", mark("Scopes"), mark("Left empty: those of reading rosters."), optional=True),
            SIGNING,
            *PACE,
            PARALLEL,
        ),
    ),
    "clever": Variant(
        mark("Clever"),
        mark("A district that shares with your app at Clever."),
        {"kind": "clever"},
        (
            Field("district_id", mark("District at Clever"), mark("Its id there.")),
            Field("client_id", CLIENT[0].label, CLIENT[0].hint, "secret", optional=True),
            Field("client_secret", CLIENT[1].label, CLIENT[1].hint, "secret", optional=True),
            Field("token", mark("District token"), mark("In place of client id and secret."), "secret", optional=True),
            FAMILIES,
        ),
        PACE,
    ),
    "classlink": Variant(
        mark("ClassLink Roster Server"),
        mark("The district's own Roster Server."),
        {"kind": "classlink", "mode": "direct"},
        (Field("endpoint_url", mark("Address"), mark("As the console shows it."), "address"), VERSION, *CLIENT),
        (SIGNING, *PACE, PARALLEL),
    ),
    "classlink-proxy": Variant(
        mark("ClassLink proxy"),
        mark("A district that shares with a ClassLink partner's application."),
        {"kind": "classlink", "mode": "proxy"},
        (
            Field("application_id", mark("Application id"), mark("oneroster_application_id, just as shown.")),
            VERSION,
            Field("token", mark("Partner's token"), CLIENT[1].hint, "secret"),
        ),
        (*PACE, PARALLEL),
    ),
    "wonde": Variant(
        mark("Wonde"),
        mark("Schools that approved your application at Wonde."),
        {"kind": "wonde"},
        (
            Field("token", mark("Access token"), mark("Of the school or group. Never shown again."), "secret"),
            FAMILIES,
            Field("staff", mark("Ask for other staff"), mark("Who teach no class."), "flag"),
        ),
        PACE,
    ),
    "csv-folder": Variant(
        mark("OneRoster CSV in a folder"),
        mark("Packages that are put into a folder."),
        {"kind": "oneroster-csv"},
        (Field("folder", mark("Folder"), PATH),),
    ),
    "csv-path": Variant(
        mark("One OneRoster CSV package"),
        mark("A package that stands at one place and is replaced there."),
        {"kind": "oneroster-csv"},
        (Field("path", mark("Package"), PATH),),
    ),
    "csv-sftp": Variant(
        mark("OneRoster CSV by SFTP"),
        mark("Packages in a folder of an SFTP server."),
        {"kind": "oneroster-csv"},
        (
            _sftp("host", mark("Server"), mark("Its name or address.")),
            _sftp("port", mark("Port"), kind="number", least=1, most=65_535),
            _sftp("username", mark("User name")),
            _sftp("folder", mark("Folder"), mark("On the server.")),
            _sftp("host_key", mark("Server's public key"), mark("One line, such as ssh-ed25519 AAAA…")),
            Field("password", mark("Password"), mark("Or a private key."), "secret", optional=True),
            Field("private_key", mark("Private key"), mark("Or a password."), "secret", optional=True),
        ),
    ),
}
"""By name; several may be of one kind."""


def variant_of(kind: str, settings: Mapping[str, Any]) -> str:
    """The name of the variant that a declared source is of."""
    if kind == "classlink":
        return "classlink-proxy" if settings.get("mode") == "proxy" else "classlink"
    if kind == "oneroster-csv":
        return next((f"csv-{part}" for part in ("sftp", "path") if settings.get(part)), "csv-folder")
    return kind


def shown(variant: Variant, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the variant's fields, secrets apart."""
    values = {"sftp.port": 22, **variant.usual(), **settings}
    return values | {f"sftp.{key}": value for key, value in (settings.get("sftp") or {}).items()}


def body(variant: Variant, form: Form, *, given_only: bool) -> dict[str, Any]:
    """The source as a declaration has it. `given_only`: without what is empty; else null takes a key out.

    A secret that was not typed is left out either way.
    """
    found: dict[str, Any] = dict(variant.fixed)
    for one in form.fields:
        value = _value(form, one)
        if value in (None, "") and (given_only or one.kind == "secret"):
            continue
        _put(found, one.name.split("."), None if value == "" else value)
    return found


def changes(fields: Sequence[Field]) -> tuple[Field, ...]:
    """The fields of a source that is declared: what opens it may be left empty, and stays."""
    return tuple(_optional(one) if one.kind == "secret" else one for one in fields)


def _optional(one: Field) -> Field:
    hint = mark("Left empty: it stays as it is.")
    return Field(one.name, one.label, hint, one.kind, optional=True)


def _value(form: Form, one: Field) -> Any:
    if one.kind == "flag":
        return form.flag(one.name)
    return form.number(one.name) if one.kind == "number" else form.text(one.name)


def _put(into: dict[str, Any], way: Sequence[str], value: Any) -> None:
    for key in way[:-1]:
        into = into.setdefault(key, {})
    into[way[-1]] = value
