"""What becomes of a page's rows: each ends as kept, kept with a warning, skipped with an error, or out of scope."""

from collections.abc import Iterable

from roster_fetcher.findings import Notes
from roster_fetcher.ledger import Entry
from roster_fetcher.roster import Body, Enrolment, User, content_hash, encode
from roster_fetcher.sources.protocol import Convert, Records
from roster_fetcher.staging import Staged

LONGEST_KEY = 255
"""Characters of an id: what OneRoster allows a sourcedId, and more than any other provider uses."""


def settle(rows: Iterable[object], first: int, convert: Convert, notes: Notes, entry: Entry) -> list[Staged]:
    """Convert rows, the first of which has the number `first`; their records.

    Each row is counted in the entry once. Its findings decide: none and no record, it is out of scope; some and no
    record, it was skipped; some and a record, it was kept with a warning.
    """
    staged: list[Staged] = []
    kept = warned = skipped = out_of_scope = 0
    for notes.row, row in enumerate(rows, first):
        before = len(notes.items)
        records = _with_usable_keys(convert(row, notes), notes)
        noted = len(notes.items) > before
        if records is None:
            skipped += noted
            out_of_scope += not noted
            continue
        warned += noted
        kept += not noted
        for key, body in records:
            staged.append(stage(key, body, entry.endpoint, noted))
    entry.count(kept=kept, warned=warned, skipped=skipped, out_of_scope=out_of_scope)
    return staged


def _with_usable_keys(records: Records | None, notes: Notes) -> Records | None:
    """The records, unless one has an id that no index can hold."""
    for key, _ in records or ():
        if len(key) > LONGEST_KEY:
            notes.add("ROW_MALFORMED", "", detail=f"row {notes.row}: its id is longer than {LONGEST_KEY} characters")
            return None
    return records


def stage(key: str, body: Body, endpoint: str, warned: bool) -> Staged:
    """A record as it waits for the others."""
    encoded = encode(body)
    hashed = content_hash(encoded)
    if type(body) is Enrolment:
        return body.entity, key, hashed, encoded, body.role, body.class_key, body.user_key, endpoint, warned
    role = body.role if type(body) is User else None
    return body.entity, key, hashed, encoded, role, None, None, endpoint, warned
