"""The page of a record: its values at the source beside those in Moodle, and each run that touched it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from common.language import listed, mark
from dashboard_api.language import _
from dashboard_api.words.fields import field_name, record_name
from dashboard_api.words.operations import Site, value_text
from dashboard_api.words.operations import field_name as moodle_field

Json = dict[str, Any]

PAIRS = {
    "user": {
        "given_name": "firstname",
        "family_name": "lastname",
        "email": "email",
        "username": "username",
    },
    "class": {"title": "fullname", "code": "shortname"},
    "school": {"name": "name"},
    "enrolment": {},
}
"""Fields of the source beside those of Moodle that are made of them, as most districts have it."""
LISTED = {"user": ("idnumber",), "class": ("idnumber", "startdate", "enddate"), "school": ("idnumber",)}
"""Fields that only Moodle has; others tell a person nothing."""
CHANGES = {
    "first_seen": ("+", mark("The source shares it for the first time.")),
    "back": ("+", mark("The source shares it again.")),
    "gone": ("−", mark("The source no longer shares it.")),
    "changed": ("~", mark("The source changed it.")),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A field: what the source has, and what Moodle has; None where it has no such field, or it is blank."""

    name: str
    source: str | None
    moodle: str | None


def facts(entity: str, body: Mapping[str, Any] | None, applied: Mapping[str, Any] | None, site: Site) -> list[Fact]:
    """Field by field, those that both have first."""
    body, applied, pairs = body or {}, applied or {}, PAIRS[entity]
    both = [
        Fact(field_name(ours), _text(body.get(ours)), value_text(theirs, applied.get(theirs), site))
        for ours, theirs in pairs.items()
        if ours in body or theirs in applied
    ]
    only_source = [
        Fact(field_name(field), record_name(value) if field == "role" else _text(value), None)
        for field, value in body.items()
        if field not in pairs
    ]
    only_moodle = [
        Fact(moodle_field(field), None, value_text(field, applied[field], site))
        for field in LISTED.get(entity, ())
        if field in applied
    ]
    return both + only_source + only_moodle


def kind_of(entity: str, bodies: Sequence[Mapping[str, Any] | None]) -> str:
    """Student, Class, School: what the record is, by its role where the source says one."""
    role = next((body["role"] for body in bodies if body and body.get("role")), "")
    return record_name(str(role) if entity == "user" and role else entity)


def source_change(source: Mapping[str, Any]) -> Json:
    """A change at the source: a sign, a sentence, and the fields from what to what."""
    sign, sentence = CHANGES[source["change"]]
    fields = [(field_name(one["field"]), _text(one["from"]), _text(one["to"])) for one in source["fields"]]
    return {"sign": sign, "sentence": _(sentence), "fields": fields}


def _text(value: object) -> str | None:
    match value:
        case None | "" | []:
            return None
        case bool():
            return _("yes") if value else _("no")
        case list():
            return listed(map(str, value))
    return str(value)
