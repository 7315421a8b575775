"""What a run does in Moodle, one thing each, in words: what it is about, from what to what, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date

from common.catalogue import entry_of
from common.language import mark, spoken
from dashboard_api.language import _
from dashboard_api.queries.operations import REMOVALS
from dashboard_api.words.standing import Badge

Json = dict[str, Any]

THINGS = {
    "category": mark("Category"),
    "course": mark("Course"),
    "user": mark("Account"),
    "enrolment": mark("Place in a course"),
    "group": mark("Group"),
    "group_member": mark("Place in a group"),
    "cohort": mark("Cohort"),
    "cohort_member": mark("Place in a cohort"),
    "administrator": mark("Administrator"),
    "guardian": mark("Guardian"),
}
DEEDS = {
    "create": mark("Create"),
    "link": mark("Link"),
    "update": mark("Update"),
    "reactivate": mark("Bring back"),
    "suspend": mark("Suspend"),
    "unenrol": mark("Un-enrol"),
    "hide": mark("Hide"),
    "add": mark("Add"),
    "remove": mark("Take away"),
}
STATES = {
    "planned": Badge(mark("Planned"), "clock", "calm"),
    "sent": Badge(mark("Sent"), "arrow", "live"),
    "done": Badge(mark("Done"), "tick", "ok"),
    "failed": Badge(mark("Failed"), "octagon", "bad"),
    "skipped": Badge(mark("Left out"), "skip", "warn"),
    "held": Badge(mark("Waits for a decision"), "pause", "warn"),
    "rejected": Badge(mark("Rejected"), "slash", "calm"),
    "cancelled": Badge(mark("Run stopped before"), "slash", "calm"),
}
FIELDS = {
    "firstname": mark("First name"),
    "lastname": mark("Family name"),
    "username": mark("User name"),
    "email": mark("E-mail"),
    "fullname": mark("Full name"),
    "shortname": mark("Short name"),
    "name": mark("Name"),
    "idnumber": mark("ID number"),
    "category_key": mark("Category"),
    "parent_key": mark("Category above"),
    "course_key": mark("Course"),
    "startdate": mark("First day"),
    "enddate": mark("First day after it"),
    "role_id": mark("Role"),
    "active": mark("Active"),
    "time_start": mark("From"),
    "time_end": mark("Until"),
}
"""Moodle's fields, in their order; others are called as they are."""
ROLES = {
    "student": mark("Student"),
    "teacher": mark("Teacher"),
    "administrator": mark("Administrator"),
    "guardian": mark("Guardian"),
}
STEPS = {
    "suspend": (mark("active"), mark("suspended")),
    "unenrol": (mark("in the course"), mark("out of it")),
    "hide": (mark("visible"), mark("hidden")),
    "remove": (mark("there"), mark("taken away")),
    "reactivate": (mark("suspended"), mark("active")),
}
"""What such a deed makes of the whole, from what to what."""
INNER = {"record_key"}
"""What tells a person nothing."""
DATES = ("startdate", "enddate", "time_start", "time_end")


@dataclass(frozen=True, slots=True)
class Site:
    """What values are read by: the ids that Moodle gives roles, by role, and the school's time zone."""

    roles: Mapping[str, int]
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Change:
    """A field, from what to what; None where there was or will be nothing."""

    field: str
    old: str | None
    new: str | None


def shown(operation: Json, site: Site) -> Json:
    """The operation with `thing, deed, removal, badge, why, title, within, changes, record` beside what it holds.

    `record` is the entity and key by which its life is told, None where there is none.
    """
    code = operation["code"] or operation["warning"]
    person = operation["user_name"] or operation["user_key"]
    what = operation["name"] or operation["source_key"]
    return {
        **operation,
        "thing": thing_name(operation["entity"]),
        "deed": deed_name(operation["kind"]),
        "removal": operation["kind"] in REMOVALS,
        "badge": STATES[operation["state"]].said(),
        "why": entry_of(code).words(spoken()).title if code else "",
        "title": person or what,
        "within": what if person else "",
        "changes": changes(operation, site),
        "record": record_of(operation["entity"], operation["source_key"], operation["user_key"]),
    }


def thing_name(entity: str) -> str:
    """What one operation is about: Account, Place in a course."""
    return _(THINGS[entity]) if entity in THINGS else entity


def deed_name(kind: str) -> str:
    """What is done: Create, Suspend."""
    return _(DEEDS[kind]) if kind in DEEDS else kind


def field_name(field: str) -> str:
    """First name, of `firstname`."""
    return _(FIELDS[field]) if field in FIELDS else field


def changes(operation: Mapping[str, Any], site: Site) -> list[Change]:
    """Field by field, what the operation makes of what Moodle has."""
    old, new, kind = operation["before"] or {}, operation["after"] or {}, operation["kind"]
    step = [Change(_("State"), *map(_, STEPS[kind]))] if kind in STEPS else []
    if kind in REMOVALS:
        return step
    inner = INNER | ({"active"} if step else set())
    changed = [name for name in new if name not in inner and old.get(name) != new[name]]
    found = [
        Change(field_name(name), value_text(name, old.get(name), site), value_text(name, new[name], site))
        for name in sorted(changed, key=_place)
    ]
    return step + [change for change in found if (change.old, change.new) != (None, None)]


def _place(field: str) -> tuple[int, str]:
    """Fields in the order of `FIELDS`, others after them."""
    order = list(FIELDS)
    return (order.index(field) if field in FIELDS else len(order), field)


def value_text(field: str, value: object, site: Site) -> str | None:
    """A value of Moodle's as people read it: roles by name, moments as days; None for nothing."""
    match value:
        case None | "":
            return None
        case bool():
            return _("yes") if value else _("no")
        case int() if field in DATES:
            day = datetime.fromtimestamp(value, UTC).astimezone(ZoneInfo(site.zone))
            return format_date(day, "d MMM y", locale=spoken()) if value else None
        case int() if field == "role_id":
            role = next((role for role, id_ in site.roles.items() if id_ == value), "")
            return _(ROLES[role]) if role in ROLES else role or str(value)
    return str(value)


def record_of(entity: str, key: str, user_key: str | None) -> tuple[str, str] | None:
    """The record whose life an operation belongs to.

    Keys of courses shared by classes, and of categories below a school's own, have a slash: they are no record.
    """
    if entity == "enrolment" and user_key and "/" not in key:
        return "enrolment", f"{key}/{user_key}"
    if user_key:
        return "user", user_key
    if "/" in key and entity != "user":
        return None
    record = {"user": "user", "course": "class", "group": "class", "category": "school"}.get(entity)
    return (record, key) if record else None


def record_address(entity: str, key: str, district_id: str, school_id: object = None) -> str:
    """The page on which a record's life is told."""
    query = {"district": district_id, **({"school": str(school_id)} if school_id else {})}
    return f"/records/{entity}/{quote(key, safe='/')}?{urlencode(query)}"
