"""Requests that nobody thought of, made up from the description by schemathesis: each gets an answer it describes."""

import asyncio
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from common.bus import Bus
from dashboard_api.context import Context

from .surroundings import Dashboard, completed, school
from .workers import Workers, person

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ENDLESS = {"streamHints"}
"""Its answer does not end; test_live_hints.py reads it."""
MADE_UP = settings(
    max_examples=6,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
async def context(context: Context, bus: Bus) -> Context:
    return replace(context, bus=bus)


@pytest.fixture
async def known(north: Dashboard, workers: Workers) -> dict[str, Any]:
    """Values of parameters that mean something here."""
    people = {("user", "u-1"): person("Ada")}
    _, first = await workers.snapshot(people)
    _, run_id = await workers.snapshot({**people, ("user", "u-2"): person("Ben")})
    held = await workers.hold(await workers.plan(run_id))
    await workers.operation(run_id, "enrolment", "suspend", "c-1", user_key="u-1", state="held")
    await north.handle(held)
    for one in (first, run_id):
        await north.handle(completed(one))
    device = UUID(int=7)
    async with north.http.put(
        f"/api/v1/districts/north/devices/{device}",
        json={"name": "Box 1", "school": str(school("1"))},
        headers=await north.bearer(),
    ) as answer:
        assert answer.status == 200
    ids = {"run_id": run_id, "other_id": first, "school_id": school("1"), "hold_id": held.hold_id, "device_id": device}
    return {"district_id": "north", "district": "north", **{name: str(id_) for name, id_ in ids.items()}}


@pytest.mark.timeout(240)
async def test_every_answer_to_any_request_is_one_that_is_described(north: Dashboard, known: dict[str, Any]) -> None:
    headers = await north.bearer()
    found = await asyncio.to_thread(try_all, north.url, headers, known)
    assert found == [], "\n\n".join(found)


def try_all(url: str, headers: dict[str, str], known: dict[str, Any]) -> list[str]:
    """What is wrong, by operation."""
    schema = schemathesis.openapi.from_url(f"{url}/api/v1/openapi.json")
    found = []
    for result in schema.get_all_operations():
        operation = cast(Any, result).ok()
        if operation.definition.raw["operationId"] not in ENDLESS:
            try:
                try_one(operation, headers, known)
            except BaseExceptionGroup as errors:
                found += [f"{operation.label}: {error}" for error in errors.exceptions]
            except Exception as error:
                found.append(f"{operation.label}: {error}")
    return found


def try_one(operation: Any, headers: dict[str, str], known: dict[str, Any]) -> None:
    """Send it made-up requests, right and wrong ones, every other one about things that are there."""
    number = 0

    @MADE_UP
    @given(case=operation.as_strategy() | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def send(case: Any) -> None:
        nonlocal number
        number += 1
        if number % 2:
            for place in (case.path_parameters, case.query):
                for name in place or {}:
                    place[name] = known.get(name, place[name])
        case.call_and_validate(headers=headers, checks=CHECKS)

    send()
