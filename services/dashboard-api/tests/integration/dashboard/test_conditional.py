"""ETag, If-Match and If-None-Match on settings: nobody overwrites what they have not seen."""

from typing import Any
from uuid import uuid4

import pytest

from .surroundings import NORTH, Dashboard, school
from .surroundings import north as north_with

SCHOOL, DISTRICT = f"/schools/{school('1')}", "/districts/north"
SETTINGS: list[tuple[str, str, Any, Any]] = [
    (f"{SCHOOL}/schedule", f"{SCHOOL}/schedule", {"nightly": "20:00"}, {"nightly": "00:00"}),
    (f"{DISTRICT}/schedule", f"{DISTRICT}/schedule", {"nightly": "20:00"}, {"nightly": "00:00"}),
    (f"{SCHOOL}/nightly-mode", f"{SCHOOL}/nightly-mode", {"mode": "paused"}, {"mode": "on"}),
    (f"{DISTRICT}/nightly-mode", f"{DISTRICT}/nightly-mode", {"mode": "paused"}, {"mode": "on"}),
    (DISTRICT, DISTRICT, NORTH, north_with(district={**NORTH["district"], "name": "Other"})),
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


@pytest.mark.parametrize("path", sorted({case[0] for case in SETTINGS}))
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
