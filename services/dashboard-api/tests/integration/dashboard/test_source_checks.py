"""Trying out a source over HTTP: who may, what is kept and for how long, and what the answer says."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from common import registry
from common.bus import Bus
from common.envelope import decode
from common.events import SourceChecked, SourceCheckOrdered
from common.source_report import EndpointRead, FindingCount, SourceObstacle, SourceReport
from common.testing.probe import EventProbe
from common.testing.waiting import wait_for
from dashboard_api.housekeeping import clean

from .surroundings import NORTH, Dashboard, publish

PATH = "/api/v1/source-checks"
ORDER: dict[str, Any] = {"district": "north", "source": NORTH["source"], "school": "1"}
REPORT = SourceReport(
    usable=True,
    schools=2,
    school_names=("Ashgrove Primary", "Beech Hill School"),
    school_id="1",
    counts={"class": 38},
    rows={"kept": 38},
    endpoints=(
        EndpointRead(endpoint="users", entity="user", pages=1, received=38, outcomes={"kept": 38}, complete=True),
    ),
    findings=(FindingCount(code="MISSING_NAME", severity="error", occurrences=3),),
)
REFUSED = SourceReport(usable=False, trouble=SourceObstacle(code="AUTH_INVALID", detail="The secret was refused."))


async def post(dashboard: Dashboard, body: dict[str, Any], headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    async with dashboard.http.post(PATH, json=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def get(dashboard: Dashboard, id_: str, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    async with dashboard.http.get(f"{PATH}/{id_}", headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def ordered(dashboard: Dashboard, headers: dict[str, str], **more: Any) -> UUID:
    status, body = await post(dashboard, {**ORDER, **more}, headers)
    assert status == 202, body
    return UUID(body["id"])


def checked(id_: UUID, report: SourceReport = REPORT) -> SourceChecked:
    return SourceChecked(district_id="north", check_id=id_, report=report)


async def test_a_check_is_kept_sealed_and_told_without_what_opens_the_source(dashboard: Dashboard) -> None:
    id_ = await ordered(dashboard, await dashboard.bearer())
    waiting = await registry.source_check(dashboard.fetcher, "north", id_)
    assert waiting is not None
    assert (waiting.kind, waiting.school) == ("oneroster", "1")
    assert waiting.settings["base_url"] == NORTH["source"]["base_url"]
    assert dashboard.context.box.open(waiting.secrets) == {
        "client_id": "rosterbus",
        "client_secret": "sis-secret-value",
    }
    body = await dashboard.pool.fetchval("SELECT body FROM outbox")
    assert decode(body).event == SourceCheckOrdered(district_id="north", check_id=id_)
    audit = await dashboard.row("SELECT action, subject, detail FROM audit")
    assert audit == {
        "action": "check_source", "subject": f"source_check/{id_}", "detail": {"kind": "oneroster", "school": "1"}
    }  # fmt: skip
    rows = [dict(row) for row in await dashboard.pool.fetch("SELECT * FROM source_check")]
    assert "sis-secret-value" not in repr([rows, bytes(body)])


async def test_the_workers_of_the_declared_pool_make_it_unless_another_is_asked_for(north: Dashboard) -> None:
    await north.pool.execute("UPDATE district SET pool = 'big'")
    headers = await north.bearer()
    declared, asked = await ordered(north, headers), await ordered(north, headers, pool="small")
    rows = await north.pool.fetch("SELECT id, pool FROM source_check")
    assert {row["id"]: row["pool"] for row in rows} == {declared: "big", asked: "small"}


@pytest.mark.parametrize(
    ("districts", "scopes", "status"),
    [
        (["north"], ["read", "order", "declare"], 202),
        (["south"], ["read", "order", "declare"], 404),
        (["north"], ["read", "order"], 403),
    ],
)
async def test_only_those_who_may_declare_the_district_have_sources_tried_out(
    dashboard: Dashboard, districts: list[str], scopes: list[str], status: int
) -> None:
    headers = await dashboard.bearer(districts=districts, scopes=scopes)
    assert (await post(dashboard, ORDER, headers))[0] == status
    assert await dashboard.pool.fetchval("SELECT count(*) FROM source_check") == (status == 202)


@pytest.mark.parametrize(
    ("wanted", "status"),
    [({"districts": ["north"]}, 200), ({"districts": ["south"]}, 404), ({"scopes": ["read", "order"]}, 403)],
)
async def test_only_they_see_what_was_found(dashboard: Dashboard, wanted: dict[str, Any], status: int) -> None:
    id_ = await ordered(dashboard, await dashboard.bearer())
    assert (await get(dashboard, str(id_), await dashboard.bearer(**wanted)))[0] == status


async def test_a_check_that_nobody_asked_for_is_not_found(dashboard: Dashboard) -> None:
    assert (await get(dashboard, str(uuid4()), await dashboard.bearer()))[0] == 404


async def test_mistakes_in_the_source_are_told_at_once(dashboard: Dashboard) -> None:
    source = {key: value for key, value in NORTH["source"].items() if key != "base_url"}
    status, problem = await post(dashboard, {**ORDER, "source": source}, await dashboard.bearer())
    assert (status, problem["code"]) == (422, "mistakes")
    assert [error["key"] for error in problem["errors"]] == ["source.base_url"]
    assert await dashboard.pool.fetchval("SELECT count(*) FROM source_check") == 0


async def test_the_report_is_answered_and_the_secrets_are_gone(delivering: Dashboard, bus: Bus) -> None:
    headers = await delivering.bearer()
    id_ = await ordered(delivering, headers)
    other = await ordered(delivering, headers)
    assert (await get(delivering, str(id_), headers))[1]["state"] == "waiting"
    await publish(bus, checked(id_))
    await wait_for(lambda: delivering.pool.fetchval("SELECT true FROM source_check WHERE state = 'done'"))
    _, check = await get(delivering, str(id_), headers)
    assert (check["state"], check["district"], check["kind"], check["school"]) == ("done", "north", "oneroster", "1")
    assert (check["report"]["usable"], check["report"]["counts"]) == (True, {"class": 38})
    assert check["report"]["findings"][0]["title"]
    assert "secrets" not in check and "settings" not in check
    kept = await delivering.pool.fetch("SELECT id FROM source_check WHERE secrets IS NOT NULL")
    assert [row["id"] for row in kept] == [other]
    assert await registry.source_check(delivering.fetcher, "north", id_) is None


async def test_what_stands_in_the_way_is_told_in_the_language_that_is_asked_for(north: Dashboard) -> None:
    headers = {**await north.bearer(), "Accept-Language": "nl"}
    id_ = await ordered(north, headers)
    await north.handle(checked(id_, REFUSED))
    trouble = (await get(north, str(id_), headers))[1]["report"]["trouble"]
    assert (trouble["code"], trouble["language"]) == ("AUTH_INVALID", "nl")
    assert trouble["remedy"]


async def test_a_report_that_comes_twice_and_a_later_one_change_nothing(north: Dashboard) -> None:
    headers = await north.bearer()
    id_ = await ordered(north, headers)
    await north.handle(checked(id_))
    first = await get(north, str(id_), headers)
    await north.handle(checked(id_))
    await north.handle(checked(id_, REFUSED))
    assert await get(north, str(id_), headers) == first


async def test_a_check_that_waits_for_ten_minutes_is_unanswered_until_somebody_answers(north: Dashboard) -> None:
    headers = await north.bearer()
    id_, fresh = await ordered(north, headers), await ordered(north, headers)
    await north.pool.execute("UPDATE source_check SET asked_at = now() - interval '11 minutes' WHERE id = $1", id_)
    assert (await get(north, str(id_), headers))[1]["state"] == "unanswered"
    assert (await get(north, str(fresh), headers))[1]["state"] == "waiting"
    await north.handle(checked(id_))
    assert (await get(north, str(id_), headers))[1]["state"] == "done"


async def test_checks_are_forgotten_after_a_day(north: Dashboard) -> None:
    headers = await north.bearer()
    old, fresh = await ordered(north, headers), await ordered(north, headers)
    await north.pool.execute("UPDATE source_check SET asked_at = now() - interval '25 hours' WHERE id = $1", old)
    await clean(north.pool)
    rows = await north.pool.fetch("SELECT id FROM source_check")
    assert [row["id"] for row in rows] == [fresh]


async def test_open_pages_hear_of_checks_and_of_packages(delivering: Dashboard, probe: EventProbe) -> None:
    await ordered(delivering, await delivering.bearer())
    await probe.wait_for(SourceCheckOrdered)
    await wait_for(lambda: delivering.pool.fetchval("SELECT true FROM hint WHERE type = 'source.check_ordered'"))
