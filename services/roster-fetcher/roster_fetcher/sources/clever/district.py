"""Whether the district is the one that was set, and how its own sync at Clever stands. Pure."""

from roster_fetcher.ledger import Entry
from roster_fetcher.sources.clever import wire
from roster_fetcher.sources.protocol import SourceTrouble
from roster_fetcher.values import text

HELD_BACK = frozenset({"paused", "error", "pending"})
"""States in which data are not wrong, but may be out of date."""
LONGEST_ERROR = 300


def check_district(row: wire.Row | wire.Malformed | None, district_id: str, entry: Entry) -> None:
    """Note in the entry if the district's data are held back. Raises `SourceTrouble` if it is another district."""
    if not isinstance(row, wire.District) or not text(row.id):
        raise SourceTrouble("SOURCE_BAD_RESPONSE", "The source does not tell its district. Check base_url.")
    if text(row.id) != district_id:
        message = (
            f"The token is that of the district {text(row.id)}, not of {district_id}. Correct the token or district_id."
        )
        raise SourceTrouble("SETTINGS_INVALID", message)
    state = text(row.state).casefold()
    if state in HELD_BACK:
        entry.miss(_held_back(row, state), "SOURCE_PAUSED")


def _held_back(row: wire.District, state: str) -> str:
    """The state in Clever's own words."""
    said = text(row.error)[:LONGEST_ERROR]
    starts, ends = text(row.pause_start), text(row.pause_end)
    parts = [f"The district's state at Clever is {state}"]
    if starts or ends:
        parts.append(f"from {starts or 'an unknown time'} to {ends or 'an unknown time'}")
    return " ".join(parts) + (f": {said.rstrip('.')}." if said else ".")
