"""`Idempotency-Key`: an act that comes again is answered again and not done again."""

import asyncio
import json
from hashlib import sha256
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg

from common.testing.waiting import wait_for
from common.uow import UnitOfWork
from dashboard_api.housekeeping import clean

from .surroundings import PASSWORD, Dashboard, school

DYING = """
    CREATE FUNCTION dashboard_api.die() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$;
    CREATE TRIGGER die BEFORE INSERT ON dashboard_api.idempotency_key FOR EACH ROW
        EXECUTE FUNCTION dashboard_api.die();
"""
"""The connection breaks when the answer is written, after the act."""
PATH = f"/api/v1/schools/{school('1')}/runs"


async def act(
    dashboard: Dashboard, headers: dict[str, str], key: str, body: object, path: str = PATH
) -> tuple[int, Any, Any]:
    async with dashboard.http.post(path, json=body, headers={**headers, "Idempotency-Key": key}) as answer:
        return answer.status, await answer.json(content_type=None), answer.headers


async def runs(dashboard: Dashboard) -> int:
    number: int = await dashboard.pool.fetchval("SELECT count(*) FROM run")
    return number


async def test_the_same_request_gets_the_same_answer_and_orders_nothing_more(north: Dashboard) -> None:
    headers = await north.bearer()
    first, again = [await act(north, headers, "k-1", {"mode": "full"}) for _ in range(2)]
    assert (first[0], again[0]) == (202, 202)
    assert first[1] == again[1]
    assert first[2]["Location"] == again[2]["Location"]
    assert ("Idempotent-Replayed" in first[2], again[2]["Idempotent-Replayed"]) == (False, "true")
    assert await runs(north) == 1
    assert await north.pool.fetchval("SELECT count(*) FROM outbox WHERE type LIKE 'sync.ordered%'") == 1


async def test_another_body_or_address_with_the_same_key_is_refused(north: Dashboard) -> None:
    headers = await north.bearer()
    await act(north, headers, "k-1", {"mode": "full"})
    other_body = await act(north, headers, "k-1", {"mode": "partial"})
    other_address = await act(north, headers, "k-1", {"mode": "full"}, f"/api/v1/schools/{school('2')}/runs")
    assert [(status, problem["code"]) for status, problem, _ in (other_body, other_address)] == [
        (422, "key_reused")
    ] * 2
    assert await runs(north) == 1


async def test_another_caller_may_use_the_same_key(north: Dashboard) -> None:
    for _ in range(2):
        assert (await act(north, await north.bearer(), "k-1", {}))[0] == 202
    assert await runs(north) == 2


async def test_a_key_is_forgotten_after_a_day(north: Dashboard) -> None:
    headers = await north.bearer()
    await act(north, headers, "k-1", {})
    await north.pool.execute("UPDATE idempotency_key SET made_at = now() - interval '25 hours'")
    assert "Idempotent-Replayed" not in (await act(north, headers, "k-1", {"mode": "full"}))[2]
    await north.pool.execute("UPDATE idempotency_key SET made_at = now() - interval '25 hours'")
    await act(north, headers, "k-2", {})
    await clean(north.pool)
    assert await north.pool.fetchval("SELECT array_agg(key) FROM idempotency_key") == ["k-2"]


async def test_while_the_first_is_under_way_the_second_is_told_to_wait(north: Dashboard) -> None:
    headers = await north.bearer()
    async with north.pool.acquire() as conn, conn.transaction():
        await conn.execute("LOCK TABLE run IN ACCESS EXCLUSIVE MODE")
        first = asyncio.create_task(act(north, headers, "k-1", {}))
        await wait_for(lambda: north.pool.fetchval("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted"))
        status, problem, more = await act(north, headers, "k-1", {})
        assert (status, problem["code"], more["Retry-After"]) == (409, "key_in_use", "1")
    assert (await first)[0] == 202
    assert await runs(north) == 1


async def test_an_act_that_failed_is_not_kept_and_may_be_sent_again(north: Dashboard) -> None:
    headers = await north.bearer()
    path = f"/api/v1/runs/{uuid4()}/undo"
    assert [(await act(north, headers, "k-1", {}, path))[0] for _ in range(2)] == [404, 404]
    assert (await act(north, headers, "k-1", {}))[0] == 202


async def test_after_a_kill_before_the_end_nothing_is_there_and_the_act_can_be_sent_again(
    north: Dashboard,
) -> None:
    headers = await north.bearer()
    owner = await asyncpg.connect(north.context.settings.database_url.get_secret_value())
    await owner.execute(DYING)
    status, problem, _ = await act(north, headers, "k-1", {})
    assert (status, problem["code"], await runs(north)) == (500, "internal", 0)
    await owner.execute("DROP TRIGGER die ON dashboard_api.idempotency_key")
    await owner.close()
    assert (await act(north, headers, "k-1", {}))[0] == 202
    assert await runs(north) == 1


async def test_a_key_that_cannot_be_one_is_refused(north: Dashboard) -> None:
    status, problem, _ = await act(north, await north.bearer(), "k" * 201, {})
    assert (status, problem["code"]) == (400, "bad_key")


async def test_nobody_learns_whether_a_key_is_known(north: Dashboard) -> None:
    await act(north, await north.bearer(), "k-1", {})
    status, problem, _ = await act(north, {"Authorization": "Bearer rb_guess"}, "k-1", {})
    assert (status, problem["code"]) == (401, "not_signed_in")


async def test_answers_are_kept_sealed(north: Dashboard) -> None:
    await act(north, await north.bearer(), "k-1", {})
    row = await north.row("SELECT answer FROM idempotency_key")
    assert b"Ashgrove" not in row["answer"]
    assert "Ashgrove" in north.context.box.open(row["answer"])["body"]


PERSON: dict[str, Any] = {
    "email": "robin@north.example", "name": "Robin Vale", "role": "viewer", "districts": ["north"],
}  # fmt: skip


async def test_a_new_key_is_made_once_told_again_for_a_day_and_kept_sealed(north: Dashboard) -> None:
    headers, wanted = await north.bearer(), {"name": "scripts", "scopes": ["read"], "districts": ["north"]}
    first, again = [await act(north, headers, "k-1", wanted, "/api/v1/keys") for _ in range(2)]
    assert (first[0], again[0], again[2]["Idempotent-Replayed"]) == (201, 201, "true")
    assert (first[1]["key"], first[2]["Location"]) == (again[1]["key"], again[2]["Location"])
    assert await north.pool.fetchval("SELECT count(*) FROM api_key WHERE name = 'scripts'") == 1
    row = await north.row("SELECT fingerprint, answer FROM idempotency_key")
    assert first[1]["key"].encode() not in bytes(row["answer"])
    await north.pool.execute("UPDATE idempotency_key SET made_at = now() - interval '25 hours'")
    await clean(north.pool)
    assert await north.pool.fetchval("SELECT count(*) FROM idempotency_key") == 0
    assert (await act(north, headers, "k-1", wanted, "/api/v1/keys"))[1]["code"] == "name_taken"


async def test_a_person_is_let_in_once_and_the_link_told_again_works(north: Dashboard) -> None:
    headers = await north.bearer()
    first, again = [await act(north, headers, "k-1", PERSON, "/api/v1/users") for _ in range(2)]
    assert (first[0], again[:2]) == (201, first[:2])
    path = f"/api/v1/users/{first[1]['id']}/invitation"
    second, repeated = [await act(north, headers, "k-2", {}, path) for _ in range(2)]
    assert repeated[1] == second[1]
    assert second[1]["invitation"]["link"] != first[1]["invitation"]["link"]
    for row in await north.pool.fetch("SELECT answer FROM idempotency_key"):
        assert b"/invitation/" not in bytes(row["answer"])
    link = second[1]["invitation"]["link"].removeprefix(north.context.settings.dashboard_url)
    async with north.http.get(link) as answer:
        assert answer.status == 200
    invited = await north.pool.fetchval("SELECT count(*) FROM audit WHERE action = 'invite person'")
    assert invited == 2, "by the account and by the second link, each once"


async def test_a_password_cannot_be_tried_out_against_what_is_kept_of_a_request(north: Dashboard) -> None:
    body = json.dumps({**PERSON, "password": PASSWORD}).encode()
    headers = {**await north.bearer(), "Idempotency-Key": "k-1", "Content-Type": "application/json"}
    async with north.http.post("/api/v1/users", data=body, headers=headers) as answer:
        assert answer.status == 201
    kept = bytes((await north.row("SELECT fingerprint FROM idempotency_key"))["fingerprint"])
    assert len(kept) == 32
    assert kept != sha256(b"POST /api/v1/users?\n" + body).digest()


async def test_after_a_kill_there_is_no_key_that_nobody_was_told(north: Dashboard) -> None:
    headers, wanted = await north.bearer(), {"name": "scripts", "scopes": ["read"], "districts": ["north"]}
    owner = await asyncpg.connect(north.context.settings.database_url.get_secret_value())
    await owner.execute(DYING)
    assert (await act(north, headers, "k-1", wanted, "/api/v1/keys"))[0] == 500
    await owner.execute("DROP TRIGGER die ON dashboard_api.idempotency_key")
    await owner.close()
    assert await north.pool.fetchval("SELECT count(*) FROM api_key WHERE name = 'scripts'") == 0
    assert (await act(north, headers, "k-1", wanted, "/api/v1/keys"))[0] == 201


async def test_a_second_factor_is_never_told_again(north: Dashboard) -> None:
    await north.operator("ada@north.example")
    await north.sign_in("ada@north.example")
    headers = {"X-CSRF-Token": str(await north.pool.fetchval("SELECT csrf FROM session"))}
    first, again = [await act(north, headers, "k-1", {}, "/api/v1/me/second-factor") for _ in range(2)]
    assert (first[0], again[0]) == (201, 201)
    assert first[1]["secret"] != again[1]["secret"]
    assert await north.pool.fetchval("SELECT count(*) FROM idempotency_key") == 0


READING = {"tryMapping", "searchOperations", "searchRecords"}
"""Requests with a body that do nothing."""
OWN = {"beginSecondFactor", "removeOwnSecondFactor"}
"""What is not to be had again (`api.idempotency`)."""


async def test_each_act_takes_a_key(dashboard: Dashboard) -> None:
    async with dashboard.http.get("/api/v1/openapi.json") as answer:
        paths = (await answer.json())["paths"]
    posts = [methods["post"] for methods in paths.values() if "post" in methods]
    without = {
        one["operationId"]
        for one in posts
        if "Idempotency-Key" not in [parameter["name"] for parameter in one.get("parameters", [])]
    }
    assert without == READING | OWN


async def test_a_part_of_a_unit_of_work_can_fail_alone(north: Dashboard) -> None:
    async with UnitOfWork(north.context.whole, "dashboard-api") as whole:
        await whole.conn.execute("UPDATE district SET name = 'Whole'")
        part: UnitOfWork = whole.part()
        try:
            async with part:
                await part.conn.execute("UPDATE district SET name = 'Part'")
                raise aiohttp.ClientError
        except aiohttp.ClientError:
            pass
    assert await north.pool.fetchval("SELECT name FROM district") == "Whole"
