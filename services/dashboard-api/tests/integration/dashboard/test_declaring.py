"""Declaring a district over HTTP: what it leaves in the registry, what it tells, and what it never gives back."""

from typing import Any

import pytest

from common import registry
from common.bus import Bus
from common.events import SchoolsListed, SettingsChanged
from common.testing.probe import EventProbe
from common.testing.waiting import wait_for

from .surroundings import NORTH, Dashboard, publish, school
from .surroundings import north as north_with

PATH = "/api/v1/districts/north"


async def put(dashboard: Dashboard, body: dict[str, Any], headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    async with dashboard.http.put(PATH, json=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_a_declared_district_stands_in_the_registry_with_its_secrets_sealed(dashboard: Dashboard) -> None:
    status, body = await put(dashboard, {**NORTH, "notify": ["office@north.example"]}, await dashboard.bearer())
    assert (status, body["name"], body["target"]) == (200, "North district", "North Moodle")
    assert [(source["id"], source["kind"]) for source in body["sources"]] == [("main", "oneroster")]
    source = await registry.source(dashboard.pool, "north", "main")
    target = await registry.target(dashboard.pool, "north", "main")
    assert source is not None
    assert target is not None
    assert source.settings == {
        "version": "1.2", "base_url": "https://sis.example/ims/oneroster/rostering/v1p2",
        "token_url": "https://sis.example/oauth/token",
    }  # fmt: skip
    assert dashboard.context.box.open(source.secrets) == {"client_id": "rosterbus", "client_secret": "sis-secret-value"}
    assert dashboard.context.box.open(target.secrets) == {"token": "moodle-token-value"}
    assert (target.roles, target.user_auth) == ({"student": 5, "teacher": 3}, "manual")
    assert await dashboard.pool.fetchval("SELECT email FROM registry.recipient") == "office@north.example"


async def test_no_answer_and_no_record_holds_a_secret(dashboard: Dashboard) -> None:
    headers = await dashboard.bearer()
    answers = [await put(dashboard, NORTH, headers), await put(dashboard, {**NORTH, "schools": 7}, headers)]
    audit = await dashboard.pool.fetch("SELECT * FROM audit")
    outbox = await dashboard.pool.fetch("SELECT body FROM outbox")
    everything = repr([answers, [dict(row) for row in audit], [bytes(row["body"]) for row in outbox]])
    assert "sis-secret-value" not in everything
    assert "moodle-token-value" not in everything


async def test_declaring_tells_that_settings_changed_and_schools_should_be_listed(
    delivering: Dashboard, probe: EventProbe
) -> None:
    await put(delivering, NORTH, await delivering.bearer())
    event = (await probe.wait_for(SettingsChanged, 2))[-1]
    assert (event.district_id, event.what, event.list_schools) == ("north", "district", True)


async def test_the_listing_that_follows_shows_in_the_district(delivering: Dashboard, bus: Bus) -> None:
    headers = await delivering.bearer()
    _, declared = await put(delivering, NORTH, headers)
    await delivering.write_listing({"1": "Ashgrove Primary", "2": "Beech Hill School", "3": "Calder High"})
    await publish(bus, SchoolsListed(district_id="north", schools=3, listing=2))

    async def listed() -> dict[str, Any] | None:
        async with delivering.http.get(PATH, headers=headers) as answer:
            district: dict[str, Any] = await answer.json()
        return district if district["listed_at"] > declared["declared_at"] else None

    district = await wait_for(listed)
    assert district is not None
    assert (district["schools"], district["set_up"], district["listing_error"]) == (3, 3, None)


async def test_the_same_declaration_twice_leaves_the_same_registry(north: Dashboard) -> None:
    async def registry_rows() -> list[tuple[Any, ...]]:
        rows = [
            *await north.pool.fetch("SELECT * FROM registry.district"),
            *await north.pool.fetch("SELECT district_id, id, kind, settings FROM registry.source"),
            *await north.pool.fetch("SELECT district_id, id, name, base_url, roles FROM registry.target"),
            *await north.pool.fetch("SELECT * FROM registry.school ORDER BY id"),
        ]
        return [tuple(row) for row in rows]

    before = await registry_rows()
    await put(north, NORTH, await north.bearer())
    assert await registry_rows() == before


async def test_a_list_of_schools_sets_up_those_only(north: Dashboard) -> None:
    schools = [
        {"source_id": "2", "target": "North Moodle", "timezone": "Europe/Rome", "nightly": "00:00"},
        {"source_id": "9"},
    ]
    status, _ = await put(north, north_with(schools=schools), await north.bearer())
    assert status == 200
    await north.list_schools({"1": "Ashgrove Primary", "2": "Beech Hill School", "3": "Calder High"})
    rows = await north.pool.fetch(
        "SELECT source_school_id, target_id, timezone, nightly::text, shared FROM registry.school ORDER BY 1"
    )
    assert [tuple(row) for row in rows] == [
        ("1", None, "Europe/Amsterdam", None, True),
        ("2", "main", "Europe/Rome", "00:00:00", True),
        ("3", None, "Europe/Amsterdam", None, True),
        ("9", "main", "Europe/Amsterdam", None, False),
    ]


async def test_going_back_to_all_sets_up_every_school(north: Dashboard) -> None:
    headers = await north.bearer()
    await put(north, north_with(schools=[{"source_id": "2"}]), headers)
    await put(north, NORTH, headers)
    assert await north.pool.fetchval("SELECT count(*) FROM school WHERE target_id IS NULL") == 0


async def test_mistakes_come_back_as_sentences(dashboard: Dashboard) -> None:
    body = north_with(district={"id": "north", "name": "North"}, schools=[])
    status, problem = await put(dashboard, body, await dashboard.bearer())
    assert (status, problem["code"]) == (422, "mistakes")
    assert [error["key"] for error in problem["errors"]] == ["district.timezone", "schools"]
    assert problem["errors"][0]["detail"].startswith("district.timezone is missing.")
    assert await dashboard.pool.fetchval("SELECT count(*) FROM district") == 0


async def test_the_id_in_the_file_must_be_the_one_in_the_address(dashboard: Dashboard) -> None:
    body = north_with(district={**NORTH["district"], "id": "south"})
    status, problem = await put(dashboard, body, await dashboard.bearer())
    assert (status, problem["errors"][0]["key"]) == (422, "district.id")


@pytest.mark.parametrize(
    ("districts", "scopes", "status"),
    [
        (None, ["read", "order", "declare"], 200),
        (["north"], ["read", "order", "declare"], 200),
        (["south"], ["read", "order", "declare"], 404),
        (None, ["read", "order"], 403),
    ],
)
async def test_only_those_who_may_declare_a_district_do(
    dashboard: Dashboard, districts: list[str] | None, scopes: list[str], status: int
) -> None:
    assert (await put(dashboard, NORTH, await dashboard.bearer(districts=districts, scopes=scopes)))[0] == status


async def test_a_school_keeps_its_id_whoever_asks(north: Dashboard) -> None:
    assert await north.pool.fetchval("SELECT id FROM school WHERE source_school_id = '1'") == school("1")
