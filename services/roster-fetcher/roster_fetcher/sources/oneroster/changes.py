"""Reading what changed: users by a filter on `dateLastModified`, everything else whole.

Enrolments vanish without a trace at many servers, and a change of references does not move the date of a record
(OneRoster leaves both open), so only the people, who are most of the bytes, are asked for by date.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from roster_fetcher.sources.oneroster.mapping import ORGS, USERS
from roster_fetcher.sources.protocol import Changes, Cursor

OVERLAP = timedelta(hours=1)
"""By so much the next reading goes back behind the start of this one: clocks of a server's parts differ."""
REFUSES_FILTER = (400, 422, 500, 501)
"""Answers of servers that do not know the filter."""
UNDATED = "Users without dateLastModified are among the rows, which a filter by date would leave out."
ASKED_FOR = Changes(
    endpoints=frozenset({USERS.name}),
    carried=frozenset({"user", "guardian_link"}),
    must_stand=frozenset({ORGS.name}),
    recalled=frozenset({"user", "guardian_link"}),
)
"""Organisations must stand, since they decide whose administrators belong to the school."""


BY_GUARDIANS = "by-guardians"


class Since(NamedTuple):
    """A cursor's value: a moment in UTC, and whether only guardians name students at this source."""

    moment: str
    by_guardians: bool


def read_cursor(value: str) -> Since:
    """What a cursor's value says."""
    moment, _, told = value.partition(" ")
    return Since(moment, told == BY_GUARDIANS)


def cursor_of(began: datetime, *, by_guardians: bool, undated: bool) -> Cursor:
    """The cursor of a reading that began then."""
    moment = f"{(began - OVERLAP).astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
    return Cursor(f"{moment} {BY_GUARDIANS}" if by_guardians else moment, UNDATED if undated else "")


def changed_since(since: Since) -> str:
    """The filter for rows that changed since then."""
    return f"dateLastModified>='{since.moment}'"


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """What an answer's Date header says (RFC 9110, 6.6.1); None without one that can be read."""
    try:
        moment = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
