"""A run's plan and its operations, for programs and for spreadsheets."""

import csv
import io
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from pydantic import SecretStr

from .asking import get, get_text, post, refused, south_too
from .surroundings import Dashboard, fetched
from .workers import Workers

STUDENT = {"role_id": 5, "active": False}


@pytest.fixture
async def run_id(north: Dashboard, workers: Workers) -> UUID:
    """A run that creates somebody and takes four enrolments away, one of them held, in two courses."""
    run_id = uuid4()
    await north.handle(fetched(run_id))
    await workers.plan(run_id, messages=7)
    await workers.link("course", "c-1", 31, {"fullname": "Maths 7A", "shortname": "MA7A"})
    await workers.link("user", "u-1", 17, {"firstname": "Zoë", "lastname": "Quill"})
    await workers.operation(
        run_id, "user", "create", "u-9", state="done", after={"firstname": "=Ada", "lastname": "Byron"}
    )
    for class_key, user_key, facts in (
        ("c-1", "u-1", {"state": "held", "graded": True, "code": "CHANGE_THRESHOLD"}),
        ("c-1", "u-2", {"graded": False}),
        ("c-2", "u-1", {"graded": False}),
        ("c-2", "u-3", {"state": "failed", "graded": True, "code": "LMS_WRITE_REJECTED"}),
    ):
        await workers.operation(
            run_id,
            "enrolment",
            "suspend",
            class_key,
            user_key=user_key,
            before={"active": True},
            after=STUDENT,
            **facts,
        )
    return run_id


@pytest.fixture
async def of_the_south(north: Dashboard, workers: Workers, run_id: UUID) -> None:
    """Operations of a run with the same id in another district, which nobody must see in this one's."""
    await south_too(north)
    await workers.plan(run_id, district_id="south")
    await workers.operation(run_id, "user", "create", "u-south", district_id="south")


async def test_a_plan_is_told_in_numbers_and_in_one_sentence(
    north: Dashboard, run_id: UUID, of_the_south: None
) -> None:
    status, plan = await get(north, f"/runs/{run_id}/plan", await north.bearer())
    assert (status, plan["messages"], plan["mode"], plan["kind"], plan["hold"]) == (200, 7, "full", "roster", None)
    assert plan["counts"] == {
        "user": {"create": {"done": 1}},
        "enrolment": {"suspend": {"held": 1, "planned": 2, "failed": 1}},
    }
    assert plan["consequences"] == "2 students lose access to 2 courses; 1 has graded work."


async def test_a_plan_comes_with_its_hold(north: Dashboard, workers: Workers, run_id: UUID) -> None:
    held = await workers.hold(run_id)
    _, plan = await get(north, f"/runs/{run_id}/plan", await north.bearer())
    assert (plan["hold"]["id"], plan["hold"]["state"]) == (str(held.hold_id), "open")
    assert plan["hold"]["guards"][0]["sentence"] == ("Enrolments: 31 of 40; up to 5 are changed without asking.")


async def test_before_moodle_sync_was_ever_started_there_are_no_plans_to_ask_for(
    north: Dashboard, run_id: UUID, database_url: SecretStr
) -> None:
    owner = await asyncpg.connect(database_url.get_secret_value())
    await owner.execute("ALTER VIEW plan.run RENAME TO run_elsewhere")
    await owner.close()
    status, problem = await get(north, f"/runs/{run_id}/plan", await north.bearer())
    assert (status, problem["code"]) == (503, "not_ready")


async def test_a_run_without_a_plan_says_so(north: Dashboard) -> None:
    run_id = uuid4()
    await north.handle(fetched(run_id))
    status, problem = await get(north, f"/runs/{run_id}/plan", await north.bearer())
    assert (status, problem["code"]) == (404, "no_plan")


async def found(north: Dashboard, run_id: UUID, query: str) -> list[Any]:
    status, body = await get(north, f"/runs/{run_id}/operations?{query}", await north.bearer())
    assert status == 200, body
    return [(o["source_key"], o["user_key"]) for o in body["operations"]]


async def test_operations_have_the_names_of_what_they_are_about(
    north: Dashboard, run_id: UUID, of_the_south: None
) -> None:
    _, body = await get(north, f"/runs/{run_id}/operations", await north.bearer())
    named = [(o["name"], o["user_name"]) for o in body["operations"]]
    assert named == [
        ("=Ada Byron", None),
        ("Maths 7A", "Zoë Quill"),
        ("Maths 7A", None),
        (None, "Zoë Quill"),
        (None, None),
    ]
    assert body["operations"][1]["before"] == {"active": True}
    assert body["next"] is None


async def test_operations_are_filtered(north: Dashboard, run_id: UUID) -> None:
    for query, expected in {
        "entity=user": [("u-9", None)],
        "kind=create": [("u-9", None)],
        "state=held": [("c-1", "u-1")],
        "graded=true": [("c-1", "u-1"), ("c-2", "u-3")],
        "removals=true&graded=false": [("c-1", "u-2"), ("c-2", "u-1")],
        "search=u-3": [("c-2", "u-3")],
        "search=maths": [("c-1", "u-1"), ("c-1", "u-2")],
        "search=quill": [],
    }.items():
        assert await found(north, run_id, query) == expected, query


async def test_peoples_names_are_searched_for_in_the_body_and_never_in_the_address(
    north: Dashboard, run_id: UUID
) -> None:
    body = {"search": "zoë", "state": "held"}
    status, answer = await post(north, f"/runs/{run_id}/operations/search", body, await north.bearer())
    assert (status, [o["user_key"] for o in answer["operations"]]) == (200, ["u-1"])


async def test_operations_are_paged_in_their_order(north: Dashboard, run_id: UUID) -> None:
    headers, keys, after = await north.bearer(), list[Any](), ""
    for _ in range(3):
        _, body = await get(north, f"/runs/{run_id}/operations?limit=2{after}", headers)
        keys += [(o["source_key"], o["user_key"]) for o in body["operations"]]
        after = f"&after={body['next']}"
    assert keys == [("u-9", None), ("c-1", "u-1"), ("c-1", "u-2"), ("c-2", "u-1"), ("c-2", "u-3")]
    assert body["next"] is None
    assert (await get(north, f"/runs/{run_id}/operations?after=x", headers))[0] == 400


async def test_operations_as_csv_are_no_formulas(north: Dashboard, run_id: UUID, of_the_south: None) -> None:
    kind, text = await get_text(north, f"/runs/{run_id}/operations.csv", await north.bearer())
    rows = list(csv.DictReader(io.StringIO(text)))
    assert kind == "text/csv"
    assert [row["name"] for row in rows] == ["'=Ada Byron", "Maths 7A", "Maths 7A", "", ""]
    assert (rows[1]["graded"], rows[2]["graded"], rows[0]["graded"]) == ("yes", "no", "")
    assert rows[1]["changes"] == "active: true → false; role_id: – → 5"


async def test_csv_suits_spreadsheets_where_commas_are_decimal_signs(north: Dashboard, run_id: UUID) -> None:
    headers = {**await north.bearer(), "Accept": "text/csv"}
    _, text = await get_text(north, f"/runs/{run_id}/operations?bom=true&separator=semicolon&entity=user", headers)
    assert text.startswith("\ufeffseq;entity;kind;")
    assert len(text.splitlines()) == 2


async def test_plans_are_for_those_who_may_see_the_district(north: Dashboard, run_id: UUID) -> None:
    await south_too(north)
    for path in (f"/runs/{run_id}/plan", f"/runs/{run_id}/operations", f"/runs/{run_id}/operations.csv"):
        await refused(north, path)
    await refused(north, f"/runs/{run_id}/operations/search", {"search": "zoë"})
    viewer = await north.bearer(scopes=["read"], districts=["north"])
    assert (await get(north, f"/runs/{run_id}/plan", viewer))[0] == 200
