"""A declared district is changed part by part; each change is audited, before and after, and told on."""

from typing import Any
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from common.events import SettingsChanged, TargetChecked, TargetCheckOrdered
from common.sealing import SecretBox
from common.target_report import TargetObstacle, TargetReport
from common.testing.probe import EventProbe
from common.uow import UnitOfWork
from dashboard_api.declare.model import Declaration
from dashboard_api.declare.write import declare

from .asking import Headers, get, post, refused, refused_to_viewers, south_too
from .surroundings import CLEVER, NORTH, TWO_SOURCES, Dashboard, school
from .surroundings import north as north_with


async def send(dashboard: Dashboard, method: str, path: str, body: object, headers: Headers) -> tuple[int, Any]:
    async with dashboard.http.request(method, f"/api/v1{path}", json=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def acts(north: Dashboard, action: str) -> list[dict[str, Any]]:
    rows = await north.pool.fetch("SELECT detail FROM audit WHERE action = $1 ORDER BY id", action)
    return [row["detail"] for row in rows]


async def test_name_zone_and_language_are_changed_one_by_one(delivering: Dashboard, probe: EventProbe) -> None:
    path, headers = "/districts/north/settings", await delivering.bearer()
    status, body = await send(delivering, "PATCH", path, {"timezone": "Europe/Paris", "locale": "fr"}, headers)
    assert (status, body["name"], body["timezone"], body["locale"]) == (200, "North district", "Europe/Paris", "fr")
    assert await acts(delivering, "change_district") == [
        {
            "before": {"timezone": "Europe/Amsterdam", "locale": "en"},
            "after": {"timezone": "Europe/Paris", "locale": "fr"},
        }
    ]
    told = (await probe.wait_for(SettingsChanged, 2))[-1]
    assert (told.what, told.list_schools) == ("district", False)


async def test_a_change_that_changes_nothing_leaves_no_trace(north: Dashboard) -> None:
    headers = await north.bearer()
    before = await north.pool.fetchval("SELECT count(*) FROM outbox")
    for method, path, body in (
        ("PATCH", "/districts/north/settings", {"locale": "en"}),
        ("PATCH", "/districts/north/policy", {}),
        ("PUT", "/districts/north/second-person", {}),
        ("PUT", "/districts/north/recipients", {"recipients": []}),
        ("PATCH", "/districts/north/sources/main", {"source": {"client_secret": "sis-secret-value"}}),
        ("PATCH", "/districts/north/targets/main", {"token": "moodle-token-value"}),
        ("PATCH", f"/schools/{school('1')}/settings", {"target": "main"}),
    ):
        assert (await send(north, method, path, body, headers))[0] == 200, path
    assert await north.pool.fetchval("SELECT count(*) FROM audit WHERE action LIKE 'change_%'") == 0
    assert await north.pool.fetchval("SELECT count(*) FROM outbox") == before


async def test_mistakes_are_named_as_in_a_declaration(north: Dashboard) -> None:
    headers = await north.bearer()
    for method, path, body, sentence in (
        ("PATCH", "/districts/north/settings", {"timezone": "Mars"}, "district.timezone must be a time zone"),
        ("PATCH", "/districts/north/settings", {"nightly": "20:00"}, "district.nightly is not a key"),
        ("PATCH", "/districts/north/policy", {"leavers": "delete"}, "policy.leavers must be suspend or unenrol"),
        ("PATCH", "/districts/north/policy", {"families": True}, "policy.families needs target.roles.guardian"),
        ("PUT", "/districts/north/second-person", {"undoo": True}, "second_person.undoo is not a key that is known"),
        (
            "PATCH",
            "/districts/north/sources/main",
            {"source": {"base_url": "x"}},
            "source.base_url must be a web address",
        ),
        (
            "PATCH",
            "/districts/north/targets/main",
            {"roles": {"student": 0}},
            "target.roles.student must be at least 1",
        ),
        ("PATCH", f"/schools/{school('1')}/settings", {"target": "other"}, "There is no target other"),
    ):
        status, problem = await send(north, method, path, body, headers)
        assert (status, problem["code"]) == (422, "mistakes"), path
        assert problem["errors"][0]["detail"].startswith(sentence), problem


async def test_the_policy_is_changed_in_parts_and_whole(north: Dashboard) -> None:
    path, headers = "/districts/north/policy", await north.bearer()
    await send(north, "PATCH", path, {"limits": {"removals": {"count": 3}}, "leavers": "unenrol"}, headers)
    _, body = await send(north, "PATCH", path, {"leavers": None, "templates": {"username": ["{mailbox}"]}}, headers)
    assert body["policy_declared"] == {"limits": {"removals": {"count": 3}}, "templates": {"username": ["{mailbox}"]}}
    assert (body["policy"]["leavers"], body["policy"]["limits"]["removals"]) == ("suspend", {"count": 3, "percent": 10})
    _, body = await send(north, "PUT", path, {"changes": "all"}, headers)
    assert body["policy_declared"] == {"changes": "all"}
    first, second, third = await acts(north, "change_policy")
    assert first["after"] == {"leavers": "unenrol", "limits": {"removals": {"count": 3}}}
    assert (second["before"]["leavers"], "leavers" in second["after"]) == ("unenrol", False)
    assert third["after"] == {"changes": "all"}


async def test_families_need_a_role_in_moodle_for_as_long_as_they_are_on(north: Dashboard) -> None:
    headers = await north.bearer()
    target, roles = "/districts/north/targets/main", {"roles": {"guardian": 9}}
    assert (await send(north, "PATCH", target, roles, headers))[0] == 200
    assert (await send(north, "PATCH", "/districts/north/policy", {"families": True}, headers))[0] == 200
    status, problem = await send(north, "PATCH", target, {"roles": {"guardian": None}}, headers)
    assert (status, problem["errors"][0]["key"]) == (422, "target.roles")
    _, body = await get(north, "/districts/north/targets", headers)
    assert body["targets"][0]["roles"] == {"student": 5, "teacher": 3, "guardian": 9}


async def test_which_acts_need_a_second_person_is_audited(north: Dashboard) -> None:
    path, headers = "/districts/north/second-person", await north.bearer()
    _, body = await send(north, "PUT", path, {"undo": True, "approvals_over_limit": 20}, headers)
    assert body["second_person"] == {"force": False, "undo": True, "approvals_over_limit": 20}
    assert await acts(north, "change_second_person") == [
        {"before": {"undo": False, "approvals_over_limit": None}, "after": {"undo": True, "approvals_over_limit": 20}}
    ]


async def test_who_is_told_is_set_and_no_address_stands_in_the_audit(north: Dashboard) -> None:
    path, headers = "/districts/north/recipients", await north.bearer()
    recipients = [
        {"email": "office@north.example", "outcomes": "problems", "locale": "nl"},
        {"email": "head@north.example", "school_id": str(school("1"))},
    ]
    _, body = await send(north, "PUT", path, {"recipients": recipients}, headers)
    office, head = body["recipients"]
    assert (office["email"], office["outcomes"], office["locale"], office["school"]) == (
        "office@north.example", "problems", "nl", None,
    )  # fmt: skip
    assert (head["outcomes"], head["school"], head["source_school_id"]) == ("all", "Ashgrove Primary", "1")
    (act,) = await acts(north, "change_recipients")
    assert "@" not in repr(act)
    assert [one["outcomes"] for one in act["after"]["told"]] == ["problems", "all"]
    status, _ = await send(north, "PUT", path, {"recipients": [{"email": "office"}]}, headers)
    assert status == 422


async def test_a_sources_secret_is_replaced_and_its_schools_are_listed_again(
    delivering: Dashboard, probe: EventProbe
) -> None:
    path, headers = "/districts/north/sources/main", await delivering.bearer()
    status, body = await send(delivering, "PATCH", path, {"source": {"client_secret": "a-new-one"}}, headers)
    (source,) = body["sources"]
    assert (status, source["kind"], source["secrets"]) == (200, "oneroster", ["client_id", "client_secret"])
    assert (source["schools"], source["set_up"], source["settings"]["version"]) == (2, 2, "1.2")
    sealed = await delivering.pool.fetchval("SELECT secrets FROM source")
    assert delivering.context.box.open(sealed) == {"client_id": "rosterbus", "client_secret": "a-new-one"}
    told = (await probe.wait_for(SettingsChanged, 2))[-1]
    assert (told.what, told.list_schools) == ("source", True)
    (act,) = await acts(delivering, "change_source")
    assert act == {"before": {}, "after": {"secrets_replaced": ["client_secret"]}}
    assert "a-new-one" not in repr(body)


async def test_secrets_that_can_no_longer_be_opened_are_replaced_by_others(north: Dashboard) -> None:
    lost = SecretBox(SecretStr(Fernet.generate_key().decode())).seal({"token": "nobody knows"})
    await north.pool.execute("UPDATE target SET secrets = $1", lost)
    await north.pool.execute("UPDATE source SET secrets = $1", lost)
    headers, place = await north.bearer(), "/districts/north"
    status, problem = await send(north, "PATCH", f"{place}/targets/main", {"name": "New"}, headers)
    assert (status, problem["errors"][0]["key"]) == (422, "target.token")
    status, _ = await send(north, "PATCH", f"{place}/targets/main", {"token": "known again"}, headers)
    assert status == 200
    secrets = {"client_id": "rosterbus", "client_secret": "known again"}
    status, body = await send(north, "PATCH", f"{place}/sources/main", {"source": secrets}, headers)
    assert (status, body["sources"][0]["secrets"]) == (200, ["client_id", "client_secret"])


async def test_a_source_is_renamed_and_nothing_else_happens(north: Dashboard) -> None:
    path, headers = "/districts/north/sources/main", await north.bearer()
    _, body = await send(north, "PATCH", path, {"name": "The old system"}, headers)
    assert body["sources"][0]["name"] == "The old system"
    assert await acts(north, "change_source") == [{"before": {"name": ""}, "after": {"name": "The old system"}}]
    await north.declare()
    assert await north.pool.fetchval("SELECT name FROM source") == "The old system"


async def test_a_declared_source_is_tried_out_with_the_secrets_it_has(north: Dashboard) -> None:
    path, headers = "/districts/north/sources/main/check", await north.bearer()
    status, answer = await post(north, path, {"school": "2"}, headers)
    assert status == 202
    check = await north.row("SELECT * FROM registry.source_check")
    assert (str(check["id"]), check["school"]) == (answer["id"], "2")
    assert north.context.box.open(check["secrets"])["client_secret"] == "sis-secret-value"
    assert (await post(north, "/districts/north/sources/other/check", {}, headers))[0] == 404


async def test_a_target_is_tried_out_and_the_answer_kept(delivering: Dashboard, probe: EventProbe) -> None:
    headers = await delivering.bearer()
    status, answer = await post(delivering, "/districts/north/targets/main/check", {}, headers)
    (order,) = await probe.wait_for(TargetCheckOrdered)
    assert (status, answer["id"]) == (202, str(order.check_id))
    waiting = await delivering.row("SELECT * FROM registry.target_check")
    assert (waiting["target_id"], waiting["base_url"]) == ("main", "https://moodle.example")
    assert (await get(delivering, f"/target-checks/{answer['id']}", headers))[1]["state"] == "waiting"
    report = TargetReport(usable=False, trouble=TargetObstacle(code="LMS_UNREACHABLE", detail="Moodle is away."))
    checked = TargetChecked(district_id="north", check_id=order.check_id, report=report)
    await delivering.handle(checked)
    await delivering.handle(checked)
    _, check = await get(delivering, f"/target-checks/{answer['id']}", headers)
    assert (check["state"], check["target"], check["report"]["trouble"]["code"]) == ("done", "main", "LMS_UNREACHABLE")
    assert check["report"]["trouble"]["remedy"]
    assert await delivering.pool.fetchval("SELECT secrets FROM target_check") is None
    _, body = await get(delivering, "/districts/north/targets", headers)
    assert (body["targets"][0]["check"]["usable"], body["targets"][0]["schools"]) == (False, 2)
    assert "token" not in repr(body)


async def test_a_target_is_tried_out_before_it_is_declared(north: Dashboard) -> None:
    headers = await north.bearer()
    body: dict[str, Any] = {"district": "new", "target": {**NORTH["target"], "base_url": "https://other.example"}}
    status, answer = await post(north, "/target-checks", body, headers)
    assert status == 202
    check = await north.row("SELECT * FROM registry.target_check")
    assert (check["district_id"], check["target_id"], check["base_url"]) == ("new", "", "https://other.example")
    assert north.context.box.open(check["secrets"]) == {"token": "moodle-token-value"}
    body["target"] = {"name": "x"}
    assert (await post(north, "/target-checks", body, headers))[0] == 422
    await north.pool.execute("UPDATE target_check SET asked_at = now() - interval '11 minutes'")
    assert (await get(north, f"/target-checks/{answer['id']}", headers))[1]["state"] == "unanswered"


async def test_a_school_is_taken_out_and_its_source_does_not_bring_it_back(north: Dashboard) -> None:
    path, headers = f"/schools/{school('1')}/settings", await north.bearer()
    _, body = await send(north, "PATCH", path, {"target": None}, headers)
    assert (body["target"], body["left_out"], body["source_school_id"]) == (None, True, "1")
    await north.list_schools({"1": "Ashgrove Primary", "2": "Beech Hill School", "3": "Cedar House"})
    targets = await north.pool.fetch("SELECT source_school_id, target_id FROM school")
    assert {row["source_school_id"]: row["target_id"] for row in targets} == {"1": None, "2": "main", "3": "main"}
    _, body = await send(north, "PATCH", path, {"target": "main", "timezone": "Europe/Paris"}, headers)
    assert (body["target"], body["timezone"], body["left_out"]) == ("main", "Europe/Paris", False)
    _, body = await send(north, "PATCH", path, {"timezone": None}, headers)
    assert (body["target"], body["timezone"], body["district_timezone"]) == ("main", None, "Europe/Amsterdam")
    assert [act["after"] for act in await acts(north, "change_school")] == [
        {"target": None}, {"target": "main", "timezone": "Europe/Paris"}, {"timezone": None},
    ]  # fmt: skip


async def test_settings_are_for_those_who_may_declare_the_district(north: Dashboard) -> None:
    await south_too(north)
    reader = await north.bearer(scopes=["read"])
    south = await north.bearer(districts=["south"])
    for path in ("settings", "sources", "targets", "declaration"):
        await refused(north, f"/districts/north/{path}")
        assert (await get(north, f"/districts/north/{path}", reader))[0] == 403, path
    body: dict[str, Any] = {"recipients": []}
    for method, path in (
        ("PATCH", "/districts/north/settings"),
        ("PUT", "/districts/north/policy"),
        ("PATCH", "/districts/north/policy"),
        ("PUT", "/districts/north/second-person"),
        ("PUT", "/districts/north/recipients"),
        ("PATCH", "/districts/north/sources/main"),
        ("PATCH", "/districts/north/targets/main"),
        ("PATCH", f"/schools/{school('1')}/settings"),
    ):
        fitting = body if "recipients" in path else {}
        for headers, expected in (({}, 401), (south, 404), (reader, 403)):
            assert (await send(north, method, path, fitting, headers))[0] == expected, path
    for path in ("sources/main/check", "targets/main/check"):
        await refused(north, f"/districts/north/{path}", {})
        await refused_to_viewers(north, f"/districts/north/{path}", {})
    assert (await get(north, f"/target-checks/{uuid4()}", await north.bearer()))[0] == 404


MORE: dict[str, Any] = {
    "schools": [{"source_id": "1", "source": "sis", "timezone": "Europe/Paris", "nightly": "20:00", "nights": ["mon"]}],
    "notify": ["ada@north.example", {"email": "bo@north.example", "outcomes": "problems", "locale": "nl", "school": "1",
                                     "source": "sis"}],
    "policy": {"leavers": "unenrol"}, "second_person": {"undo": True},
}  # fmt: skip


@pytest.mark.parametrize("more", [{}, {**TWO_SOURCES, **MORE}], ids=["plain", "with everything"])
async def test_what_is_exported_and_applied_again_leaves_the_registry_as_it_is(
    dashboard: Dashboard, more: dict[str, Any]
) -> None:
    await dashboard.declare(north_with(**more))
    for source_id in ("sis",) if more else ("main",):
        await dashboard.list_schools({"1": "Ashgrove Primary", "2": "Beech Hill School"}, source_id=source_id)
    status, exported = await get(dashboard, "/districts/north/declaration", await dashboard.bearer())
    assert status == 200
    assert "secret-value" not in repr(exported)
    before = await rows(dashboard)
    given = {"client_id": "rosterbus", "client_secret": "sis-secret-value", "token": "moodle-token-value"}
    fill(exported["target"], given)
    for id_, source in exported.get("sources", {"main": exported.get("source")}).items():
        fill(source, {**given, "token": CLEVER["token"]} if id_ == "clever" else given)
    async with UnitOfWork(dashboard.pool, "dashboard-api") as uow:
        await declare(uow, dashboard.context.box, Declaration.model_validate(exported), "test")
    assert await rows(dashboard) == before
    act = await dashboard.row("SELECT detail FROM audit WHERE action = 'declare' ORDER BY id DESC LIMIT 1")
    assert act["detail"]["changed_sources"] == []


def fill(part: dict[str, Any], given: dict[str, str]) -> None:
    for key in [key for key in part if key.endswith("_env")]:
        assert part.pop(key).startswith("NORTH_")
        part[key.removesuffix("_env")] = given[key.removesuffix("_env")]


async def rows(dashboard: Dashboard) -> list[Any]:
    tables = {
        "district": "to_jsonb(t) - 'declared_at'", "source": "to_jsonb(t)", "target": "to_jsonb(t) - 'secrets'",
        "school": "to_jsonb(t) - 'scheduled_since'", "recipient": "to_jsonb(t)",
    }  # fmt: skip
    return [
        [row["row"] for row in await dashboard.pool.fetch(f"SELECT {what} AS row FROM {table} t ORDER BY 1")]
        for table, what in tables.items()
    ]
