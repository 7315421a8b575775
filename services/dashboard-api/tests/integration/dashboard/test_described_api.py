"""The description of the API is true: real answers fit its schemas, to the last member."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import jsonschema_rs
import pytest

from common.events import SyncErrorsFound, SyncRequested

from .asking import get, post
from .surroundings import NORTH, Dashboard, completed, fetched, found_error, school
from .workers import Workers, person

Json = dict[str, Any]


class Description:
    """The OpenAPI document, made strict: answers have no members that it does not name."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self.strict: Json = json.loads(json.dumps(document))
        for schema in self.strict["components"]["schemas"].values():
            if "properties" in schema:
                schema["additionalProperties"] = False

    def answer(self, operation: str, status: int) -> Json:
        """What an operation says of its answer."""
        found: Json = self.operations()[operation]["responses"][str(status)]
        return found

    def operations(self) -> dict[str, Json]:
        """By their ids."""
        return {one["operationId"]: one for methods in self.document["paths"].values() for one in methods.values()}

    def misfits(self, operation: str, body: object, status: int = 200) -> list[str]:
        """Where a body does not fit what the operation says of it."""
        schema = self.answer(operation, status)["content"]["application/json"]["schema"]
        whole = {**schema, "components": self.strict["components"]}
        errors = jsonschema_rs.validator_for(whole).iter_errors(body)
        return [f"{'/'.join(map(str, error.instance_path))}: {error.message[:200]}" for error in errors]


@pytest.fixture
async def description(dashboard: Dashboard) -> Description:
    async with dashboard.http.get("/api/v1/openapi.json") as answer:
        return Description(await answer.json())


@pytest.fixture
async def story(north: Dashboard, workers: Workers) -> dict[str, Any]:
    """A district in which something happened: ids by name."""
    headers = await north.bearer()
    people = {("user", "u-1"): person("Ada"), ("school", "1"): {"name": "Ashgrove Primary"}}
    _, first = await workers.snapshot(people)
    number, run_id = await workers.snapshot({**people, ("user", "u-2"): person("Ben")})
    about: Json = {"district_id": "north", "run_id": run_id, "school_id": school("1")}
    for one in (first, run_id):
        await north.handle(fetched(one, snapshot=1 if one == first else number))
    await north.handle(SyncErrorsFound(**about, phase="fetching", part=0, errors=(found_error(),)))
    await north.handle(completed(run_id, errors=1))
    await north.handle(SyncRequested(district_id="north", run_id=uuid4(), school_id=school("2"), mode="full"))
    device = uuid4()
    body = {"name": "Box 1", "school": str(school("1")), "daily_at": "03:00"}
    async with north.http.put(f"/api/v1/districts/north/devices/{device}", json=body, headers=headers) as answer:
        assert answer.status == 200
    return {"headers": headers, "run": run_id, "first": first, "school": school("1"), "device": device}


def reads(story: dict[str, Any]) -> Iterator[tuple[str, str]]:
    run, one = story["run"], story["school"]
    yield "listDistricts", "/districts"
    yield "showDistrict", "/districts/north"
    yield "listSchools", "/schools"
    yield "showSchool", f"/schools/{one}"
    yield "listErrors", "/errors"
    yield "listCauses", "/errors/causes"
    yield "listRuns", "/runs"
    yield "showRun", f"/runs/{run}"
    yield "listRunErrors", f"/runs/{run}/errors"
    yield "compareRuns", f"/runs/{story['first']}/compare/{run}"
    yield "compareSnapshots", f"/schools/{one}/compare?from=1&to=2"
    yield "explainRecord", "/records/user/u-1/explain?district=north"
    yield "showSchoolSchedule", f"/schools/{one}/schedule"
    yield "showDistrictSchedule", "/districts/north/schedule"
    yield "listNights", "/districts/north/nights"
    yield "showSchoolNightlyMode", f"/schools/{one}/nightly-mode"
    yield "showDistrictNightlyModes", "/districts/north/nightly-mode"
    yield "listPools", "/pools"
    yield "listActs", f"/audit?school={one}"
    yield "listSources", "/districts/north/sources"
    yield "showSource", "/districts/north/sources/main"
    yield "listTargets", "/districts/north/targets"
    yield "showTarget", "/districts/north/targets/main"
    yield "listDevices", "/devices"
    yield "showDevice", f"/devices/{story['device']}"
    yield "listHolds", "/holds"


async def test_answers_fit_the_schemas_that_the_description_gives_them(
    north: Dashboard, story: dict[str, Any], description: Description
) -> None:
    headers = story["headers"]
    await put_schedule(north, headers)
    misfits = {}
    for operation, path in reads(story):
        status, body = await get(north, path, headers)
        assert status == 200, (path, body)
        misfits[operation] = description.misfits(operation, body)
    assert {operation: found for operation, found in misfits.items() if found} == {}


async def put_schedule(dashboard: Dashboard, headers: dict[str, str]) -> None:
    body = {"nightly": "20:00", "blackouts": [{"first": "2026-12-21", "last": "2027-01-03", "reason": "winter"}]}
    async with dashboard.http.put("/api/v1/districts/north/schedule", json=body, headers=headers) as answer:
        assert answer.status == 200


async def test_answers_to_acts_fit_too(north: Dashboard, story: dict[str, Any], description: Description) -> None:
    headers, one = story["headers"], story["school"]
    search = {"district": "north", "text": "Ada"}
    trial = {"district": "north", "school": str(one), "templates": {"username": ["{email}"]}}
    check = {"district": "north", "source": NORTH["source"]}
    acts: list[tuple[str, str, object, int]] = [
        ("orderSchoolRun", f"/schools/{one}/runs", {}, 202),
        ("orderDistrictRuns", "/districts/north/runs", {}, 202),
        ("orderDeviceSync", f"/devices/{story['device']}/runs", {}, 202),
        ("rebuildLinks", f"/schools/{one}/links/rebuild", {}, 202),
        ("searchRecords", "/records/search", search, 200),
        ("tryMapping", "/mapping/try", trial, 200),
        ("noteDeviceContact", f"/devices/{story['device']}/contact", {"online": True}, 200),
        ("orderSourceCheck", "/source-checks", check, 202),
    ]
    answers = {}
    for operation, path, body, status in acts:
        got, answers[operation] = await post(north, path, body, headers)
        assert got == status, (path, answers[operation])
        assert description.misfits(operation, answers[operation], status) == [], path
    for operation, path in (
        ("showOrder", f"/orders/{answers['orderDistrictRuns']['order_id']}"),
        ("showSourceCheck", f"/source-checks/{answers['orderSourceCheck']['id']}"),
    ):
        assert description.misfits(operation, (await get(north, path, headers))[1]) == [], path


async def test_people_and_keys_fit_too(north: Dashboard, description: Description) -> None:
    headers = await north.bearer()
    new = {"email": "anna@north.example", "name": "Anna", "role": "viewer", "districts": ["north"]}
    _, person = await post(north, "/users", new, headers)
    _, key = await post(north, "/keys", {"name": "reports", "scopes": ["read"], "districts": ["north"]}, headers)
    _, invited = await post(north, f"/users/{person['id']}/invitation", {}, headers)
    answers = {("createUser", 201): person, ("createKey", 201): key, ("inviteUser", 201): invited}
    for operation, path in (
        ("listUsers", "/users"),
        ("showUser", f"/users/{person['id']}"),
        ("listKeys", "/keys"),
        ("showKey", f"/keys/{key['id']}"),
        ("showMe", "/me"),
    ):
        answers[operation, 200] = (await get(north, path, headers))[1]
    target = {"district": "north", "target": {**NORTH["target"], "name": "New"}}
    _, ordered = await post(north, "/target-checks", target, headers)
    answers["showTargetCheck", 200] = (await get(north, f"/target-checks/{ordered['id']}", headers))[1]
    misfits = {asked: description.misfits(asked[0], body, asked[1]) for asked, body in answers.items()}
    assert {asked: found for asked, found in misfits.items() if found} == {}


async def test_plans_and_holds_fit_too(north: Dashboard, workers: Workers, description: Description) -> None:
    headers = await north.bearer()
    run_id, hold_id = await planned(north, workers)
    for operation, path in (
        ("showPlan", f"/runs/{run_id}/plan"),
        ("listOperations", f"/runs/{run_id}/operations"),
        ("listHolds", "/holds"),
        ("showHold", f"/holds/{hold_id}"),
        ("showSchool", f"/schools/{school('1')}"),
    ):
        status, body = await get(north, path, headers)
        assert status == 200, body
        assert description.misfits(operation, body) == [], path
    _, hold = await get(north, f"/holds/{hold_id}", headers)
    body = {"decision": "approve", "plan_hash": hold["plan_hash"]}
    status, decided = await post(north, f"/holds/{hold_id}/decision", body, headers)
    assert description.misfits("decideHold", decided, status) == []
    order = await get(north, f"/orders/{hold_id}", headers)
    assert description.misfits("showOrder", order[1]) == []


async def planned(north: Dashboard, workers: Workers) -> tuple[UUID, UUID]:
    """A run whose removals wait, and its hold."""
    run_id = await workers.plan(uuid4(), outcome="held")
    held = await workers.hold(run_id)
    after = {"role_id": 5}
    await workers.operation(run_id, "enrolment", "suspend", "c-1", user_key="u-1", state="held", after=after)
    await workers.operation(run_id, "user", "create", "u-3", state="done")
    await north.handle(held)
    return run_id, held.hold_id


async def test_a_problem_fits_and_leads_to_the_page_of_its_code(north: Dashboard, description: Description) -> None:
    status, problem = await get(north, f"/runs/{uuid4()}", await north.bearer())
    reference = description.answer("showRun", status)["$ref"].rpartition("/")[2]
    answer = description.document["components"]["responses"][reference]
    schema = answer["content"]["application/problem+json"]["schema"]
    whole = {**schema, "components": description.document["components"]}
    assert jsonschema_rs.is_valid(whole, problem)
    assert problem["type"].endswith("/help/problems/not_found")


async def test_every_operation_has_an_id_of_its_own_words_and_an_example(description: Description) -> None:
    tags = {tag["name"] for tag in description.document["tags"]}
    ids = [one["operationId"] for methods in description.document["paths"].values() for one in methods.values()]
    assert len(ids) == len(set(ids))
    for id_, operation in description.operations().items():
        assert operation["summary"], id_
        assert set(operation["tags"]) <= tags, id_
        for content in contents(operation):
            assert "example" in content, id_


async def test_the_examples_fit_the_schemas(description: Description) -> None:
    for id_, operation in description.operations().items():
        for content in contents(operation):
            whole = {**content["schema"], "components": description.document["components"]}
            errors = list(jsonschema_rs.validator_for(whole).iter_errors(content["example"]))
            assert errors == [], (id_, errors[0].message if errors else "", content["example"])


def contents(operation: Json) -> list[Json]:
    answers = (*operation["responses"].values(), operation.get("requestBody", {}))
    kinds = [answer.get("content", {}).get("application/json") for answer in answers]
    return [content for content in kinds if content is not None]
