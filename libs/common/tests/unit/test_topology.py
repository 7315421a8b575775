"""Names and bindings on the broker, which operators see and alerts are written against."""

import pytest

from common import topology
from common.event_model import ALL_SERVICES, PER_POOL
from common.events import EVENTS, Event, RosterFetched, SyncCompleted, SyncRequested


def test_a_service_per_pool_has_a_queue_for_each_pool() -> None:
    spec = topology.queue_of("roster-fetcher", "north", [SyncRequested])
    assert (spec.name, spec.dead, spec.keys) == (
        "roster-fetcher.north",
        "roster-fetcher.north.dead",
        ("sync.requested.v1.north",),
    )


def test_the_other_services_take_the_events_of_all_pools_from_one_queue() -> None:
    spec = topology.queue_of("notifier", "north", [SyncCompleted, RosterFetched])
    assert (spec.name, spec.keys) == ("notifier.all", ("sync.completed.v1.*", "roster.fetched.v1.*"))


@pytest.mark.parametrize(("delay", "ending"), [(0.05, "0.05s"), (10.0, "10s"), (3600.0, "3600s")])
def test_each_delay_has_a_queue_of_its_own(delay: float, ending: str) -> None:
    assert topology.queue_of("scheduler", "shared", []).retry(delay) == f"scheduler.all.retry.{ending}"


@pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: event.versioned_type())
def test_an_event_addresses_the_queue_of_each_subscriber_and_that_queue_takes_it(event: type[Event]) -> None:
    queues = topology.queues_addressed(event, "north")
    assert {queue.service for queue in queues} == set(event.subscribers)
    for queue in queues:
        pool = "north" if queue.service in PER_POOL else "*"
        assert queue.keys == (f"{event.versioned_type()}.{pool}",)
        assert queue == topology.queue_of(queue.service, "north", [event])


def test_no_two_services_share_a_queue() -> None:
    names = [topology.queue_of(service, "shared", []).name for service in ALL_SERVICES]
    assert len(set(names)) == len(ALL_SERVICES)
