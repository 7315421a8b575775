"""What a page shows of its server."""

from collections.abc import Sequence
from typing import Any

import pytest

from roster_fetcher.ledger import Entry
from roster_fetcher.sources.http import Answer
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.pages import page_of, traits_in
from roster_fetcher.sources.oneroster.traits import Trait, in_order, note, traits_of
from roster_fetcher.sources.protocol import KnownPage

DATED: dict[str, Any] = {"date_last_modified": "2026-09-01T00:00:00Z"}


def shown(name: str, *rows: wire.Row, severity: str = "") -> Trait:
    return traits_of(name, wire.Decoded([*rows], severity))


def test_a_page_after_the_standard_shows_nothing() -> None:
    rows = [wire.User(key, "active", identifier=key, role="teacher", orgs=[wire.Ref("o-1")], **DATED) for key in "abc"]
    assert shown("users", *rows) == Trait.NONE


@pytest.mark.parametrize("date", [None, ""])
def test_users_without_a_date_are_seen(date: str | None) -> None:
    dated, undated = wire.User("a", **DATED), wire.User("b", date_last_modified=date)
    assert shown("users", dated, undated) == Trait.UNDATED
    assert shown("users", dated) == Trait.NONE


def test_flat_references_are_seen() -> None:
    assert shown("enrollments", wire.Enrollment("e-1", class_sourced_id="k-1")) == Trait.FLAT
    assert shown("enrollments", wire.Enrollment("e-1", class_=wire.Ref("k-1"))) == Trait.NONE


@pytest.mark.parametrize(
    "keys",
    [["A", "B", "a"], ["a", "B", "c"], ["9", "10", "11"], ["o-9", "o-a", "ob"], ["a b", "a-c", "a/d"], [], ["x"]],
)
def test_any_way_of_sorting_counts_as_order(keys: Sequence[str]) -> None:
    assert in_order(keys)


@pytest.mark.parametrize("keys", [["c", "b", "a"], ["a", "c", "b"], ["10", "9", "11"]])
def test_rows_that_are_not_sorted_are_seen(keys: Sequence[str]) -> None:
    assert shown("orgs", *(wire.Org(key) for key in keys)) == Trait.UNSORTED


def test_one_person_in_several_rows_is_seen() -> None:
    at_home = wire.User("s-1", given_name="Zoë", family_name="Nuñez", identifier="9007", **DATED)
    away = wire.User("s-1-o2", given_name="Zoë", family_name="Nuñez", identifier="9007", **DATED)
    sibling = wire.User("s-2", given_name="Leo", family_name="Nuñez", identifier="9007", **DATED)
    nobody = wire.User("s-3", given_name="Zoë", family_name="Nuñez", identifier="", **DATED)
    assert shown("users", at_home, away) == Trait.SEVERAL_ROWS
    assert shown("users", at_home, at_home) == shown("users", at_home, sibling, nobody) == Trait.NONE


def test_who_names_whom_is_seen() -> None:
    student = wire.User("s-1", role="student", agents=[wire.Ref("p-1")], **DATED)
    parent = wire.User("p-1", roles=[wire.Role(role="parent")], agent_sourced_ids="s-1", **DATED)
    silent = wire.User("p-2", role="parent", **DATED)
    assert shown("users", student) == Trait.STUDENTS_TELL
    assert shown("users", parent) == Trait.GUARDIANS_TELL
    assert shown("users", silent) == Trait.NONE


def test_malformed_rows_show_nothing() -> None:
    assert shown("users", wire.Malformed("odd")) == Trait.NONE


def test_a_warning_is_noted_and_an_error_leaves_the_endpoint_incomplete() -> None:
    warned, failed = Entry("orgs", "org"), Entry("orgs", "org")
    note(shown("orgs", severity="warning"), warned)
    note(shown("orgs", severity="error"), failed)
    assert warned.complete and warned.quirks == ["The source warns beside its rows."]
    assert not failed.complete and "some may be missing" in failed.reason


def test_a_page_that_is_the_same_as_last_time_shows_the_same_without_being_decoded() -> None:
    answer = Answer(200, {"Content-Type": "application/json"}, b'{"users":[{"sourcedId":"u-1"}]}', packed=False)
    first = page_of("users", answer, 0, None)
    again = page_of("users", answer, 0, KnownPage(first.digest, 1))
    assert (first.received, traits_in(first)) == (1, Trait.UNDATED)
    assert (again.rows, again.received, again.digest) == (None, 1, first.digest)
    assert traits_in(again) == Trait.UNDATED
