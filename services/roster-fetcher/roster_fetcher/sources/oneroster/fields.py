"""Fields that several of OneRoster's objects have: status, references, dates. Pure."""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from roster_fetcher import values
from roster_fetcher.findings import Notes
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.values import text, texts


class Dates(NamedTuple):
    """A first day, and the first day after the last."""

    starts_on: date | None
    ends_on: date | None


def is_gone(row: wire.Known) -> bool:
    """Whether the row is a tombstone; a blank status, as bulk files have it, is none."""
    return row.status != "active" and text(row.status).casefold() in values.GONE


def note_status(row: wire.Known, key: str, notes: Notes) -> None:
    """Note a status that is not known; the row counts as active."""
    if row.status != "active" and text(row.status).casefold() not in values.KNOWN_STATUSES:
        notes.add("INVALID_STATUS", key, "status", text(row.status))


def reference(ref: wire.Reference, flat: wire.Text = None) -> str:
    """The id that a row refers to, be it in an object or flat; blank for none."""
    if ref is None:
        return text(flat)
    return text(ref.sourced_id if type(ref) is wire.Ref else ref) or text(flat)


def references(refs: wire.References) -> tuple[str, ...]:
    """The ids that a row refers to, each once, in order."""
    if not refs:
        return ()
    keys = texts(refs) if isinstance(refs, str) else [key for ref in refs if (key := reference(ref))]
    return tuple(keys) if len(keys) < 2 else tuple(dict.fromkeys(keys))


def read_dates(starts: wire.Text, ends: wire.Text, key: str, notes: Notes, start_field: str = "startDate") -> Dates:
    """The first day and the first day after. What is unreadable, or ends before it starts, is noted and left out."""
    dates, faults = _pair(starts, ends, start_field)
    for fault in faults:
        notes.add("INVALID_DATE", key, *fault)
    return dates


@lru_cache(maxsize=1024)
def _pair(starts: wire.Text, ends: wire.Text, start_field: str) -> tuple[Dates, tuple[tuple[str, str, str], ...]]:
    """Both days and what is wrong with them: field, value, detail. A roster has few pairs and very many rows."""
    first, after = values.day(text(starts)), values.day(text(ends))
    written = ((start_field, starts, first), ("endDate", ends, after))
    faults = [(name, text(value), "") for name, value, read in written if read is None and text(value)]
    if first and after and after < first:
        faults.append(("endDate", text(ends), "it lies before the start"))
        after = None
    return Dates(first, after), tuple(faults)
