"""The event models say who takes which event, and the services' route tables say the same."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from common import events
from common.event_model import ALL_SERVICES
from common.events import EVENTS, Event, Service

SERVICES = Path(__file__).parents[1] / "services"


def routed(service: Service) -> list[type[Event]]:
    """The events in a service's route table, read from its source: building it would need the service's settings."""
    tree = ast.parse((SERVICES / service / service.replace("-", "_") / "__main__.py").read_text())
    return [getattr(events, ast.unparse(key)) for table in route_tables(tree) for key in table.keys if key]


def route_tables(tree: ast.Module) -> Iterator[ast.Dict]:
    """`ROUTES: Routes = {…}`, or the dictionary that `def routes(…) -> Routes` returns."""
    for node in ast.walk(tree):
        match node:
            case ast.AnnAssign(annotation=ast.Name(id="Routes"), value=ast.Dict() as table):
                yield table
            case ast.FunctionDef(returns=ast.Name(id="Routes"), body=body):
                yield from (s.value for s in body if isinstance(s, ast.Return) and isinstance(s.value, ast.Dict))


@pytest.mark.parametrize("service", ALL_SERVICES)
def test_a_service_routes_exactly_the_events_that_name_it_as_a_subscriber(service: Service) -> None:
    table = routed(service)
    assert len(table) == len(set(table)), "an event is routed twice"
    assert {event.versioned_type() for event in table} == {
        type_ for type_, event in EVENTS.items() if service in event.subscribers
    }


def emitted(service: Service) -> set[str]:
    """The event models that a service's source calls: those that it may tell."""
    package = SERVICES / service / service.replace("-", "_")
    trees = [ast.parse(file.read_text()) for file in package.rglob("*.py")]
    calls = (ast.unparse(node.func) for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {call.removesuffix(".model_validate") for call in calls} & {event.__name__ for event in EVENTS.values()}


@pytest.mark.parametrize("service", ALL_SERVICES)
def test_a_service_makes_only_events_that_name_it_as_a_publisher(service: Service) -> None:
    assert emitted(service) <= {event.__name__ for event in EVENTS.values() if service in event.publishers}


def test_every_event_is_made_by_one_of_its_publishers() -> None:
    assert set().union(*map(emitted, ALL_SERVICES)) == {event.__name__ for event in EVENTS.values()}


def test_every_event_has_a_publisher_and_a_subscriber_that_exist() -> None:
    for event in EVENTS.values():
        assert event.publishers
        assert event.subscribers
        assert {*event.publishers, *event.subscribers} <= set(ALL_SERVICES)


def test_every_event_model_is_in_the_list_of_events() -> None:
    leaves = {
        model
        for model in vars(events).values()
        if isinstance(model, type) and issubclass(model, Event) and not model.__subclasses__()
    }
    assert leaves == set(EVENTS.values())
