"""The columns of OneRoster's CSV files, read by name, and rows made of them in the shape of `oneroster/wire.py`.

After the OneRoster CSV binding, 1.1 and 1.2. Column order and case are ignored, since real files ignore them too.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct

from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.protocol import SourceTrouble


class RoleRow(wire.Known, gc=False, kw_only=True):
    """A row of roles.csv (1.2): what a user is at one organisation."""

    user_key: wire.Text = None
    role: wire.Text = None
    role_type: wire.Text = None
    org_key: wire.Text = None


class Columns(Struct, frozen=True):
    """The columns of a file that are read: our field → its column's name. `required` are those it cannot do without."""

    row: type[wire.Known]
    fields: dict[str, str]
    required: tuple[str, ...]


_LEAD = {"sourced_id": "sourcedId", "status": "status"}

FILES: dict[str, Columns] = {
    "orgs": Columns(
        wire.Org,
        _LEAD | {"name": "name", "type": "type", "identifier": "identifier", "parent_sourced_id": "parentSourcedId"},
        ("sourcedId", "name", "type"),
    ),
    "academicSessions": Columns(
        wire.Session,
        _LEAD
        | {
            "title": "title",
            "type": "type",
            "start_date": "startDate",
            "end_date": "endDate",
            "parent_sourced_id": "parentSourcedId",
        },
        ("sourcedId", "title", "startDate", "endDate"),
    ),
    "courses": Columns(
        wire.Course,
        _LEAD | {"title": "title", "course_code": "courseCode", "grades": "grades", "subjects": "subjects"},
        ("sourcedId", "title"),
    ),
    "classes": Columns(
        wire.Class,
        _LEAD
        | {
            "title": "title",
            "class_code": "classCode",
            "grades": "grades",
            "subjects": "subjects",
            "course_sourced_id": "courseSourcedId",
            "school_sourced_id": "schoolSourcedId",
            "term_sourced_ids": "termSourcedIds",
        },
        ("sourcedId", "title", "schoolSourcedId"),
    ),
    "enrollments": Columns(
        wire.Enrollment,
        _LEAD
        | {
            "class_sourced_id": "classSourcedId",
            "school_sourced_id": "schoolSourcedId",
            "user_sourced_id": "userSourcedId",
            "role": "role",
            "primary": "primary",
            "begin_date": "beginDate",
            "end_date": "endDate",
        },
        ("sourcedId", "classSourcedId", "userSourcedId", "role"),
    ),
    "roles": Columns(
        RoleRow,
        _LEAD | {"user_key": "userSourcedId", "role": "role", "role_type": "roleType", "org_key": "orgSourcedId"},
        ("userSourcedId", "role", "orgSourcedId"),
    ),
    "users": Columns(
        wire.User,
        _LEAD
        | {
            "enabled_user": "enabledUser",
            "given_name": "givenName",
            "family_name": "familyName",
            "email": "email",
            "username": "username",
            "identifier": "identifier",
            "grades": "grades",
            "role": "role",
            "org_sourced_ids": "orgSourcedIds",
        },
        ("sourcedId", "givenName", "familyName"),
    ),
}
REQUIRED_11 = {"users": ("role", "orgSourcedIds")}
"""Columns that only 1.1 has; 1.2 has roles.csv in their place."""

MakeRow = Callable[[Sequence[str]], wire.Row]


def row_maker(name: str, header: Sequence[str], version: str) -> MakeRow:
    """What makes rows of a file with this header (case-folded).

    Raises `SourceTrouble` CSV_HEADER_INVALID that names the column which is missing or misspelt.
    """
    columns = FILES[name]
    required = columns.required + (REQUIRED_11.get(name, ()) if version == "1.1" else ())
    for column in required:
        if column.casefold() not in header:
            message = f"The header of {name}.csv has no column {column}. Add it, or correct its spelling."
            raise SourceTrouble("CSV_HEADER_INVALID", message)
    places = {column: place for place, column in enumerate(header)}
    wanted = [
        (field, places[column.casefold()]) for field, column in columns.fields.items() if column.casefold() in places
    ]
    return _maker(columns.row, wanted, len(header))


def _maker(kind: type[wire.Known], wanted: Sequence[tuple[str, int]], width: int) -> MakeRow:
    def make(cells: Sequence[str]) -> wire.Row:
        if len(cells) != width:
            return wire.Malformed(f"{len(cells)} fields where the header has {width}")
        return kind(**{field: cells[place] for field, place in wanted})

    return make
