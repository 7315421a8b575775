"""Records as the JSON of servers that keep CSV rows: texts by the names of 1.1's columns, ids for references."""

from collections.abc import Callable, Mapping
from typing import Any

from simulators.generate import User
from simulators.generate import csv_columns as columns
from simulators.generate.roles import older_role, org_ids

Get = Callable[[Any, Any], Any]

NULL_IF_BLANK = {"begins", "ends", "birth_date", "sex"}


def _text(name: str) -> Get:
    return lambda record, shape: getattr(record, name) or ("" if name not in NULL_IF_BLANK else None)


def _several(name: str) -> Get:
    return lambda record, shape: ",".join(getattr(record, name))


def _modified(record: Any, shape: Any) -> str | None:
    return shape.moment(record.modified) or None


def _orgs(user: User, shape: Any) -> str:
    return ",".join(org_ids(user))


def _role(user: User, shape: Any) -> str:
    return older_role(user)


def _user_ids(user: User, shape: Any) -> str:
    return ",".join(f"{{{known.kind}:{known.value}}}" for known in user.user_ids)


def _enabled(user: User, shape: Any) -> Any:
    return shape.truth(user.enabled)


def _primary(record: Any, shape: Any) -> Any:
    return shape.primary(record.primary)


def _other(name: str) -> Get:
    return lambda record, shape: record.other.get(name)


def _plain(fields: Mapping[str, str]) -> dict[str, Get]:
    return {column: (_several if name in columns.SEVERAL else _text)(name) for column, name in fields.items()}


_LEAD = {**_plain(columns.LEAD), "dateLastModified": _modified}
_BY_HAND: dict[str, Get] = {"enabledUser": _enabled, "orgSourcedIds": _orgs, "role": _role, "userIds": _user_ids}
_USERS = _plain(columns.USERS) | _BY_HAND
FIELDS_FLAT: Mapping[str, Mapping[str, Get]] = {
    **{name: {**_LEAD, **_plain(fields)} for name, (_, fields) in columns.PLAIN_FILES.items()},
    "enrollments": {**_LEAD, **_plain(columns.ENROLLMENTS), "primary": _primary},
    "users": {**_LEAD, **{name: _USERS[name] for name in (*columns.USERS_HEAD_11, *columns.USERS_TAIL)}},
    "demographics": {
        **_LEAD,
        **_plain({"birthDate": "birth_date", "sex": "sex"}),
        **{name: _other(name) for name in columns.DEMOGRAPHICS_OTHER},
    },
}
"""For each collection its fields, and how a record gives them."""
