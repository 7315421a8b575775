"""The columns of OneRoster's CSV files, read by name, and rows made of them in the shape of `oneroster/wire.py`.

After the OneRoster CSV binding, 1.1 and 1.2. Column order and case are ignored, since real files ignore them too.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import NamedTuple

from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.protocol import SourceTrouble


class RoleRow(wire.Known, gc=False, rename="camel"):
    """A row of roles.csv (1.2): what a user is at one organisation."""

    user_sourced_id: wire.Text = None
    role: wire.Text = None
    role_type: wire.Text = None
    org_sourced_id: wire.Text = None


class Columns(NamedTuple):
    """The columns of a file that are read: the first so many fields of its row, by their names on the wire."""

    row: type[wire.Known]
    last: str
    required: tuple[str, ...]


FILES: dict[str, Columns] = {
    "orgs": Columns(wire.Org, "parentSourcedId", ("sourcedId", "name", "type")),
    "academicSessions": Columns(wire.Session, "parentSourcedId", ("sourcedId", "title", "startDate", "endDate")),
    "courses": Columns(wire.Course, "subjects", ("sourcedId", "title")),
    "classes": Columns(wire.Class, "termSourcedIds", ("sourcedId", "title", "schoolSourcedId")),
    "enrollments": Columns(wire.Enrollment, "endDate", ("sourcedId", "classSourcedId", "userSourcedId", "role")),
    "roles": Columns(RoleRow, "orgSourcedId", ("userSourcedId", "role", "orgSourcedId")),
    "users": Columns(wire.User, "agentSourcedIds", ("sourcedId", "givenName", "familyName")),
}
"""`last` is the last of these fields: those behind it come only in JSON."""
REQUIRED_11 = {"users": ("role", "orgSourcedIds")}
"""Columns that only 1.1 has; 1.2 has roles.csv in their place."""

MakeRow = Callable[[list[str]], wire.Row]


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
    names = columns.row.__struct_encode_fields__
    wanted = [name.casefold() for name in names[: names.index(columns.last) + 1]]
    return _maker(columns.row, [places.get(column, len(header)) for column in wanted], len(header))


def _maker(kind: type[wire.Known], places: Sequence[int], width: int) -> MakeRow:
    """Fields are taken by place; a column that the file lacks is found behind its last one, and blank."""
    pick = itemgetter(*places)

    def make(cells: list[str]) -> wire.Row:
        if len(cells) != width:
            return wire.Malformed(f"{len(cells)} fields where the header has {width}")
        cells.append("")
        return kind(*pick(cells))

    return make
