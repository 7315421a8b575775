"""What becomes of a page's rows: each ends as kept, kept with a warning, skipped with an error, or out of scope."""

from collections.abc import Collection, Iterable

from roster_fetcher.findings import Notes
from roster_fetcher.ledger import Entry
from roster_fetcher.roster import LONGEST_KEY, Body, Enrolment, GuardianLink, User, content_hash, encode
from roster_fetcher.sources.protocol import Convert, Records
from roster_fetcher.staging import Staged


def settle(
    rows: Iterable[object], first: int, convert: Convert, notes: Notes, entry: Entry, parts: Collection[str] = ()
) -> list[Staged]:
    """Convert rows, the first of which has the number `first`; their records. `parts` are entities within others' rows.

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
            staged.append(stage(key, body, entry.endpoint, notes.row, noted, body.entity in parts))
    entry.count(kept=kept, warned=warned, skipped=skipped, out_of_scope=out_of_scope)
    return staged


def _with_usable_keys(records: Records | None, notes: Notes) -> Records | None:
    """The records, unless one has an id that no index can hold."""
    for key, _ in records or ():
        if len(key) > LONGEST_KEY:
            notes.add("ROW_MALFORMED", "", detail=f"row {notes.row}: its id is longer than {LONGEST_KEY} characters")
            return None
    return records


def stage(key: str, body: Body, endpoint: str, row: int, warned: bool, part: bool = False) -> Staged:
    """A record as it waits for the others: the values of `staging.COLUMNS`."""
    encoded = encode(body)
    role = user_key = target_key = visiting = None
    if type(body) is Enrolment:
        role, user_key, target_key = body.role, body.user_key, body.class_key
    elif type(body) is User:
        role, visiting = body.role, body.visiting
    elif type(body) is GuardianLink:
        user_key, target_key = body.guardian_key, body.student_key
    hashed = content_hash(encoded)
    return body.entity, key, hashed, role, user_key, target_key, endpoint, row, part, warned, visiting, encoded
