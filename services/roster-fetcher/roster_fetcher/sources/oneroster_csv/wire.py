"""The columns of OneRoster's CSV files, read by name, and rows made of them in the shape of `oneroster/wire.py`.

After the OneRoster CSV binding, 1.1 and 1.2. Column order and case are ignored, since real files ignore them too.
"""

from collections.abc import Callable, Sequence
from difflib import get_close_matches
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


class ProfileRow(wire.Known, gc=False, rename="camel"):
    """A row of userProfiles.csv (1.2): a user's name in some system. Its password is never read."""

    user_sourced_id: wire.Text = None
    username: wire.Text = None


class File(NamedTuple):
    """A file: the struct of its rows, and the columns that are read where this struct has a field for them."""

    row: type[wire.Known]
    columns: tuple[str, ...]
    required: tuple[str, ...]


FILES: dict[str, File] = {
    "orgs": File(wire.Org, ("name", "type", "identifier", "parentSourcedId"), ("sourcedId", "name", "type")),
    "academicSessions": File(
        wire.Session,
        ("title", "type", "startDate", "endDate", "parentSourcedId"),
        ("sourcedId", "title", "startDate", "endDate"),
    ),
    "courses": File(wire.Course, ("title", "courseCode", "grades", "subjects"), ("sourcedId", "title")),
    "classes": File(
        wire.Class,
        ("title", "classCode", "grades", "subjects", "courseSourcedId", "schoolSourcedId", "termSourcedIds"),
        ("sourcedId", "title", "schoolSourcedId"),
    ),
    "enrollments": File(
        wire.Enrollment,
        ("classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate"),
        ("sourcedId", "classSourcedId", "userSourcedId", "role"),
    ),
    "roles": File(
        RoleRow, ("userSourcedId", "role", "roleType", "orgSourcedId"), ("userSourcedId", "role", "orgSourcedId")
    ),
    "userProfiles": File(ProfileRow, ("userSourcedId", "username"), ("userSourcedId",)),
    "users": File(
        wire.User,
        (
            *("enabledUser", "orgSourcedIds", "role", "username", "userIds", "givenName", "familyName", "middleName"),
            *("identifier", "email", "agentSourcedIds", "grades", "userMasterIdentifier", "primaryOrgSourcedId"),
            *("preferredGivenName", "preferredMiddleName", "preferredFamilyName"),
        ),
        ("sourcedId", "givenName", "familyName"),
    ),
}
LEAD = ("sourcedId", "status")
REQUIRED_11 = {"users": ("role", "orgSourcedIds")}
"""Columns that only 1.1 has; 1.2 has roles.csv in their place."""
MISSPELT = {"agentSourcedIds": "agents", "userIds": "userid"}
"""Columns by how real files have been seen to call them (case-folded), where the right one is missing."""
OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "upright strokes"}
BEHIND = ("", None)
"""Put behind a row's cells: what a column that the file lacks holds, and what a field that only JSON has holds."""

Arguments = tuple[str | None, ...]
MakeRow = Callable[[list[str]], wire.Row]


class Columns(NamedTuple):
    """How a file's rows are taken apart. `pick` gives the struct's arguments from cells with `BEHIND` behind them."""

    row: type[wire.Known]
    pick: Callable[[list[str | None]], Arguments]
    width: int
    quirks: list[str]


def columns_of(name: str, header: Sequence[str], title: str, required: Sequence[str]) -> Columns:
    """The columns of a file with this header (case-folded).

    Raises `SourceTrouble` CSV_HEADER_INVALID that names the column which is missing or misspelt.
    """
    for column in required:
        if column.casefold() not in header:
            raise SourceTrouble("CSV_HEADER_INVALID", _lacking(column, header, title))
    file, places = FILES[name], {column: place for place, column in enumerate(header)}
    quirks = [_as_meant(places, meant, written) for meant, written in MISSPELT.items() if written in places]
    read = {column.casefold() for column in (*LEAD, *file.columns)}
    names = [field.casefold() for field in file.row.__struct_encode_fields__]
    last = max(place for place, field in enumerate(names) if field in read)
    blank, none = len(header), len(header) + 1
    wanted = [places.get(field, blank) if field in read else none for field in names[: last + 1]]
    return Columns(file.row, itemgetter(*wanted), len(header), [f"{title}: {quirk}" for quirk in quirks if quirk])


def required_of(name: str, version: str) -> tuple[str, ...]:
    """The columns without which a file of this OneRoster version cannot be read."""
    return FILES[name].required + (REQUIRED_11.get(name, ()) if version == "1.1" else ())


def row_maker(columns: Columns) -> MakeRow:
    """What makes rows of a file's cells, which it uses up."""
    kind, pick, width, _ = columns

    def make(cells: list[str]) -> wire.Row:
        if len(cells) != width:
            return wire.Malformed(wrong_width(len(cells), width))
        cells.extend(BEHIND)  # type: ignore[arg-type]
        return kind(*pick(cells))  # type: ignore[arg-type]

    return make


def wrong_width(fields: int, width: int) -> str:
    """What to tell of a row with another number of fields."""
    return f"{fields} fields where the header has {width}"


def _as_meant(places: dict[str, int], meant: str, written: str) -> str:
    if meant.casefold() in places:
        return ""
    places[meant.casefold()] = places[written]
    return f"the column {written} is read as {meant}"


def _lacking(column: str, header: Sequence[str], title: str) -> str:
    for separator, words in OTHER_SEPARATORS.items():
        if len(header) == 1 and separator in header[0]:
            return f"The file {title} has {words} between its fields; there must be commas. Export it with commas."
    near = get_close_matches(column.casefold(), header, 1, 0.8)
    hint = f" (it has {near[0]})" if near else ""
    return f"The header of {title} has no column {column}{hint}. Add it, or correct its spelling."
