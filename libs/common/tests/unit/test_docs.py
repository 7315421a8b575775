"""The generated pages are what the event models say today, and each refers only to what is there."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from common.docs import CHECKOUT, pages
from common.events import EVENTS


@pytest.mark.parametrize("name", pages())
def test_a_page_is_current(name: str) -> None:
    file = CHECKOUT / "docs" / name
    assert file.exists() and file.read_text() == pages()[name], f"docs/{name} is out of date: run `make docs`"


def test_every_event_is_described_with_all_its_fields() -> None:
    page = pages()["events.md"]
    for type_, event in EVENTS.items():
        section = page.partition(f"\n## {type_}\n")[2].partition("\n## ")[0]
        for name, field in event.model_fields.items():
            assert field.description, f"{event.__name__}.{name} says nothing of its meaning"
            assert f"| `{name}` |" in section


def test_each_service_has_an_operation_for_each_event_it_tells_or_takes() -> None:
    operations = yaml.safe_load(pages()["asyncapi.yaml"])["operations"]
    wanted = {f"{s}.tells.{type_}" for type_, event in EVENTS.items() for s in event.publishers}
    wanted |= {f"{s}.takes.{type_}" for type_, event in EVENTS.items() for s in event.subscribers}
    assert set(operations) == wanted


def test_every_reference_in_the_asyncapi_document_leads_somewhere() -> None:
    document = yaml.safe_load(pages()["asyncapi.yaml"])
    targets = list(references(document))
    assert len(targets) > len(EVENTS)
    for target in targets:
        part: Any = document
        for step in target.removeprefix("#/").split("/"):
            part = part[step]


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        for inner in part.values():
            yield from references(inner)
    if isinstance(part, list):
        for inner in part:
            yield from references(inner)


def test_the_examples_hold_no_address_of_a_real_domain() -> None:
    assert "@" not in json.dumps(yaml.safe_load(pages()["asyncapi.yaml"])["components"]["messages"])
