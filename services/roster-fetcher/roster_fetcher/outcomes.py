"""What becomes of a page's rows: each ends as kept, kept with a warning, skipped with an error, or out of scope."""

from collections.abc import Iterable

from roster_fetcher.findings import Notes
from roster_fetcher.ledger import Entry
from roster_fetcher.roster import Body, Enrolment, User, content_hash, encode
from roster_fetcher.sources.protocol import Convert
from roster_fetcher.staging import Staged


def settle(rows: Iterable[object], first: int, convert: Convert, notes: Notes, entry: Entry) -> list[Staged]:
    """Convert rows, the first of which has the number `first`; their records.

    Each row is counted in the entry once. Its findings decide: none and no record, it is out of scope; some and no
    record, it was skipped; some and a record, it was kept with a warning.
    """
    staged: list[Staged] = []
    for notes.row, row in enumerate(rows, first):
        before = len(notes.items)
        records = convert(row, notes)
        entry.received += 1
        noted = len(notes.items) > before
        if records is None:
            if noted:
                entry.skipped += 1
            else:
                entry.out_of_scope += 1
            continue
        if noted:
            entry.warned += 1
        else:
            entry.kept += 1
        for key, body in records:
            staged.append(stage(key, body, entry.endpoint, warned=noted))
    return staged


def stage(key: str, body: Body, endpoint: str, *, warned: bool) -> Staged:
    """A record as it waits for the others."""
    encoded = encode(body)
    role = class_key = user_key = None
    if isinstance(body, Enrolment):
        role, class_key, user_key = body.role, body.class_key, body.user_key
    elif isinstance(body, User):
        role = body.role
    return Staged(body.entity, key, content_hash(encoded), encoded, role, class_key, user_key, endpoint, warned)
