"""One source or Moodle site of a district: added, replaced and taken out by the API, with the rules of the pages."""

from typing import Any
from uuid import uuid4

import pytest

from common.events import SettingsChanged
from common.testing.probe import EventProbe

from .asking import Headers, get, post
from .surroundings import CLEVER, NORTH, Dashboard, school
from .surroundings import north as north_with
from .test_settings_by_part import acts, send

SOURCES, TARGETS = "/districts/north/sources", "/districts/north/targets"
OTHER: dict[str, Any] = {**NORTH["target"], "name": "Other Moodle", "base_url": "https://other.example"}


async def ids(north: Dashboard, path: str, headers: Headers) -> list[str]:
    _, body = await get(north, path, headers)
    return [one["id"] for one in body[path.rpartition("/")[2]]]


async def test_a_source_is_added_under_a_free_id_and_asked_for_its_schools(
    delivering: Dashboard, probe: EventProbe
) -> None:
    headers = await delivering.bearer()
    status, body = await post(delivering, SOURCES, {"source": CLEVER, "name": "Clever of the north"}, headers)
    assert (status, body["id"], [one["id"] for one in body["sources"]]) == (201, "clever", ["clever", "main"])
    status, source = await get(delivering, f"{SOURCES}/clever", headers)
    assert (status, source["name"], source["kind"], source["secrets"]) == (
        200, "Clever of the north", "clever", ["token"],
    )  # fmt: skip
    told = (await probe.wait_for(SettingsChanged, 2))[-1]
    assert (told.what, told.list_schools) == ("source", True)
    (act,) = await acts(delivering, "add_source")
    assert act["after"] == {"name": "Clever of the north", "kind": "clever", "settings": {"district_id": "d1"}}
    assert "clever-token-value" not in repr((body, source, act))
    _, again = await post(delivering, SOURCES, {"source": CLEVER}, headers)
    assert again["id"] == "clever-2"


async def test_a_source_is_put_under_an_id_of_ones_choice_and_replaced_whole(north: Dashboard) -> None:
    headers, path = await north.bearer(), f"{SOURCES}/sis"
    assert (await send(north, "PUT", path, {"source": CLEVER, "name": "Clever"}, headers))[0] == 200
    other = {"kind": "wonde", "token": "wonde-token-value"}
    status, body = await send(north, "PUT", path, {"source": other}, headers)
    assert (status, [(one["id"], one["kind"], one["name"]) for one in body["sources"]]) == (
        200, [("main", "oneroster", ""), ("sis", "wonde", "Clever")],
    )  # fmt: skip
    sealed = await north.pool.fetchval("SELECT secrets FROM source WHERE id = 'sis'")
    assert north.context.box.open(sealed) == {"token": "wonde-token-value"}
    (act,) = await acts(north, "change_source")
    assert act["before"] == {"kind": "clever", "settings": {"district_id": "d1"}}
    assert act["after"]["secrets_replaced"] == ["token"]
    before = await north.pool.fetchval("SELECT count(*) FROM audit")
    assert (await send(north, "PUT", path, {"source": other}, headers))[0] == 200
    assert await north.pool.fetchval("SELECT count(*) FROM audit") == before, "the same again is no change"


async def test_a_source_with_schools_set_up_is_not_taken_out(north: Dashboard) -> None:
    headers = await north.bearer()
    status, problem = await send(north, "DELETE", f"{SOURCES}/main", None, headers)
    assert (status, problem["code"]) == (409, "source_in_use")
    assert problem["detail"].startswith("2 schools of this source are set up.")
    for key in ("1", "2"):
        await send(north, "PATCH", f"/schools/{school(key)}/settings", {"target": None}, headers)
    assert await send(north, "DELETE", f"{SOURCES}/main", None, headers) == (200, {"sources": []})
    assert (await send(north, "DELETE", f"{SOURCES}/main", None, headers))[0] == 404
    assert len(await acts(north, "remove_source")) == 1


async def test_what_the_page_refuses_of_a_source_the_api_refuses_too(north: Dashboard) -> None:
    headers, own = await north.bearer(), await north.bearer(districts=["north"])
    local = {"source": {"kind": "oneroster-csv", "folder": "/srv/rosters/south"}}
    for method, path in (("POST", SOURCES), ("PUT", f"{SOURCES}/csv"), ("PUT", f"{SOURCES}/main")):
        assert (await send(north, method, path, local, own))[1]["code"] == "platform_only", (method, path)
    status, problem = await post(north, SOURCES, {"source": {"kind": "clever"}}, headers)
    assert (status, problem["errors"][0]["key"]) == (422, "source.district_id")
    status, problem = await send(north, "PUT", f"{SOURCES}/No-Id", {"source": CLEVER}, headers)
    assert (status, problem["errors"][0]["key"]) == (422, "id")
    status, problem = await send(
        north, "PUT", f"{SOURCES}/main", {"source": {**NORTH["source"], "client_secret": ""}}, headers
    )
    assert status == 422
    assert await ids(north, SOURCES, headers) == ["main"]


async def test_a_second_moodle_is_added_used_and_taken_out_again(north: Dashboard) -> None:
    headers = await north.bearer()
    status, body = await post(north, TARGETS, OTHER, headers)
    assert (status, body["id"], len(body["targets"])) == (201, "moodle-2", 2)
    assert "moodle-token-value" not in repr(body)
    assert "sealed" not in repr(body)
    _, found = await get(north, "/districts", headers)
    assert [(one["id"], one["target"]) for one in found["districts"]] == [("north", "North Moodle")]
    place = f"/schools/{school('1')}/settings"
    await send(north, "PATCH", place, {"target": "moodle-2"}, headers)
    status, problem = await send(north, "DELETE", f"{TARGETS}/moodle-2", None, headers)
    assert (status, problem["code"]) == (409, "target_in_use")
    assert problem["detail"].startswith("1 school is set up for this Moodle site.")
    await send(north, "PATCH", place, {"target": "main"}, headers)
    device = {"name": "Box 1", "school": str(school("1")), "target": "moodle-2"}
    box = f"/districts/north/devices/{uuid4()}"
    await send(north, "PUT", box, device, headers)
    status, problem = await send(north, "DELETE", f"{TARGETS}/moodle-2", None, headers)
    assert (status, problem["detail"].startswith("1 device syncs with this Moodle site.")) == (409, True)
    await send(north, "DELETE", f"/devices/{box.rpartition('/')[2]}", None, headers)
    status, body = await send(north, "DELETE", f"{TARGETS}/moodle-2", None, headers)
    assert (status, [one["id"] for one in body["targets"]]) == (200, ["main"])
    assert [len(await acts(north, action)) for action in ("add_target", "remove_target")] == [1, 1]


async def test_applying_the_districts_file_leaves_schools_in_another_moodle(north: Dashboard) -> None:
    headers = await north.bearer()
    await post(north, TARGETS, OTHER, headers)
    await send(north, "PATCH", f"/schools/{school('1')}/settings", {"target": "moodle-2"}, headers)
    for schools in ("all", [{"source_id": "1"}, {"source_id": "2"}]):
        await north.declare(north_with(schools=schools))
        targets = await north.pool.fetch("SELECT source_school_id AS key, target_id FROM school")
        assert {row["key"]: row["target_id"] for row in targets} == {"1": "moodle-2", "2": "main"}
    _, exported = await get(north, "/districts/north/declaration", headers)
    assert exported["target"]["name"] == "North Moodle"


async def test_the_main_moodle_goes_last_and_schools_are_set_up_by_themselves_no_more(north: Dashboard) -> None:
    headers = await north.bearer()
    await post(north, TARGETS, OTHER, headers)
    for key in ("1", "2"):
        await send(north, "PATCH", f"/schools/{school(key)}/settings", {"target": "moodle-2"}, headers)
    status, problem = await send(north, "DELETE", f"{TARGETS}/main", None, headers)
    assert (status, problem["code"]) == (409, "target_in_use")
    for key in ("1", "2"):
        await send(north, "PATCH", f"/schools/{school(key)}/settings", {"target": None}, headers)
    for id_ in ("moodle-2", "main"):
        assert (await send(north, "DELETE", f"{TARGETS}/{id_}", None, headers))[0] == 200, id_
    await north.list_schools({"1": "Ashgrove Primary", "2": "Beech Hill School", "3": "Cedar House"})
    assert await north.pool.fetchval("SELECT count(target_id) FROM school") == 0
    status, problem = await send(north, "PUT", f"{TARGETS}/second", OTHER, headers)
    assert (status, problem["errors"][0]["key"]) == (422, "id")
    assert (await send(north, "PUT", f"{TARGETS}/main", OTHER, headers))[0] == 200


async def test_a_moodle_is_declared_once_and_has_what_the_policy_needs(north: Dashboard) -> None:
    headers = await north.bearer()
    status, problem = await post(north, TARGETS, {**OTHER, "base_url": "https://moodle.example/"}, headers)
    assert (status, problem["errors"][0]["key"]) == (422, "target.base_url")
    await send(north, "PATCH", f"{TARGETS}/main", {"roles": {"guardian": 9}}, headers)
    await send(north, "PATCH", "/districts/north/policy", {"families": True}, headers)
    status, problem = await post(north, TARGETS, OTHER, headers)
    assert (status, problem["errors"][0]["key"]) == (422, "target.roles")
    status, problem = await send(north, "PUT", f"{TARGETS}/main", NORTH["target"], headers)
    assert (status, problem["errors"][0]["key"]) == (422, "target.roles")
    assert await ids(north, TARGETS, headers) == ["main"]


@pytest.mark.parametrize("place", [SOURCES, TARGETS])
async def test_what_is_not_there_is_not_found(north: Dashboard, place: str) -> None:
    headers = await north.bearer()
    assert (await get(north, f"{place}/nowhere", headers))[0] == 404
    assert (await send(north, "DELETE", f"{place}/nowhere", None, headers))[0] == 404
    body = {"source": CLEVER} if place == SOURCES else OTHER
    nowhere = place.replace("north", "nowhere")
    assert (await post(north, nowhere, body, headers))[0] == 404
