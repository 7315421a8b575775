"""What templates make of real rows, beside what the present policy makes of them. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from common.db import Row
from rules.classes import CourseRules
from rules.people import AccountRules
from rules.policy import Templates
from rules.records import class_fields, person_fields

Json = dict[str, Any]
Made = tuple[dict[str, str], str]
"""What templates make of a row: values by field, and the code of what had to be changed to make them fit."""
Taken = Mapping[str, Mapping[str, set[str]]]
"""Which keys have a value already: {field: {value: keys}}."""

UNIQUE_PERSON = ("username", "email", "idnumber")
UNIQUE_CLASS = ("shortname", "idnumber")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the rows are from: the source's id, the school's name and its key."""

    source: str
    school: str
    school_id: str


def try_people(rows: Sequence[Row], place: Place, now: Templates, new: Templates, taken: Taken) -> list[Json]:
    """An entry for each person; see `_entries`."""
    return _entries(rows, _accounts(place, now), _accounts(place, new), UNIQUE_PERSON, taken)


def try_classes(rows: Sequence[Row], place: Place, now: Templates, new: Templates, taken: Taken) -> list[Json]:
    """An entry for each class; see `_entries`."""
    return _entries(rows, _courses(place, now), _courses(place, new), UNIQUE_CLASS, taken)


def totals(entries: Iterable[Json]) -> Json:
    """How many there are, would change, are cut or cleaned, and would have what another one has."""
    entries = list(entries)
    return {
        "rows": len(entries),
        "changed": sum(entry["now"] != entry["new"] for entry in entries),
        "cut": sum(entry["warning"] == "VALUE_TRUNCATED" for entry in entries),
        "cleaned": sum(entry["warning"] == "INVALID_USERNAME" for entry in entries),
        "not_unique": sum(bool(entry["not_unique"]) for entry in entries),
    }


def troubled_first(entries: Sequence[Json], most: int) -> list[Json]:
    """Those that people should look at before the others, in their order otherwise."""
    return sorted(entries, key=lambda entry: not (entry["warning"] or entry["not_unique"]))[:most]


def _entries(
    rows: Sequence[Row],
    make_now: Callable[[Row], Made],
    make_new: Callable[[Row], Made],
    unique: Sequence[str],
    taken: Taken,
) -> list[Json]:
    """`{key, now, new, warning, not_unique}`; the last names the fields whose new value another record has too."""
    made = [(row["source_key"], make_now(row)[0], *make_new(row)) for row in rows]
    times = {field: Counter(_same(new[field]) for _, _, new, _ in made) for field in unique}

    def is_double(field: str, key: str, value: str) -> bool:
        others = taken.get(field, {}).get(_same(value), set()) - {key}
        return bool(value) and (times[field][_same(value)] > 1 or bool(others))

    return [
        {
            "key": key,
            "now": now,
            "new": new,
            "warning": warning,
            "not_unique": [field for field in unique if is_double(field, key, new[field])],
        }
        for key, now, new, warning in made
    ]


def _accounts(place: Place, templates: Templates) -> Callable[[Row], Made]:
    rules = AccountRules(templates)

    def make(row: Row) -> Made:
        account = rules.account(person_fields(row, **_about(place)))
        return {name: str(account.fields[name]) for name in UNIQUE_PERSON}, account.warning

    return make


def _courses(place: Place, templates: Templates) -> Callable[[Row], Made]:
    rules = CourseRules(templates)

    def make(row: Row) -> Made:
        fields = class_fields(row, **_about(place))
        course = rules.course(row["source_key"], fields, place.school_id, (0, 0))
        path = " / ".join(str(category.fields["name"]) for category in rules.categories(fields))
        made = {name: str(course.fields[name]) for name in ("fullname", "shortname", "idnumber")}
        return made | {"category": path}, course.warning

    return make


def _about(place: Place) -> dict[str, str]:
    return {"source": place.source, "school": place.school, "school_id": place.school_id}


def _same(value: str) -> str:
    """Moodle compares user names, addresses and short names without regard to case."""
    return value.casefold()
