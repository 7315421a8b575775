"""Events on the wire: what is encoded is decoded as it was, and everything else is unreadable without being quoted."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.envelope import Envelope, Unreadable, decode, encode, new_traceparent
from common.event_model import ALL_SERVICES
from common.events import EVENTS, CountByEntity, CountByKind, Event, SyncOrdered, SyncRequested
from common.source_report import EndpointRead, SourceReport
from common.testing.effects import an_order

STEADY = settings(deadline=None, derandomize=True, max_examples=50)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


counts = st.dictionaries(st.text(max_size=8), st.integers(0, 10**9), max_size=3)
endpoints = st.builds(EndpointRead, outcomes=counts, answers=counts)
BY_ANNOTATION = (
    (CountByKind, counts),
    (CountByEntity, st.dictionaries(st.text(max_size=8), counts, max_size=3)),
    (SourceReport, st.builds(SourceReport, counts=counts, rows=counts, endpoints=st.lists(endpoints).map(tuple))),
)
"""Strategies for what hypothesis cannot derive: dictionaries whose values are limited."""


def of_type(event: type[Event]) -> st.SearchStrategy[Event]:
    """Events of one type, with anything that its model allows."""
    fields = event.model_fields.items()
    known = {name: how for name, field in fields for kind, how in BY_ANNOTATION if field.annotation == kind}
    return st.builds(event, **known)


@pytest.mark.parametrize("type_", EVENTS.values(), ids=lambda event: event.versioned_type())
def test_an_event_and_what_is_known_of_it_come_back_as_they_were_sent(type_: type[Event]) -> None:
    @settings(STEADY, max_examples=15)
    @given(of_type(type_), st.sampled_from(ALL_SERVICES), st.datetimes(timezones=st.just(UTC)), st.none() | st.uuids())
    def round_trip(event: Event, source: str, time: datetime, causation_id: UUID | None) -> None:
        sent = Envelope(event, source, time=time, causation_id=causation_id)
        assert decode(encode(sent)) == sent

    round_trip()


def test_it_is_a_cloud_event_with_our_extensions() -> None:
    event = SyncRequested(district_id="north", run_id=uuid4(), school_id=uuid4(), mode="full")
    cause = uuid4()
    sent = Envelope(event, "scheduler", time=datetime(2026, 3, 1, 20, tzinfo=UTC), causation_id=cause)
    body = json.loads(encode(sent))
    assert body == {
        "specversion": "1.0",
        "id": str(sent.id),
        "type": "sync.requested.v1",
        "source": "/scheduler",
        "subject": f"school/{event.school_id}",
        "time": "2026-03-01T20:00:00+00:00",
        "datacontenttype": "application/json",
        "traceparent": sent.traceparent,
        "districtid": "north",
        "runid": str(event.run_id),
        "causationid": str(cause),
        "data": event.model_dump(mode="json"),
    }


def test_an_event_outside_a_run_has_no_run() -> None:
    body = json.loads(encode(Envelope(an_order(), "dashboard-api")))
    assert "runid" not in body
    assert body["subject"] == "district/north"


def test_ids_rise_with_time() -> None:
    ids = [Envelope(an_order(), "dashboard-api").id for _ in range(100)]
    assert ids == sorted(ids)
    assert {id_.version for id_ in ids} == {7}


def test_a_new_span_stays_in_its_parents_trace() -> None:
    parent = new_traceparent()
    child = new_traceparent(parent)
    assert child != parent
    assert child.split("-")[1] == parent.split("-")[1]


def test_fields_that_a_later_version_adds_are_ignored() -> None:
    body = json.loads(encode(Envelope(an_order(), "dashboard-api")))
    body["data"]["added_later"] = body["also_added"] = 1
    assert isinstance(decode(json.dumps(body).encode()).event, SyncOrdered)


@STEADY
@given(st.binary(max_size=200) | json_values.map(json.dumps).map(str.encode))
def test_whatever_is_no_event_of_ours_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        decode(body)


@STEADY
@given(json_values, st.sampled_from(["id", "type", "source", "time", "traceparent", "causationid", "data"]))
def test_an_envelope_with_anything_in_the_place_of_one_attribute_is_read_or_unreadable(
    data: Any, attribute: str
) -> None:
    body = json.loads(encode(Envelope(an_order(), "dashboard-api")))
    try:
        decode(json.dumps({**body, attribute: data}).encode())
    except Unreadable as error:
        assert error.__cause__ is None


def test_the_reason_names_our_fields_and_quotes_nothing() -> None:
    event = {
        "district_id": "north",
        "run_id": "Anna",
        "school_id": str(uuid4()),
        "operations": {"Anna": {"Anna": "Anna"}},
    }
    body = json.loads(encode(Envelope(an_order(), "dashboard-api")))
    with pytest.raises(Unreadable) as caught:
        decode(json.dumps({**body, "type": "plan.made.v1", "data": event}).encode())
    assert str(caught.value) == "plan.made.v1 misses or mistypes: operations, run_id"
