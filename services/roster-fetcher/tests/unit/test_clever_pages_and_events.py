"""How Clever's answers are understood: pages, events, the district's state, refusals, the pace that is asked for."""

import time
from typing import Any

import msgspec
import pytest

from roster_fetcher.ledger import Entry
from roster_fetcher.patience import Patience
from roster_fetcher.sources.checked_settings import checked
from roster_fetcher.sources.clever import wire
from roster_fetcher.sources.clever.decoding import WrongShapeError, decode_page, next_query
from roster_fetcher.sources.clever.district import check_district
from roster_fetcher.sources.clever.events import MOST_EVENTS, Told
from roster_fetcher.sources.clever.refusals import refused, seconds_to_reset
from roster_fetcher.sources.clever.roll import Roll
from roster_fetcher.sources.clever.settings import CleverSettings
from roster_fetcher.sources.clever.tokens import Tokens
from roster_fetcher.sources.http import Answer, PassingTrouble
from roster_fetcher.sources.protocol import ChangesRefusedError, Opening, SourceTrouble


def a_page(*rows: Any, **links: str) -> bytes:
    return msgspec.json.encode(
        {
            "data": [{"data": row, "uri": "/v3.1/x"} for row in rows],
            "links": [{"rel": rel, "uri": uri} for rel, uri in links.items()],
        }
    )


def test_rows_are_taken_out_of_both_wrappings() -> None:
    assert decode_page("schools", a_page({"id": "s-1", "name": None, "ext": {}})) == [wire.School(id="s-1")]


def test_a_single_record_is_a_page_of_one() -> None:
    body = msgspec.json.encode({"data": {"id": "s-1"}, "links": []})
    assert decode_page("schools", body) == [wire.School(id="s-1")]


def test_one_malformed_row_does_not_spoil_its_page() -> None:
    good, bad = decode_page("sections", a_page({"id": "k-1"}, {"id": "k-2", "students": "all"}))

    assert good == wire.Section(id="k-1")
    assert isinstance(bad, wire.Malformed)
    assert "students" in bad.reason


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"data": "x"}', b'{"data": [', b'{"data": [{}]}'])
def test_what_is_no_page_at_all_is_refused(body: bytes) -> None:
    with pytest.raises(WrongShapeError):
        decode_page("sections", body)


def test_the_next_page_is_known_by_the_query_of_its_link() -> None:
    uri = "/v3.1/users?role=student&starting_after=u-100"

    assert next_query(a_page({"id": "u-1"}, self="/v3.1/users", next=uri)) == "role=student&starting_after=u-100"
    assert next_query(a_page({"id": "u-1"}, self="/v3.1/users")) is None


def an_event(what: str, record: dict[str, Any] | None) -> wire.Event:
    data = None if record is None else wire.EventData(msgspec.Raw(msgspec.json.encode(record)))
    return wire.Event(id="e-1", type=what, data=data)


def test_of_several_events_of_a_record_the_last_counts() -> None:
    told = Told("users")
    told.take([an_event("users.created", {"id": "u-1"}), an_event("users.updated", {"id": "u-2", "email": "a"})])
    told.take([an_event("users.updated", {"id": "u-2", "email": "b"}), an_event("users.deleted", {"id": "u-1"})])

    assert told.changes() == [
        wire.Change(wire.User(id="u-2", email="b")),
        wire.Change(wire.User(id="u-1"), gone=True),
    ]
    assert told.created == {"u-1"}


def test_contacts_come_after_the_students_they_may_be_tied_to() -> None:
    told = Told("users")
    told.take(
        [
            an_event("users.updated", {"id": key, "roles": {role: {}}})
            for key, role in (("p", "contact"), ("s", "student"))
        ]
    )

    assert [change.row.id for change in told.changes()] == ["s", "p"]


def test_events_of_other_records_are_passed_over() -> None:
    told = Told("users")
    told.take([an_event("sections.updated", {"id": "k-1", "students": "nonsense"})])
    assert told.changes() == []


@pytest.mark.parametrize(
    "event",
    [
        wire.Malformed("Expected `object`"),
        an_event("users.updated", None),
        an_event("users.updated", {"id": ""}),
        an_event("users.updated", {"id": "u-1", "roles": "none"}),
        an_event("users.merged", {"id": "u-1"}),
    ],
)
def test_an_event_that_says_nothing_usable_lets_everything_be_read(event: Any) -> None:
    with pytest.raises(ChangesRefusedError):
        Told("users").take([event])


def test_a_flood_of_events_lets_everything_be_read() -> None:
    with pytest.raises(ChangesRefusedError, match="20000"):
        Told("users").take([an_event("users.updated", {"id": "u-1"})] * (MOST_EVENTS + 1))


@pytest.mark.parametrize("state", ["running", "success", "", None])
def test_a_district_whose_sync_goes_on_is_read(state: str | None) -> None:
    entry = Entry("district", "org")
    check_district(wire.District(id="d-1", state=state), "d-1", entry)
    assert entry.complete


@pytest.mark.parametrize(
    ("district", "words"),
    [
        (wire.District(id="d-1", state="paused", pause_end="2027-01-08"), "paused from an unknown time to 2027-01-08"),
        (wire.District(id="d-1", state="error", error="Sections file is empty."), "error: Sections file is empty."),
        (wire.District(id="d-1", state="pending"), "pending"),
    ],
)
def test_a_district_that_is_held_back_is_incomplete_in_its_own_words(district: wire.District, words: str) -> None:
    entry = Entry("district", "org")
    check_district(district, "d-1", entry)

    ((code, detail),) = entry.remarks
    assert not entry.complete
    assert code == "SOURCE_PAUSED"
    assert words in detail


def test_another_districts_token_is_refused() -> None:
    with pytest.raises(SourceTrouble, match="d-2") as caught:
        check_district(wire.District(id="d-2"), "d-1", Entry("district", "org"))
    assert caught.value.code == "SETTINGS_INVALID"


def test_members_in_no_list_are_asked_for_with_the_fewest_requests() -> None:
    roll = Roll()
    roll.name([wire.Section(id="k-1", students=["u-1", "u-2", "u-3"]), wire.Section(id="k-2", students=["u-3", "u-4"])])

    roll.enter([wire.User(id="u-1")])
    assert [lookup.path for lookup in roll.lookups()] == ["sections/k-1/users", "sections/k-2/users"]
    roll.enter([wire.User(id="u-2"), wire.User(id="u-4")])
    assert [lookup.path for lookup in roll.lookups()] == ["users/u-3"]
    roll.enter([wire.User(id="u-3")])
    assert roll.lookups() == []


def an_answer(status: int, **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, b"{}", packed=False)


def test_too_many_requests_wait_until_the_window_ends() -> None:
    trouble = refused(an_answer(429, X_RateLimit_Reset=str(int(time.time()) + 9)), "users")

    assert isinstance(trouble, PassingTrouble)
    assert trouble.wait is not None
    assert 7 < trouble.wait <= 9


@pytest.mark.parametrize(("header", "seconds"), [("", None), ("soon", None), ("0", 0.0), ("99999999999", 60.0)])
def test_the_windows_end_is_read_with_care(header: str, seconds: float | None) -> None:
    assert seconds_to_reset({"X-RateLimit-Reset": header} if header else {}) == seconds


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "SOURCE_BAD_RESPONSE"), (401, "AUTH_INVALID"), (403, "AUTH_FORBIDDEN"), (501, "SOURCE_BAD_RESPONSE")],
)
def test_what_will_not_pass_is_not_tried_again(status: int, code: str) -> None:
    trouble = refused(an_answer(status), "users")

    assert trouble is not None and not isinstance(trouble, PassingTrouble)
    assert trouble.code == code


@pytest.mark.parametrize(
    ("secrets", "complaint"),
    [
        ({}, "client_id and client_secret of the app, or the district's token"),
        ({"client_id": "x"}, "client_id and client_secret of the app"),
        ({"token": "x", "colour": "red"}, "colour is not known"),
    ],
)
def test_settings_without_a_way_in_are_refused(secrets: dict[str, str], complaint: str) -> None:
    with pytest.raises(SourceTrouble, match=complaint) as caught:
        checked(CleverSettings, Opening({"district_id": "d-1"}, secrets, Patience()))
    assert caught.value.code == "SETTINGS_INVALID"


@pytest.mark.parametrize("owner", [None, {"type": None, "id": None}])
def test_a_token_that_is_nobodys_does_not_spoil_the_list(owner: Any) -> None:
    body = msgspec.json.encode({"data": [{"access_token": "x", "owner": owner}]})
    assert len(msgspec.json.decode(body, type=Tokens).data) == 1
