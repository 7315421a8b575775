"""Each source row ends in exactly one outcome, and they add up: whatever the rows."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from common.catalogue import CATALOGUE
from roster_fetcher.findings import Notes
from roster_fetcher.keeping import closable
from roster_fetcher.ledger import Entry
from roster_fetcher.outcomes import settle
from roster_fetcher.roster import Enrolment, User, content_hash, encode
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.mapping import CLASSES, ENDPOINTS, ENROLLMENTS, ORGS, PROOF, USERS, SchoolMapping
from roster_fetcher.sources.protocol import Endpoint, Page
from roster_fetcher.staging import COLUMNS

ids = st.sampled_from(["", " ", "a", "b", "c", "school", "other", None])
words = st.sampled_from(
    ["", "active", "tobedeleted", "Student", "teacher", "proctor", "2026-08-15", "x", "a@b.example", None]
)
FIELDS: dict[str, Any] = {
    "sourced_id": ids, "school_sourced_id": ids, "class_sourced_id": ids, "user_sourced_id": ids,
    "org_sourced_ids": ids, "course_sourced_id": ids, "term_sourced_ids": ids, "parent_sourced_id": ids,
}  # fmt: skip


def rows_of(kind: type[wire.Known]) -> st.SearchStrategy[wire.Row]:
    plain = [
        name for name in kind.__struct_fields__ if name not in ("roles", "orgs", "terms", "course", "school", "user")
    ]
    good = st.builds(kind, **{name: FIELDS.get(name, words) for name in plain if name not in ("class_", "parent")})
    return st.one_of(good, st.builds(wire.Malformed, st.just("odd")))


def endpoint_rows(endpoint: Endpoint) -> st.SearchStrategy[tuple[Endpoint, list[wire.Row]]]:
    return st.tuples(st.just(endpoint), st.lists(rows_of(wire.ROWS[endpoint.name]), max_size=12))


@given(read=st.tuples(*map(endpoint_rows, ENDPOINTS)), narrowed=st.booleans(), away=st.sets(st.integers(1, 12)))
def test_the_outcomes_of_any_rows_add_up(read: Any, narrowed: bool, away: set[int]) -> None:
    mapping = SchoolMapping("school")
    for endpoint, rows in read:
        entry, notes = Entry(*endpoint), Notes(endpoint.entity)
        page = Page(b"", b"", 1, len(rows), narrowed=narrowed)
        staged = settle(rows, 1, mapping.converter(endpoint, page, away), notes, entry)
        assert entry.received == len(rows) == sum(entry.outcomes().values())
        assert len({record[COLUMNS.index("row")] for record in staged}) <= entry.kept + entry.warned
        assert {finding.code for finding in notes.items} <= CATALOGUE.keys()
        errors = [finding for finding in notes.items if finding.severity == "error"]
        assert len(errors) == entry.skipped
        if endpoint is not ORGS:
            mapping.ended(endpoint, complete=True)


def test_rows_that_turn_out_not_to_fit_keep_the_sum() -> None:
    entry = Entry(*USERS, received=10, kept=6, warned=3, skipped=1)
    entry.skip_after_all(warned=True, rows=2)
    entry.skip_after_all(warned=False, rows=1)
    entry.warn_after_all(4)
    assert entry.outcomes() == {"kept": 1, "kept_with_warning": 5, "skipped": 4, "out_of_scope": 0}


def test_removals_are_concluded_only_from_what_was_read_completely() -> None:
    entries = {endpoint.name: Entry(*endpoint) for endpoint in ENDPOINTS}
    assert closable(PROOF, entries) == ["school", "term", "class", "user", "enrolment", "guardian_link"]
    entries[ENROLLMENTS.name].miss("a page failed")
    assert closable(PROOF, entries) == ["school", "term", "class"]
    entries[CLASSES.name].miss("a page failed")
    assert closable(PROOF, entries) == ["school", "term"]


def test_what_was_not_read_at_all_proves_nothing() -> None:
    read = [endpoint for endpoint in ENDPOINTS if endpoint.name not in ("academicSessions", "courses")]
    entries = {endpoint.name: Entry(*endpoint) for endpoint in read}
    assert closable(PROOF, entries) == ["school", "class", "user", "enrolment", "guardian_link"]


def test_the_hash_of_a_body_stays_the_same() -> None:
    """Known values: a change would make every record of every school a changed one."""
    user = User("student", "Zoë", "Nuñez", "zoe@north.example", "zoe", "9007", "08", True)
    assert encode(user).startswith('{"role":"student","given_name":"Zoë"'.encode())
    assert content_hash(encode(user)).hex() == "581d9ae0dae4c423b5f91aadb10668b1"
    assert encode(Enrolment("k", "u", "student")) == b'{"class_key":"k","user_key":"u","role":"student"}'
