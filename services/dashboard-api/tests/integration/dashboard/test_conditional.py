"""ETag, If-Match and If-None-Match on settings: nobody overwrites what they have not seen."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from .surroundings import NORTH, Dashboard, completed, school
from .surroundings import north as north_with
from .workers import Workers

SCHOOL, DISTRICT = f"/schools/{school('1')}", "/districts/north"
TOLD = {"recipients": [{"email": "office@north.example"}]}
SETTINGS: list[tuple[str, str, Any, Any]] = [
    (f"{SCHOOL}/schedule", f"{SCHOOL}/schedule", {"nightly": "20:00"}, {"nightly": "00:00"}),
    (f"{DISTRICT}/schedule", f"{DISTRICT}/schedule", {"nightly": "20:00"}, {"nightly": "00:00"}),
    (f"{SCHOOL}/nightly-mode", f"{SCHOOL}/nightly-mode", {"mode": "paused"}, {"mode": "on"}),
    (f"{DISTRICT}/nightly-mode", f"{DISTRICT}/nightly-mode", {"mode": "paused"}, {"mode": "on"}),
    (DISTRICT, DISTRICT, NORTH, north_with(district={**NORTH["district"], "name": "Other"})),
    (f"{DISTRICT}/settings", f"{DISTRICT}/policy", {"leavers": "unenrol"}, {"courses": "course"}),
    (f"{DISTRICT}/settings", f"{DISTRICT}/second-person", {"undo": True}, {"force": True}),
    (f"{DISTRICT}/settings", f"{DISTRICT}/recipients", TOLD, {"recipients": []}),
    (
        f"{DISTRICT}/sources/main",
        f"{DISTRICT}/sources/main",
        {"source": NORTH["source"], "name": "A"},
        {"source": NORTH["source"], "name": "B"},
    ),
    (f"{DISTRICT}/targets/main", f"{DISTRICT}/targets/main", {**NORTH["target"], "name": "A"}, NORTH["target"]),
]
"""Where the tag is, where it is sent, and two changes."""
PATCHES: list[tuple[str, str, Any]] = [
    (f"{DISTRICT}/settings", f"{DISTRICT}/settings", {"name": "Other"}),
    (f"{DISTRICT}/settings", f"{DISTRICT}/policy", {"leavers": "unenrol"}),
    (f"{SCHOOL}/settings", f"{SCHOOL}/settings", {"timezone": "Europe/Paris"}),
    (f"{DISTRICT}/sources", f"{DISTRICT}/sources/main", {"source": {"client_secret": "another"}}),
    (f"{DISTRICT}/sources/main", f"{DISTRICT}/sources/main", {"name": "Other"}),
    (f"{DISTRICT}/targets", f"{DISTRICT}/targets/main", {"token": "another"}),
    (f"{DISTRICT}/targets/main", f"{DISTRICT}/targets/main", {"roles": {"student": 7}}),
]


async def ask(
    dashboard: Dashboard, method: str, path: str, headers: dict[str, str], body: object = None
) -> tuple[int, Any, str]:
    async with dashboard.http.request(method, f"/api/v1{path}", json=body, headers=headers) as answer:
        found = await answer.json(content_type=None) if answer.status != 304 else None
        return answer.status, found, answer.headers.get("ETag", "")


@pytest.mark.parametrize(("shown", "changed", "one", "other"), SETTINGS, ids=[case[1][-28:] for case in SETTINGS])
async def test_who_has_not_seen_the_last_change_changes_nothing(
    north: Dashboard, shown: str, changed: str, one: Any, other: Any
) -> None:
    anna, ben = await north.bearer(), await north.bearer()
    _, _, seen = await ask(north, "GET", shown, anna)
    assert (await ask(north, "PUT", changed, {**ben, "If-Match": seen}, one))[0] == 200
    status, problem, _ = await ask(north, "PUT", changed, {**anna, "If-Match": seen}, other)
    assert (status, problem["code"]) == (412, "changed_meanwhile")
    assert problem["changed_by"].startswith("key ")
    _, _, now = await ask(north, "GET", shown, anna)
    assert now.partition(".")[0] != seen.partition(".")[0]
    assert (await ask(north, "PUT", changed, {**anna, "If-Match": now}, other))[0] == 200


@pytest.mark.parametrize(("shown", "changed", "body"), PATCHES, ids=[f"{case[0]}-{case[2]}"[-40:] for case in PATCHES])
async def test_a_part_is_changed_only_as_it_was_seen(north: Dashboard, shown: str, changed: str, body: Any) -> None:
    headers = await north.bearer()
    _, _, seen = await ask(north, "GET", shown, headers)
    status, _, made = await ask(north, "PATCH", changed, {**headers, "If-Match": seen}, body)
    assert (status, bool(made)) == (200, True)
    status, problem, now = await ask(north, "PATCH", changed, {**headers, "If-Match": seen}, body)
    assert (status, problem["code"]) == (412, "changed_meanwhile")
    assert (await ask(north, "PATCH", changed, {**headers, "If-Match": now}, body))[0] == 200
    assert (await ask(north, "PATCH", changed, headers, body))[0] == 200


@pytest.mark.parametrize(("shown", "changed", "one", "other"), SETTINGS, ids=[case[1][-28:] for case in SETTINGS])
async def test_of_many_at_once_who_saw_the_same_one_wins(
    north: Dashboard, shown: str, changed: str, one: Any, other: Any
) -> None:
    await ask(north, "PUT", changed, await north.bearer(), other)
    _, _, seen = await ask(north, "GET", shown, await north.bearer())
    headers = {**await north.bearer(), "If-Match": seen}
    ended = await asyncio.gather(*(ask(north, "PUT", changed, headers, one) for _ in range(4)))
    assert sorted(status for status, _, _ in ended) == [200, 412, 412, 412]


async def test_a_refusal_names_the_settings_as_they_are_now(north: Dashboard) -> None:
    path, headers = f"{DISTRICT}/settings", await north.bearer()
    _, _, seen = await ask(north, "GET", path, headers)
    await ask(north, "PATCH", path, headers, {"name": "The North"})
    await ask(north, "PATCH", f"{DISTRICT}/policy", headers, {"leavers": "unenrol"})
    status, problem, now = await ask(north, "PATCH", path, {**headers, "If-Match": seen}, {"name": "North"})
    assert (status, problem["changes"]) == (412, [
        {"field": "name", "from": "North district", "to": "The North"},
        {"field": "policy", "from": {}, "to": {"leavers": "unenrol"}},
    ])  # fmt: skip
    _, _, shown = await ask(north, "GET", path, headers)
    assert now.strip('"') == shown.strip('"').partition(".")[0]
    assert (await ask(north, "GET", path, {**headers, "If-None-Match": now}))[0] == 200


async def test_no_address_stands_in_what_was_changed_meanwhile(north: Dashboard) -> None:
    path, headers = f"{DISTRICT}/settings", await north.bearer()
    _, _, seen = await ask(north, "GET", path, headers)
    await ask(north, "PUT", f"{DISTRICT}/recipients", headers, TOLD)
    _, problem, _ = await ask(north, "PATCH", path, {**headers, "If-Match": seen}, {"name": "North"})
    assert [change["field"] for change in problem["changes"]] == ["told"]
    assert "office" not in repr(problem)


async def test_a_replaced_secret_is_a_change_that_one_must_have_seen(north: Dashboard) -> None:
    headers = await north.bearer()
    for place, key, body in (
        ("sources", "client_secret", {"source": {"client_secret": "another"}}),
        ("targets", "token", {"token": "another"}),
    ):
        path = f"{DISTRICT}/{place}/main"
        _, _, seen = await ask(north, "GET", path, headers)
        await ask(north, "PATCH", path, headers, body)
        status, problem, _ = await ask(north, "PATCH", path, {**headers, "If-Match": seen}, body)
        assert (status, "another" in repr(problem)) == (412, False), key
        _, _, seen = await ask(north, "GET", path, headers)
        await ask(north, "PATCH", path, headers, body)
        assert (await ask(north, "GET", path, headers))[2] == seen, "the same again is no change"


async def test_a_decision_is_about_the_plan_that_was_seen(north: Dashboard, workers: Workers) -> None:
    headers, run_id, other_id = await north.bearer(), uuid4(), uuid4()
    await workers.plan(run_id, outcome="held")
    hold = await workers.hold(run_id)
    await workers.plan(other_id, "2", outcome="held")
    for held in (hold, await workers.hold(other_id, "2", plan_hash="hash-2")):
        await north.handle(held)
    _, _, seen = await ask(north, "GET", f"/runs/{run_id}/plan", headers)
    _, _, strange = await ask(north, "GET", f"/runs/{other_id}/plan", headers)
    assert (await ask(north, "GET", f"/runs/{run_id}/plan", {**headers, "If-None-Match": seen}))[0] == 304
    path, body = f"/holds/{hold.hold_id}/decision", {"decision": "reject"}
    status, problem, now = await ask(north, "POST", path, {**headers, "If-Match": strange}, body)
    assert (status, problem["code"]) == (412, "changed_meanwhile")
    assert now.strip('"') == seen.strip('"').partition(".")[0]
    assert (await ask(north, "POST", path, {**headers, "If-Match": seen}, body))[0] == 202


async def test_a_plan_without_a_hold_suits_no_decision(north: Dashboard, workers: Workers) -> None:
    headers, run_id = await north.bearer(), uuid4()
    hold = await workers.hold(await workers.plan(uuid4(), outcome="held"))
    await workers.plan(run_id)
    for told in (hold, completed(run_id)):
        await north.handle(told)
    status, _, plain = await ask(north, "GET", f"/runs/{run_id}/plan", headers)
    path, body = f"/holds/{hold.hold_id}/decision", {"decision": "reject"}
    assert (status, (await ask(north, "POST", path, {**headers, "If-Match": plain}, body))[0]) == (200, 412)


async def test_the_refusal_says_what_was_changed_meanwhile_and_by_whom(north: Dashboard) -> None:
    path, headers = f"{DISTRICT}/schedule", await north.bearer()
    _, _, seen = await ask(north, "GET", path, headers)
    for spread in (7, 9):
        await ask(north, "PUT", path, headers, {"nightly": "20:00", "spread_minutes": spread})
    _, problem, _ = await ask(north, "PUT", path, {**headers, "If-Match": seen}, {"nightly": "00:00"})
    assert problem["changes"] == [
        {"field": "nightly", "from": None, "to": "20:00"},
        {"field": "spread_minutes", "from": 5, "to": 9},
    ]
    assert "nightly and spread_minutes" in problem["detail"]


async def test_a_device_is_changed_only_as_it_was_seen(north: Dashboard) -> None:
    headers, id_ = await north.bearer(), uuid4()
    path, body = f"{DISTRICT}/devices/{id_}", {"name": "Box 1", "school": str(school("1"))}
    _, _, made = await ask(north, "PUT", path, headers, body)
    assert (await ask(north, "GET", f"/devices/{id_}", headers))[2] == made
    await ask(north, "PUT", path, headers, {**body, "daily_at": "03:00"})
    status, problem, _ = await ask(north, "PUT", path, {**headers, "If-Match": made}, {**body, "name": "Box"})
    assert (status, problem["changes"]) == (412, [{"field": "daily_at", "from": None, "to": "03:00"}])
    assert (await ask(north, "DELETE", f"/devices/{id_}", {**headers, "If-Match": made}))[0] == 412
    assert (await ask(north, "DELETE", f"/devices/{id_}", {**headers, "If-Match": "*"}))[0] == 200


@pytest.mark.parametrize("path", sorted({case[0] for case in (*SETTINGS, *PATCHES)}))
async def test_who_has_the_settings_already_is_not_sent_them_again(north: Dashboard, path: str) -> None:
    headers = await north.bearer()
    _, _, tag = await ask(north, "GET", path, headers)
    assert (await ask(north, "GET", path, {**headers, "If-None-Match": tag}))[::2] == (304, tag)
    assert (await ask(north, "GET", path, {**headers, "If-None-Match": f'"old.old", W/{tag}'}))[0] == 304
    assert (await ask(north, "GET", path, {**headers, "If-None-Match": '"old.old"'}))[0] == 200


async def test_a_device_that_is_not_there_matches_nothing(north: Dashboard) -> None:
    headers = {**await north.bearer(), "If-Match": "*"}
    body = {"name": "Box 1", "school": str(school("1"))}
    assert (await ask(north, "PUT", f"{DISTRICT}/devices/{uuid4()}", headers, body))[0] == 412
