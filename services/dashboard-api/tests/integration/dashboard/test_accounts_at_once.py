"""Signing in while what lets people in is changed at the same moment: what was checked has to hold still."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import asyncpg
from argon2 import PasswordHasher

from common.settings import CommonSettings
from common.testing.waiting import wait_for
from dashboard_api.auth.passwords import hash_password
from dashboard_api.auth.second_factor import new_secret

from .asking import post
from .surroundings import PASSWORD, Dashboard
from .test_accounts import PERSON, send
from .test_own_account import EMAIL, OTHER, code, robin, with_second_factor

__all__ = ["robin"]
WEAK = PasswordHasher(time_cost=1, memory_cost=1024)
NEW_PASSWORD = "WITH ended AS (DELETE FROM session) UPDATE operator SET password_hash = $1"
NEW_SECRET = "UPDATE operator SET totp_secret = $1, totp_step = 0"

Beside = Callable[[Coroutine[Any, Any, Any]], Awaitable[asyncio.Task[Any]]]
"""Asks, and gives the request once it waits for what is being done, or is answered without waiting."""


@asynccontextmanager
async def browser(dashboard: Dashboard) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(dashboard.url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield http


async def form(http: aiohttp.ClientSession, path: str, **fields: str) -> int:
    async with http.post(path, data=fields, allow_redirects=False) as answer:
        return answer.status


@asynccontextmanager
async def meanwhile(settings: CommonSettings, sql: str, *values: object) -> AsyncIterator[Beside]:
    """What another request is just doing: it is done when the context ends, and until then holds what it changes."""
    url = settings.database_url.get_secret_value()
    own = asyncpg.create_pool(url, server_settings={"search_path": "dashboard_api"})
    async with own as pool, pool.acquire() as conn, conn.transaction():
        await conn.execute(sql, *values)

        async def beside(asking: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
            task = asyncio.create_task(asking)
            await wait_for(lambda: _done_or_waiting(pool, task), what="the request waits or is answered")
            return task

        yield beside


async def _done_or_waiting(pool: Any, task: asyncio.Task[Any]) -> bool:
    return task.done() or bool(await pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))


async def test_who_signs_in_with_a_password_that_is_just_changed_stays_out(
    north: Dashboard, settings: CommonSettings
) -> None:
    await north.operator(EMAIL, "viewer", ["north"])
    async with browser(north) as http:
        async with meanwhile(settings, NEW_PASSWORD, hash_password(OTHER)) as beside:
            task = await beside(form(http, "/sign-in", email=EMAIL, password=PASSWORD))
        assert await task == 401
        assert await form(http, "/sign-in", email=EMAIL, password=OTHER) == 303
    assert await north.pool.fetchval("SELECT count(*) FROM session") == 1


async def test_an_old_password_does_not_come_back_by_being_hashed_anew(
    north: Dashboard, settings: CommonSettings
) -> None:
    await north.operator(EMAIL, "viewer", ["north"])
    await north.pool.execute(NEW_PASSWORD, WEAK.hash(PASSWORD))
    changed = hash_password(OTHER)
    async with browser(north) as http:
        async with meanwhile(settings, NEW_PASSWORD, changed) as beside:
            task = await beside(form(http, "/sign-in", email=EMAIL, password=PASSWORD))
        assert await task == 401
    assert await north.pool.fetchval("SELECT password_hash FROM operator") == changed


async def test_two_who_sign_in_at_once_both_come_in_while_the_hash_is_renewed(north: Dashboard) -> None:
    await north.operator(EMAIL, "viewer", ["north"])
    weak = WEAK.hash(PASSWORD)
    await north.pool.execute(NEW_PASSWORD, weak)
    async with browser(north) as one, browser(north) as other:
        asked = [form(http, "/sign-in", email=EMAIL, password=PASSWORD) for http in (one, other)]
        assert await asyncio.gather(*asked) == [303, 303]
    assert await north.pool.fetchval("SELECT password_hash FROM operator") != weak


async def test_a_code_completes_no_session_of_a_password_that_is_just_changed(
    north: Dashboard, robin: dict[str, str], settings: CommonSettings
) -> None:
    _secret, recovery = await with_second_factor(north, robin)
    async with browser(north) as http:
        assert await form(http, "/sign-in", email=EMAIL, password=PASSWORD) == 303
        async with meanwhile(settings, NEW_PASSWORD, hash_password(OTHER)) as beside:
            task = await beside(form(http, "/sign-in/code", code=recovery[0]))
        assert await task == 401
    assert await north.pool.fetchval("SELECT count(*) FROM session") == 0


async def test_of_two_changes_of_a_password_the_second_has_to_know_the_first(
    north: Dashboard, robin: dict[str, str], settings: CommonSettings
) -> None:
    changed = hash_password(OTHER)
    body = {"current": PASSWORD, "new": "a third long password"}
    async with meanwhile(settings, NEW_PASSWORD, changed) as beside:
        task = await beside(send(north, "PUT", "/me/password", body, robin))
    assert (await task)[0] == 403
    assert await north.pool.fetchval("SELECT password_hash FROM operator") == changed


async def test_a_code_confirms_only_the_second_factor_that_it_is_of(
    north: Dashboard, robin: dict[str, str], settings: CommonSettings
) -> None:
    _, begun = await post(north, "/me/second-factor", {}, robin)
    async with meanwhile(settings, NEW_SECRET, north.context.box.seal({"totp": new_secret()})) as beside:
        task = await beside(send(north, "PUT", "/me/second-factor", {"code": code(begun["secret"])}, robin))
    assert (await task)[0] == 422
    assert await north.pool.fetchval("SELECT totp_confirmed_at FROM operator") is None


async def test_a_recovery_code_lets_in_one_of_two_who_give_it_at_once(north: Dashboard, robin: dict[str, str]) -> None:
    _secret, recovery = await with_second_factor(north, robin)
    async with browser(north) as one, browser(north) as other:
        for http in (one, other):
            assert await form(http, "/sign-in", email=EMAIL, password=PASSWORD) == 303
        asked = [form(http, "/sign-in/code", code=recovery[0]) for http in (one, other)]
        assert sorted(await asyncio.gather(*asked)) == [303, 401]


async def test_a_link_lets_in_one_of_two_who_use_it_at_once(north: Dashboard) -> None:
    _, person = await post(north, "/users", PERSON, await north.bearer())
    path = person["invitation"]["link"].removeprefix(north.context.settings.dashboard_url)
    async with browser(north) as one, browser(north) as other:
        asked = [form(http, path, password=text) for http, text in ((one, PASSWORD), (other, OTHER))]
        assert sorted(await asyncio.gather(*asked)) == [303, 404]
    assert await north.pool.fetchval("SELECT count(*) FROM session") == 1
