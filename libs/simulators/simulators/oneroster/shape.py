"""The JSON objects of OneRoster 1.1 and 1.2: for each collection its fields, and how a record gives them.

One table serves pages, `fields`, `filter` and `sort` alike. A field whose value is None is left out.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import msgspec

from simulators.generate import Enrolment, User
from simulators.generate.csv_columns import DEMOGRAPHICS_OTHER
from simulators.generate.roles import newer_role, older_role, org_ids
from simulators.oneroster.behaviour import Behaviour, Version
from simulators.oneroster.flat import FIELDS_FLAT

Get = Callable[[Any, "Shape"], Any]
Fields = Mapping[str, Get]

SINGULAR = {
    "orgs": "org",
    "academicSessions": "academicSession",
    "courses": "course",
    "classes": "class",
    "users": "user",
    "enrollments": "enrollment",
    "demographics": "demographics",
}
"""The name of one record: the key of a single answer, and the type of a reference."""


class Shape:
    """Turns records into one version's objects, with references below one address."""

    def __init__(self, version: Version, behaviour: Behaviour, base_url: str, district_ids: Iterable[str] = ()) -> None:
        self._tables = FIELDS_FLAT if behaviour.flat else FIELDS_11 if version == "1.1" else FIELDS_12
        self._behaviour = behaviour
        self._zone = timezone(timedelta(hours=behaviour.utc_offset))
        self.base_url = base_url
        self.district_ids = frozenset(district_ids)

    def fields(self, collection: str) -> Fields:
        """The fields of a collection's objects, in the standard's order."""
        return self._tables[collection]

    def encode(self, collection: str, record: Any, names: Iterable[str] | None = None) -> bytes:
        """Make a record's JSON, with all fields or the named ones."""
        fields = self.fields(collection)
        chosen = fields if names is None else {name: fields[name] for name in names}
        found = {name: get(record, self) for name, get in chosen.items()}
        if not self._behaviour.flat:
            found = {name: value for name, value in found.items() if value is not None}
        return msgspec.json.encode(found)

    def reference(self, collection: str, record_id: str) -> dict[str, str]:
        """Make a reference to a record."""
        href = f"{self.base_url}/{collection}/{_quoted(record_id)}"
        return {"href": href, "sourcedId": record_id, "type": SINGULAR[collection]}

    def moment(self, text: str) -> str:
        """Write a time as this server does."""
        if not text or not self._behaviour.utc_offset:
            return text
        return datetime.fromisoformat(text).astimezone(self._zone).isoformat(timespec="milliseconds")

    def truth(self, text: str) -> bool | str | None:
        """Write a boolean as this server does; None if it is not given."""
        if self._behaviour.native_booleans and text:
            return text.casefold() == "true"
        return text or None

    def primary(self, text: str) -> bool | str | None:
        """Write whether somebody is in charge of a class, if this server tells."""
        return None if self._behaviour.null_primary else self.truth(text)


@lru_cache(maxsize=200_000)
def _quoted(record_id: str) -> str:
    return quote(record_id, safe="")


def _text(name: str) -> Get:
    return lambda record, shape: getattr(record, name)


def _given(name: str) -> Get:
    return lambda record, shape: getattr(record, name) or None


def _enabled(user: User, shape: Shape) -> bool | str | None:
    return shape.truth(user.enabled)


def _primary(row: Enrolment, shape: Shape) -> bool | str | None:
    return shape.primary(row.primary)


def _modified(record: Any, shape: Shape) -> str | None:
    return shape.moment(record.modified) or None


def _ref(collection: str, name: str) -> Get:
    def get(record: Any, shape: Shape) -> Any:
        record_id = getattr(record, name)
        return shape.reference(collection, record_id) if record_id else None

    return get


def _refs(collection: str, name: str) -> Get:
    return lambda record, shape: [shape.reference(collection, one) for one in getattr(record, name)]


def _older_role(user: User, shape: Shape) -> str:
    return older_role(user)


def _orgs(user: User, shape: Shape) -> list[dict[str, str]]:
    return [shape.reference("orgs", org_id) for org_id in org_ids(user)]


def _roles(user: User, shape: Shape) -> list[dict[str, Any]]:
    return [
        {
            "roleType": role.kind,
            "role": newer_role(role.role, role.org_id, shape.district_ids),
            "org": shape.reference("orgs", role.org_id),
        }
        | ({"beginDate": role.begins} if role.begins else {})
        | ({"endDate": role.ends} if role.ends else {})
        for role in user.roles
    ]


def _user_ids(user: User, shape: Shape) -> list[dict[str, str]]:
    return [{"type": known.kind, "identifier": known.value} for known in user.user_ids]


def _other(name: str) -> Get:
    return lambda record, shape: record.other.get(name) or None


def _status(record: Any, shape: Shape) -> str:
    return record.status or "active"


_LEAD: Fields = {
    "sourcedId": _text("id"),
    "status": _status,
    "dateLastModified": _modified,
    "metadata": _given("metadata"),
}
_USER_NAMES: Fields = {
    "enabledUser": _enabled,
    "username": _text("username"),
    "userIds": _user_ids,
    "givenName": _text("given_name"),
    "familyName": _text("family_name"),
    "middleName": _text("middle_name"),
}
_USER_REST: Fields = {
    "identifier": _text("identifier"),
    "email": _text("email"),
    "sms": _text("sms"),
    "phone": _text("phone"),
    "agents": _refs("users", "agent_ids"),
    "grades": _text("grades"),
    "password": _text("password"),
}
_USER_12: Fields = {
    "userMasterIdentifier": _given("master_identifier"),
    "preferredFirstName": _given("preferred_given_name"),
    "preferredMiddleName": _given("preferred_middle_name"),
    "preferredLastName": _given("preferred_family_name"),
    "pronouns": _given("pronouns"),
    "roles": _roles,
    "primaryOrg": _ref("orgs", "primary_org_id"),
}

FIELDS_11: Mapping[str, Fields] = {
    "orgs": {
        **_LEAD,
        "name": _text("name"),
        "type": _text("kind"),
        "identifier": _text("identifier"),
        "parent": _ref("orgs", "parent_id"),
    },
    "academicSessions": {
        **_LEAD,
        "title": _text("title"),
        "type": _text("kind"),
        "startDate": _text("starts"),
        "endDate": _text("ends"),
        "parent": _ref("academicSessions", "parent_id"),
        "schoolYear": _text("school_year"),
    },
    "courses": {
        **_LEAD,
        "title": _text("title"),
        "schoolYear": _ref("academicSessions", "school_year_id"),
        "courseCode": _text("code"),
        "grades": _text("grades"),
        "subjects": _text("subjects"),
        "subjectCodes": _text("subject_codes"),
        "org": _ref("orgs", "org_id"),
    },
    "classes": {
        **_LEAD,
        "title": _text("title"),
        "classCode": _text("code"),
        "classType": _text("kind"),
        "location": _text("location"),
        "grades": _text("grades"),
        "subjects": _text("subjects"),
        "subjectCodes": _text("subject_codes"),
        "periods": _text("periods"),
        "course": _ref("courses", "course_id"),
        "school": _ref("orgs", "school_id"),
        "terms": _refs("academicSessions", "term_ids"),
    },
    "users": {**_LEAD, **_USER_NAMES, "role": _older_role, "orgs": _orgs, **_USER_REST},
    "enrollments": {
        **_LEAD,
        "user": _ref("users", "user_id"),
        "class": _ref("classes", "class_id"),
        "school": _ref("orgs", "school_id"),
        "role": _text("role"),
        "primary": _primary,
        "beginDate": _given("begins"),
        "endDate": _given("ends"),
    },
    "demographics": {
        **_LEAD,
        "birthDate": _given("birth_date"),
        "sex": _given("sex"),
        **{name: _other(name) for name in DEMOGRAPHICS_OTHER},
    },
}
FIELDS_12: Mapping[str, Fields] = {**FIELDS_11, "users": {**_LEAD, **_USER_NAMES, **_USER_12, **_USER_REST}}
