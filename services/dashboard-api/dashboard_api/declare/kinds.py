"""The kinds of source by name, and which of their keys are secrets."""

from typing import Any

from pydantic import SecretStr

from dashboard_api.declare.sources import (
    ClassLinkProxy,
    ClassLinkServer,
    CleverSource,
    OneRosterCsvSource,
    OneRosterSource,
    WondeSource,
)
from dashboard_api.declare.values import Declared

KINDS: dict[str, tuple[type[Declared], ...]] = {
    "oneroster": (OneRosterSource,),
    "clever": (CleverSource,),
    "classlink": (ClassLinkServer, ClassLinkProxy),
    "wonde": (WondeSource,),
    "oneroster-csv": (OneRosterCsvSource,),
}
"""Each kind's models: several where a further key decides which keys there are (`MODES`)."""
MODES: dict[str, type[Declared]] = {"direct": ClassLinkServer, "proxy": ClassLinkProxy}
SECRETS = ("client_id", "client_secret", "token", "password", "private_key")


def split(source: Declared) -> tuple[dict[str, Any], dict[str, str]]:
    """What a source was given: its settings, and its secrets apart. Defaults are left to roster-fetcher."""
    given = {name: getattr(source, name) for name in source.model_fields_set}
    secrets = {name: value.get_secret_value() for name, value in given.items() if isinstance(value, SecretStr)}
    settings = source.model_dump(mode="json", exclude={"kind", *secrets}, exclude_unset=True, exclude_none=True)
    return settings, secrets
