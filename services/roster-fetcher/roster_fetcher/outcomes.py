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
    kept = warned = skipped = out_of_scope = 0
    for notes.row, row in enumerate(rows, first):
        before = len(notes.items)
        records = convert(row, notes)
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


def stage(key: str, body: Body, endpoint: str, warned: bool) -> Staged:
    """A record as it waits for the others."""
    encoded = encode(body)
    hashed = content_hash(encoded)
    if type(body) is Enrolment:
        return body.entity, key, hashed, encoded, body.role, body.class_key, body.user_key, endpoint, warned
    role = body.role if type(body) is User else None
    return body.entity, key, hashed, encoded, role, None, None, endpoint, warned
