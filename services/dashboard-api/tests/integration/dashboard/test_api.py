"""The API: lists, orders, problems, and who may see what."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from common.events import SyncErrorsFound, SyncFailed, SyncOrdered, SyncRequested
from common.testing.probe import EventProbe
from dashboard_api.queries.runs import run_of

from .surroundings import BEGINNING, NORTH, Dashboard, completed, fetched, found_error, school
from .surroundings import north as north_with

READS = ["/api/v1/districts/north", "/api/v1/districts", "/api/v1/schools", "/api/v1/runs", "/api/v1/events"]


async def get(dashboard: Dashboard, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    async with dashboard.http.get(path, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def post(
    dashboard: Dashboard, path: str, body: object, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, Any], str]:
    async with dashboard.http.post(path, json=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None), answer.headers.get("Location", "")


async def south_too(dashboard: Dashboard) -> None:
    await dashboard.declare(north_with(district={**NORTH["district"], "id": "south", "name": "South district"}))
    await dashboard.list_schools({"1": "Wharf Lane Infants"}, "south")


async def test_schools_come_with_what_is_shared_and_how_they_stand(north: Dashboard) -> None:
    run_id = uuid4()
    for event in (fetched(run_id), completed(run_id)):
        await north.handle(event)
    await north.handle(SyncRequested(district_id="north", run_id=uuid4(), school_id=school("2"), mode="full"))
    status, body = await get(north, "/api/v1/schools?district=north", await north.bearer())
    ashgrove, beech = body["schools"]
    assert (status, body["next"]) == (200, None)
    assert (ashgrove["name"], ashgrove["status"], ashgrove["counts"]["student"]) == ("Ashgrove Primary", "nightly", 402)
    assert (ashgrove["last_run"]["run_id"], ashgrove["recent"], ashgrove["activity"]) == (str(run_id), ["clean"], None)
    assert (beech["health"], beech["activity"]["status"], beech["last_run"]) == ("never", "requested", None)


async def test_a_sync_that_waits_for_a_decision_did_not_end_clean(north: Dashboard) -> None:
    await north.handle(completed(uuid4()), at=BEGINNING)
    await north.handle(completed(uuid4(), outcome="held", actions={}), at=BEGINNING + timedelta(hours=1))
    _, body = await get(north, "/api/v1/schools", await north.bearer())
    assert body["schools"][0]["recent"] == ["clean", "held"]
    _, page = await get(north, f"/api/v1/schools/{school('1')}", await north.bearer())
    assert [run["health"] for run in page["runs"]] == ["held", "clean"]


async def test_schools_are_paged_by_name_and_filtered(north: Dashboard) -> None:
    headers = await north.bearer()
    await north.list_schools({str(n): f"School {n:02}" for n in range(7)})
    await north.handle(completed(uuid4(), "3", errors=1))
    names: list[str] = []
    after = ""
    for _ in range(3):
        _, body = await get(north, f"/api/v1/schools?limit=3{after}", headers)
        names += [one["name"] for one in body["schools"]]
        after = f"&after={body['next']}"
    assert names == [f"School {n:02}" for n in range(7)]
    assert body["next"] is None
    _, found = await get(north, "/api/v1/schools?search=SCHOOL 05", headers)
    _, wrong = await get(north, "/api/v1/schools?status=with_errors", headers)
    assert [one["name"] for one in found["schools"] + wrong["schools"]] == ["School 05", "School 03"]


async def test_runs_are_paged_the_newest_first(north: Dashboard) -> None:
    headers, ids = await north.bearer(), [uuid4() for _ in range(5)]
    for id_ in ids:
        await north.handle(completed(id_))
    await north.handle(completed(uuid4(), "2"))
    _, first = await get(north, f"/api/v1/runs?school={school('1')}&limit=3", headers)
    _, rest = await get(north, f"/api/v1/runs?school={school('1')}&limit=3&after={first['next']}", headers)
    assert [UUID(run["id"]) for run in first["runs"] + rest["runs"]] == ids[::-1]


async def test_a_run_comes_with_its_errors(north: Dashboard) -> None:
    headers, run_id = await north.bearer(), uuid4()
    found = tuple(found_error(source_id=f"u-{n}") for n in range(5))
    await north.handle(
        SyncErrorsFound(
            district_id="north", run_id=run_id, school_id=school("1"), phase="fetching", part=0, errors=found
        )
    )
    _, run = await get(north, f"/api/v1/runs/{run_id}", {**headers, "Accept-Language": "nl-BE, en;q=0.5"})
    (error,) = run["errors_by_code"]
    assert (error["code"], error["severity"], error["occurrences"]) == ("MISSING_NAME", "error", 5)
    _, first = await get(north, f"/api/v1/runs/{run_id}/errors?limit=3", headers)
    _, rest = await get(north, f"/api/v1/runs/{run_id}/errors?limit=3&after={first['next']}", headers)
    assert [error["source_id"] for error in first["errors"] + rest["errors"]] == [f"u-{n}" for n in range(5)]


async def test_the_codes_of_a_run_are_said_in_the_language_that_is_asked_for(north: Dashboard) -> None:
    headers, run_id = await north.bearer(), uuid4()
    about: dict[str, Any] = {"district_id": "north", "run_id": run_id, "school_id": school("1")}
    await north.handle(SyncErrorsFound(**about, phase="fetching", part=0, errors=(found_error(),)))
    await north.handle(SyncFailed(**about, mode="full", phase="applying", code="LMS_UNREACHABLE"))
    _, run = await get(north, f"/api/v1/runs/{run_id}", {**headers, "Accept-Language": "nl-BE, en;q=0.5"})
    (error,) = run["errors_by_code"]
    assert (error["language"], error["title"], error["who"]) == (
        "nl",
        "Een naam of titel is leeg",
        "Beheerder van de bron",
    )
    assert run["failure"]["title"] == "Moodle antwoordt niet of laat ons niet binnen"


async def test_an_order_tells_the_scheduler_and_its_run_is_there_at_once(
    delivering: Dashboard, probe: EventProbe
) -> None:
    headers = await delivering.bearer()
    status, body, location = await post(
        delivering, f"/api/v1/schools/{school('1')}/runs", {"mode": "full", "reason": "new term"}, headers
    )
    run_id = run_of(UUID(body["order_id"]), school("1"))
    assert (status, location) == (202, f"/api/v1/orders/{body['order_id']}")
    assert body["runs"] == [{"school_id": str(school("1")), "school": "Ashgrove Primary", "run_id": str(run_id)}]
    _, run = await get(delivering, f"/api/v1/runs/{run_id}", headers)
    assert (run["status"], run["mode"], run["reason"], run["ordered_by_key"]) == ("ordered", "full", "new term", True)
    (event,) = await probe.wait_for(SyncOrdered)
    assert (event.order_id, event.schools, event.mode) == (UUID(body["order_id"]), (school("1"),), "full")


async def test_an_order_for_a_district_reaches_all_schools_that_are_set_up(north: Dashboard) -> None:
    await north.declare(north_with(schools=[{"source_id": "2"}]))
    headers = await north.bearer()
    status, body, location = await post(north, "/api/v1/districts/north/runs", {"mode": "partial"}, headers)
    assert (status, [run["school"] for run in body["runs"]]) == (202, ["Beech Hill School"])
    _, order = await get(north, location, headers)
    assert [run["run_id"] for run in order["runs"]] == [body["runs"][0]["run_id"]]
    assert (order["total"], order["done"], order["ended"], order["statuses"]) == (1, 0, False, {"ordered": 1})
    assert await north.pool.fetchval("SELECT count(*) FROM audit WHERE action = 'order'") == 1


async def test_a_school_that_is_not_set_up_is_not_run_and_the_answer_says_what_to_do(north: Dashboard) -> None:
    await north.declare(north_with(schools=[{"source_id": "2"}]))
    status, problem, _ = await post(north, f"/api/v1/schools/{school('1')}/runs", {}, await north.bearer())
    assert (status, problem["code"]) == (409, "not_set_up")
    assert "Name it in the district file" in problem["detail"]
    assert await north.pool.fetchval("SELECT count(*) FROM run") == 0


async def test_a_problem_has_the_standards_shape(dashboard: Dashboard) -> None:
    async with dashboard.http.get(f"/api/v1/runs/{uuid4()}", headers=await dashboard.bearer()) as answer:
        assert answer.content_type == "application/problem+json"
        problem = await answer.json(content_type=None)
    assert problem["status"] == 404
    assert problem["title"] == "There is no such thing"
    assert problem["type"] == "http://127.0.0.1:8080/help/problems/not_found"
    assert problem["instance"].startswith("/api/v1/runs/")


async def test_wrong_requests_are_problems_too(dashboard: Dashboard) -> None:
    headers = await dashboard.bearer()
    wrong = {"nothing": 404, "runs/7": 422, "schools?limit=0": 422, "schools?after=x": 400, "schools?status=odd": 422}
    for path, status in wrong.items():
        got, problem = await get(dashboard, f"/api/v1/{path}", headers)
        assert (got, problem["status"]) == (status, status), path
        assert problem["detail"], path


async def test_nobody_sees_nothing(north: Dashboard) -> None:
    for path in READS:
        async with north.http.get(path) as answer:
            assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer"), path
        assert (await get(north, path, {"Authorization": "Bearer rb_guess"}))[0] == 401, path


async def test_an_expired_key_is_nobody(north: Dashboard) -> None:
    headers = await north.bearer()
    await north.pool.execute("UPDATE api_key SET expires_at = now() - interval '1 second'")
    assert (await get(north, "/api/v1/schools", headers))[0] == 401


async def test_others_districts_do_not_exist(north: Dashboard) -> None:
    await south_too(north)
    run_id = uuid4()
    await north.handle(completed(run_id))
    headers = await north.bearer(districts=["south"])
    for path in (
        "/api/v1/districts/north",
        f"/api/v1/runs/{run_id}",
        f"/api/v1/runs/{run_id}/errors",
        "/api/v1/events?district=north",
    ):
        assert (await get(north, path, headers))[0] == 404, path
    for path in (f"/api/v1/schools/{school('1')}/runs", "/api/v1/districts/north/runs"):
        assert (await post(north, path, {}, headers))[0] == 404, path
    everything = [(await get(north, f"/api/v1/{name}", headers))[1] for name in ("districts", "schools", "runs")]
    assert [one["id"] for one in everything[0]["districts"]] == ["south"]
    assert [one["name"] for one in everything[1]["schools"]] == ["Wharf Lane Infants"]
    assert everything[2]["runs"] == []
    assert (await get(north, "/api/v1/schools?district=north", headers))[1]["schools"] == []


async def test_another_districts_school_is_not_run_through_ones_own(north: Dashboard) -> None:
    await south_too(north)
    body = {"schools": [str(school("1"))]}
    assert (await post(north, "/api/v1/districts/south/runs", body, await north.bearer()))[0] == 404


async def test_who_may_only_look_orders_nothing(north: Dashboard) -> None:
    headers = await north.bearer(scopes=["read"])
    assert (await get(north, "/api/v1/schools", headers))[0] == 200
    for path in (f"/api/v1/schools/{school('1')}/runs", "/api/v1/districts/north/runs"):
        status, problem, _ = await post(north, path, {}, headers)
        assert (status, problem["code"]) == (403, "not_allowed")
    assert await north.pool.fetchval("SELECT count(*) FROM run") == 0


async def test_health_and_metrics_need_nobody(dashboard: Dashboard) -> None:
    await get(dashboard, f"/api/v1/runs/{uuid4()}")
    for path, words in (("/healthz", "alive"), ("/readyz", "ready"), ("/metrics", 'route="/api/v1/runs/{run_id}"')):
        async with dashboard.http.get(path) as answer:
            assert answer.status == 200
            assert words in await answer.text()
