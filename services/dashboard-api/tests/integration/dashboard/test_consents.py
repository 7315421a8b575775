"""Acts that need a second person, and the name that is typed before dangerous ones."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from common.events import SyncHeld
from common.orders import HoldDecided, SyncOrdered
from common.testing.probe import EventProbe
from dashboard_api.auth.principal import SCOPES
from dashboard_api.queries.runs import run_of

from .asking import get, post, refused, refused_to_viewers, south_too
from .surroundings import Dashboard, completed, school
from .test_accounts import send
from .visiting import signed_in
from .workers import Workers

UNDO: dict[str, Any] = {"reason": "wrong year", "confirm": "Ashgrove Primary"}
FORCE: dict[str, Any] = {"force": True, "confirm": "Box 1", "reason": "the courses differ for good"}
APPROVAL: dict[str, Any] = {"decision": "approve", "plan_hash": "hash-1", "reason": "the year is over"}


@pytest.fixture
async def run_id(north: Dashboard, workers: Workers) -> UUID:
    """A run that created an account."""
    run_id = await workers.plan(uuid4())
    await workers.operation(run_id, "user", "create", "u-1", state="done")
    await north.handle(completed(run_id))
    return run_id


@pytest.fixture
async def held(north: Dashboard, workers: Workers) -> SyncHeld:
    """A run that holds six removals, where five are allowed."""
    run_id = await workers.plan(uuid4(), "2", outcome="held")
    event = await workers.hold(run_id, "2")
    for n in range(6):
        await workers.operation(run_id, "enrolment", "suspend", "c-1", user_key=f"u-{n}", state="held")
    await north.handle(event)
    return event


async def want_another(north: Dashboard, **policy: Any) -> None:
    await north.pool.execute("UPDATE district SET second_person = $1 WHERE id = 'north'", policy)


async def ask(north: Dashboard, run_id: UUID, headers: dict[str, str]) -> str:
    status, answer = await post(north, f"/runs/{run_id}/undo", UNDO, headers)
    assert (status, answer["consent"]["state"]) == (202, "waiting"), answer
    return str(answer["consent"]["id"])


async def test_an_undo_says_what_to_type(north: Dashboard, run_id: UUID) -> None:
    path, headers = f"/runs/{run_id}/undo", await north.bearer()
    status, problem = await post(north, path, {"reason": "wrong year", "confirm": "Beech Hill School"}, headers)
    assert (status, problem["code"], "Ashgrove Primary" in problem["detail"]) == (422, "confirm_needed", True)
    status, problem = await post(north, path, {"confirm": "Ashgrove Primary"}, headers)
    assert (status, problem["code"]) == (422, "reason_needed")
    assert (await post(north, path, {"dry_run": True}, headers))[0] == 202
    assert (await post(north, path, UNDO, headers))[0] == 202


async def test_approvals_over_the_limit_say_what_to_type(north: Dashboard, held: SyncHeld, workers: Workers) -> None:
    path, headers = f"/holds/{held.hold_id}/decision", await north.bearer()
    status, problem = await post(north, path, APPROVAL, headers)
    assert (status, problem["code"], "Beech Hill School" in problem["detail"]) == (422, "confirm_needed", True)
    seq = await workers.moodle.fetchval("SELECT min(seq) FROM operation WHERE state = 'held'")
    assert (await post(north, path, {**APPROVAL, "operations": [seq]}, headers))[0] == 202


async def test_an_undo_waits_for_another_person_who_confirms_it(
    delivering: Dashboard, run_id: UUID, probe: EventProbe
) -> None:
    await want_another(delivering, undo=True)
    asker, other = await delivering.somebody(), await delivering.somebody()
    id_ = await ask(delivering, run_id, asker)
    assert await delivering.pool.fetchval("SELECT count(*) FROM run WHERE kind = 'undo'") == 0
    status, problem = await post(delivering, f"/consents/{id_}/confirm", {}, asker)
    assert (status, problem["code"]) == (403, "second_person")
    status, done = await post(delivering, f"/consents/{id_}/confirm", {"reason": "seen it too"}, other)
    assert (status, done["state"], done["note"]) == (200, "confirmed", "seen it too")
    (event,) = await probe.wait_for(SyncOrdered)
    assert (event.kind, event.scope.undo_of, event.ordered_by) == ("undo", run_id, done["asked_by"])
    assert done["outcome"]["run_id"] == str(run_of(event.order_id, school("1")))
    assert done["decided_by"] != done["asked_by"]
    status, problem = await post(delivering, f"/consents/{id_}/confirm", {}, other)
    assert (status, problem["code"]) == (409, "consent_over")


async def test_an_approval_waits_for_another_person_who_confirms_it(
    delivering: Dashboard, held: SyncHeld, probe: EventProbe
) -> None:
    await want_another(delivering, approvals_over_limit=3)
    body = {**APPROVAL, "confirm": "Beech Hill School"}
    path = f"/holds/{held.hold_id}/decision"
    status, answer = await post(delivering, path, body, await delivering.bearer())
    assert (status, answer["consent"]["act"], answer["consent"]["school"]) == (202, "approval", "Beech Hill School")
    _, hold = await get(delivering, f"/holds/{held.hold_id}", await delivering.bearer())
    assert hold["state"] == "open"
    _, done = await post(delivering, f"/consents/{answer['consent']['id']}/confirm", {}, await delivering.somebody())
    assert done["outcome"]["run_id"] == str(run_of(held.hold_id, school("2")))
    (event,) = await probe.wait_for(HoldDecided)
    assert (event.decision, event.decided_by, event.reason) == ("approve", done["asked_by"], "the year is over")


async def test_what_is_within_the_limit_needs_nobody_else(north: Dashboard, held: SyncHeld) -> None:
    await want_another(north, approvals_over_limit=6)
    status, answer = await post(north, f"/holds/{held.hold_id}/decision", APPROVAL, await north.bearer())
    assert (status, answer["run_id"]) == (202, str(run_of(held.hold_id, school("2"))))


async def test_a_rejection_needs_nobody_else_and_overtakes_what_waits(north: Dashboard, held: SyncHeld) -> None:
    await want_another(north, approvals_over_limit=0)
    path, headers = f"/holds/{held.hold_id}/decision", await north.bearer()
    _, answer = await post(north, path, {**APPROVAL, "confirm": "Beech Hill School"}, headers)
    assert (await post(north, path, {**APPROVAL, "decision": "reject"}, headers))[0] == 202
    id_ = answer["consent"]["id"]
    status, problem = await post(north, f"/consents/{id_}/confirm", {}, await north.somebody())
    assert (status, problem["code"]) == (409, "hold_closed")
    assert (await get(north, f"/consents/{id_}", headers))[1]["state"] == "waiting"


async def test_asked_twice_it_is_the_same_consent(north: Dashboard, run_id: UUID) -> None:
    await want_another(north, undo=True)
    headers = await north.bearer()
    assert await ask(north, run_id, headers) == await ask(north, run_id, headers)
    status, problem = await post(north, f"/runs/{run_id}/undo", UNDO, await north.bearer())
    assert (status, problem["code"]) == (409, "consent_waits")
    assert await north.pool.fetchval("SELECT count(*) FROM consent") == 1


async def test_what_was_asked_for_is_rejected_also_by_the_asker(north: Dashboard, run_id: UUID) -> None:
    await want_another(north, undo=True)
    headers = await north.bearer()
    id_ = await ask(north, run_id, headers)
    status, done = await post(north, f"/consents/{id_}/reject", {"reason": "my mistake"}, headers)
    assert (status, done["state"], done["state_title"], done["outcome"]) == (200, "rejected", "Taken back", None)
    assert (await post(north, f"/consents/{id_}/confirm", {}, await north.somebody()))[0] == 409
    assert await ask(north, run_id, headers) != id_
    assert await north.pool.fetchval("SELECT count(*) FROM run WHERE kind = 'undo'") == 0


async def test_after_a_day_it_has_run_out_and_can_be_asked_for_again(north: Dashboard, run_id: UUID) -> None:
    await want_another(north, undo=True)
    headers = await north.bearer()
    id_ = await ask(north, run_id, headers)
    await north.pool.execute("UPDATE consent SET expires_at = now() - interval '1 second'")
    assert (await get(north, f"/consents/{id_}", headers))[1]["state"] == "expired"
    status, problem = await post(north, f"/consents/{id_}/confirm", {}, await north.somebody())
    assert (status, problem["code"]) == (409, "consent_over")
    assert await ask(north, run_id, headers) != id_


async def test_consents_are_listed_the_newest_first(north: Dashboard, run_id: UUID, held: SyncHeld) -> None:
    await want_another(north, undo=True, approvals_over_limit=0)
    headers = await north.bearer()
    first = await ask(north, run_id, headers)
    _, answer = await post(
        north, f"/holds/{held.hold_id}/decision", {**APPROVAL, "confirm": "Beech Hill School"}, headers
    )
    second = answer["consent"]["id"]
    await post(north, f"/consents/{second}/reject", {}, headers)
    for query, expected in {
        "": [second, first],
        "?state=waiting": [first],
        f"?school={school('2')}&district=north": [second],
    }.items():
        _, body = await get(north, f"/consents{query}", headers)
        assert [one["id"] for one in body["consents"]] == expected, query
    _, page = await get(north, "/consents?limit=1", headers)
    _, rest = await get(north, f"/consents?limit=1&after={page['next']}", headers)
    assert ([one["id"] for one in rest["consents"]], rest["next"]) == ([first], None)


async def test_everything_about_a_consent_is_audited(north: Dashboard, run_id: UUID) -> None:
    await want_another(north, undo=True)
    id_ = await ask(north, run_id, await north.bearer())
    await post(north, f"/consents/{id_}/confirm", {}, await north.somebody())
    acts = await north.pool.fetch("SELECT action, actor FROM audit WHERE subject LIKE 'consent/%' ORDER BY id")
    assert [act["action"] for act in acts] == ["ask_consent", "confirm_consent"]
    assert acts[0]["actor"] != acts[1]["actor"]


async def test_consents_are_for_those_who_may_order_in_the_district(north: Dashboard, run_id: UUID) -> None:
    await want_another(north, undo=True)
    await south_too(north)
    id_ = await ask(north, run_id, await north.bearer())
    await refused(north, f"/consents/{id_}")
    for act in ("confirm", "reject"):
        await refused(north, f"/consents/{id_}/{act}", {})
        await refused_to_viewers(north, f"/consents/{id_}/{act}", {})
    assert (await get(north, "/consents", await north.bearer(districts=["south"])))[1]["consents"] == []


async def test_forcing_a_devices_syncs_waits_for_another_person(north: Dashboard) -> None:
    await want_another(north, force=True)
    asker, other = await north.somebody(), await north.somebody()
    path, body = f"/districts/north/devices/{uuid4()}", {"name": "Box 1", "school": str(school("1")), **FORCE}
    status, device = await send(north, "PUT", path, body, asker)
    assert (status, device["name"], device["force"]) == (200, "Box 1", False)
    (consent,) = (await get(north, "/consents", asker))[1]["consents"]
    assert (consent["act"], consent["subject"]) == ("force", f"device/{device['id']}")
    assert (await post(north, f"/consents/{consent['id']}/confirm", {}, asker))[0] == 403
    status, answer_ = await post(north, f"/consents/{consent['id']}/confirm", {}, other)
    assert status == 200, answer_
    assert (await get(north, f"/devices/{device['id']}", asker))[1]["force"] is True


async def test_a_key_counts_as_the_person_who_made_it(north: Dashboard, run_id: UUID) -> None:
    await want_another(north, undo=True)
    robin = await signed_in(north)
    csrf = {"X-CSRF-Token": await north.pool.fetchval("SELECT csrf FROM session")}
    keys = [await made_key(north, name, csrf) for name in ("one", "two")]
    keys.append(await made_key(north, "three", keys[0]))
    id_ = await ask(north, run_id, keys[0])
    _, consent = await get(north, f"/consents/{id_}", csrf)
    assert (consent["asked_by_name"], consent["asked_person_name"]) == ("one", "A.Rossi")
    for own in (*keys, csrf):
        status, problem = await post(robin, f"/consents/{id_}/confirm", {}, own)
        assert (status, problem["code"]) == (403, "second_person")
    assert (await post(north, f"/consents/{id_}/confirm", {}, await north.somebody()))[0] == 200


async def test_a_key_that_nobody_is_known_to_have_made_is_no_second_person(north: Dashboard, run_id: UUID) -> None:
    await want_another(north, undo=True)
    id_ = await ask(north, run_id, await north.bearer())
    status, problem = await post(north, f"/consents/{id_}/confirm", {}, await north.bearer())
    assert (status, problem["code"]) == (403, "second_person")
    assert (await post(north, f"/consents/{id_}/confirm", {}, await north.somebody()))[0] == 200


async def test_the_database_itself_refuses_one_person_for_both(north: Dashboard, run_id: UUID) -> None:
    await want_another(north, undo=True)
    id_ = await ask(north, run_id, await north.somebody())
    with pytest.raises(asyncpg.CheckViolationError):
        await north.pool.execute(
            "UPDATE consent SET state = 'confirmed', decided_by = 'another', decided_person = asked_person "
            "WHERE id::text = $1",
            id_,
        )


async def test_the_second_person_may_do_the_act_themselves(north: Dashboard) -> None:
    await want_another(north, force=True)
    path, body = f"/districts/north/devices/{uuid4()}", {"name": "Box 1", "school": str(school("1")), **FORCE}
    await send(north, "PUT", path, body, await north.somebody())
    id_ = await north.pool.fetchval("SELECT id FROM consent")
    viewer = await north.operator("viewer@north.example", "viewer", ["north"])
    for other in (await north.somebody(scopes=["read", "decide"]), await north.bearer(made_by=viewer)):
        status, problem = await post(north, f"/consents/{id_}/confirm", {}, other)
        assert (status, problem["code"]) == (403, "not_allowed"), problem
    assert await north.pool.fetchval("SELECT force FROM device") is False


@pytest.mark.parametrize(
    "lost",
    [
        "UPDATE operator SET disabled_at = now() WHERE id = $1",
        "UPDATE operator SET role = 'viewer', districts = '{north}' WHERE id = $1",
        "UPDATE operator SET role = 'district_admin', districts = '{south}' WHERE id = $1",
        "UPDATE api_key SET expires_at = now() WHERE made_by = $1",
        "UPDATE api_key SET scopes = '{read}' WHERE made_by = $1",
    ],
)
async def test_what_was_asked_for_by_who_may_not_do_it_any_more_is_not_done_and_stays_to_be_seen(
    north: Dashboard, run_id: UUID, lost: str
) -> None:
    await want_another(north, undo=True)
    asker, other = await north.operator("asker@north.example"), await north.somebody()
    id_ = await ask(north, run_id, await north.bearer(made_by=asker))
    await north.pool.execute(lost, asker)
    status, problem = await post(north, f"/consents/{id_}/confirm", {}, other)
    assert (status, problem["code"]) == (409, "asker_may_not")
    assert await north.pool.fetchval("SELECT count(*) FROM run WHERE kind = 'undo'") == 0
    (waiting,) = (await get(north, "/consents?state=waiting", other))[1]["consents"]
    assert waiting["id"] == id_
    assert (await post(north, f"/consents/{id_}/reject", {}, other))[0] == 200


async def test_what_is_asked_for_a_device_that_was_removed_is_refused_with_the_reason(north: Dashboard) -> None:
    await want_another(north, force=True)
    headers, device = await north.somebody(), uuid4()
    body = {"name": "Box 1", "school": str(school("1")), **FORCE}
    await send(north, "PUT", f"/districts/north/devices/{device}", body, headers)
    await send(north, "DELETE", f"/devices/{device}", None, headers)
    id_ = await north.pool.fetchval("SELECT id FROM consent")
    status, problem = await post(north, f"/consents/{id_}/confirm", {}, await north.somebody())
    assert (status, "Box 1 was removed" in problem["detail"]) == (409, True)


async def made_key(north: Dashboard, name: str, headers: dict[str, str]) -> dict[str, str]:
    """A key that whoever asks makes."""
    _, key = await post(north, "/keys", {"name": name, "scopes": [*SCOPES]}, headers)
    return {"Authorization": f"Bearer {key['key']}"}
