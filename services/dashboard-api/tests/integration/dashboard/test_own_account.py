"""One's own account: password, second factor, sessions, and cookies that change."""

import time
from io import BytesIO
from typing import Any

import aiohttp
import pytest

from dashboard_api.auth.second_factor import STEP, code_at
from dashboard_api.auth.sessions import MOST_PER_ACCOUNT

from .asking import get, post
from .surroundings import PASSWORD, Dashboard
from .test_accounts import send, signs_in

EMAIL = "robin@north.example"
OTHER = "another long password"


@pytest.fixture
async def robin(north: Dashboard) -> dict[str, str]:
    """Somebody who is signed in: the header that changes need."""
    await north.operator(EMAIL, "viewer", ["north"])
    await north.sign_in(EMAIL)
    return {"X-CSRF-Token": await north.pool.fetchval("SELECT csrf FROM session")}


async def with_second_factor(north: Dashboard, robin: dict[str, str]) -> tuple[str, list[str]]:
    """Set up; the secret and the recovery codes. The code of the step before now is used up."""
    _, begun = await post(north, "/me/second-factor", {}, robin)
    status, done = await send(north, "PUT", "/me/second-factor", {"code": code(begun["secret"], -1)}, robin)
    assert status == 200, done
    return begun["secret"], done["recovery_codes"]


def code(secret: str, steps: int = 0) -> str:
    return code_at(secret, int(time.time()) // STEP + steps)


async def give(north: Dashboard, text: str) -> tuple[int, str]:
    async with north.http.post("/sign-in/code", data={"code": text}, allow_redirects=False) as answer:
        return answer.status, await answer.text()


async def test_a_password_is_changed_by_who_knows_it_and_other_sessions_end(
    north: Dashboard, robin: dict[str, str]
) -> None:
    async with aiohttp.ClientSession(north.url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as elsewhere:
        await elsewhere.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})
        for current, new, status in (("wrong", OTHER, 403), (PASSWORD, "short", 422), (PASSWORD, OTHER, 200)):
            body = {"current": current, "new": new}
            assert (await send(north, "PUT", "/me/password", body, robin))[0] == status
        async with elsewhere.get("/api/v1/me") as answer:
            assert answer.status == 401
    assert (await get(north, "/me"))[0] == 200
    assert (await signs_in(north, EMAIL), await signs_in(north, EMAIL, OTHER)) == (False, True)


async def test_the_own_password_cannot_be_guessed_either(north: Dashboard, robin: dict[str, str]) -> None:
    body = {"current": "wrong", "new": OTHER}
    statuses = [(await send(north, "PUT", "/me/password", body, robin))[0] for _ in range(MOST_PER_ACCOUNT)]
    assert statuses[0] == 403
    assert (await send(north, "PUT", "/me/password", body, robin))[0] == 429


async def test_a_second_factor_is_asked_for_once_it_is_confirmed(north: Dashboard, robin: dict[str, str]) -> None:
    _, begun = await post(north, "/me/second-factor", {}, robin)
    assert begun["picture"].startswith("<svg")
    assert "style" not in begun["picture"]
    assert (await send(north, "PUT", "/me/second-factor", {"code": "000000"}, robin))[0] == 422
    assert await signs_in(north, EMAIL)
    assert (await get(north, "/me"))[0] == 200
    robin = {"X-CSRF-Token": (await north.row("SELECT csrf FROM session ORDER BY created_at DESC LIMIT 1"))["csrf"]}
    secret, _codes = await with_second_factor(north, robin)
    assert await signs_in(north, EMAIL)
    assert (await get(north, "/me"))[0] == 401
    assert (await give(north, "000000"))[0] == 401
    assert (await give(north, code(secret)))[0] == 303
    assert (await get(north, "/me"))[1]["second_factor"] is True


async def test_a_code_is_good_once(north: Dashboard, robin: dict[str, str]) -> None:
    secret, recovery = await with_second_factor(north, robin)
    for text in (code(secret), recovery[0]):
        await signs_in(north, EMAIL)
        assert (await give(north, text))[0] == 303
        await signs_in(north, EMAIL)
        status, page = await give(north, text)
        assert (status, "was used already" in page) == (401, True)
    assert (await give(north, recovery[1].upper().replace("-", " ")))[0] == 303


async def test_codes_cannot_be_guessed(north: Dashboard, robin: dict[str, str]) -> None:
    secret, _ = await with_second_factor(north, robin)
    for _ in range(MOST_PER_ACCOUNT):
        await signs_in(north, EMAIL)
        assert (await give(north, "000000"))[0] == 401
    assert (await give(north, code(secret)))[0] == 429


async def test_a_code_without_a_password_is_worth_nothing(north: Dashboard, robin: dict[str, str]) -> None:
    secret, _ = await with_second_factor(north, robin)
    north.http.cookie_jar.clear()
    assert (await give(north, code(secret)))[0] == 401


async def test_the_second_factor_goes_with_the_password_or_by_an_administrator(
    north: Dashboard, robin: dict[str, str]
) -> None:
    await with_second_factor(north, robin)
    assert (await post(north, "/me/second-factor/removal", {"password": "wrong"}, robin))[0] == 403
    assert (await post(north, "/me/second-factor", {}, robin))[0] == 409
    assert (await post(north, "/me/second-factor/removal", {"password": PASSWORD}, robin))[0] == 200
    await with_second_factor(north, robin)
    id_ = (await get(north, "/me"))[1]["id"]
    await send(north, "DELETE", f"/users/{id_}/second-factor", None, await north.bearer())
    assert await signs_in(north, EMAIL)
    assert (await get(north, "/me"))[0] == 200


async def test_sessions_are_seen_and_ended(north: Dashboard, robin: dict[str, str]) -> None:
    async with aiohttp.ClientSession(north.url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as elsewhere:
        await elsewhere.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})
        _, listed = await get(north, "/me/sessions")
        assert sorted(one["current"] for one in listed["sessions"]) == [False, True]
        (other,) = [one["id"] for one in listed["sessions"] if not one["current"]]
        assert (await send(north, "DELETE", f"/me/sessions/{other}", None, robin))[0] == 200
        async with elsewhere.get("/api/v1/me") as answer:
            assert answer.status == 401
    assert (await send(north, "DELETE", f"/me/sessions/{other}", None, robin))[0] == 404
    assert (await send(north, "DELETE", "/me/sessions", None, robin))[1] == {"ended": 0}


async def test_a_key_has_no_account(north: Dashboard) -> None:
    headers = await north.bearer(districts=["north"], scopes=["read"])
    _, me = await get(north, "/me", headers)
    assert (me["kind"], me["scopes"], me["districts"]) == ("key", ["read"], ["north"])
    assert (await send(north, "PATCH", "/me", {"locale": "nl"}, headers))[0] == 403


async def test_pages_speak_the_language_of_the_account(north: Dashboard, robin: dict[str, str]) -> None:
    status, me = await send(north, "PATCH", "/me", {"locale": "nl", "timezone": "Europe/Brussels"}, robin)
    assert (status, me["name"], me["locale"]) == (200, "Robin", "nl")
    async with north.http.get("/schools") as answer:
        assert 'lang="nl"' in await answer.text()
    assert (await send(north, "PATCH", "/me", {"timezone": "Mars/Base"}, robin))[0] == 422


async def test_the_cookie_is_given_anew_each_hour_and_the_old_one_ends_when_the_new_one_is_used(
    north: Dashboard, robin: dict[str, str]
) -> None:
    def cookie() -> Any:
        return {one.key: one.value for one in north.http.cookie_jar}["rosterbus"]

    async def with_cookie(value: str) -> int:
        async with (
            aiohttp.ClientSession(north.url, cookies={"rosterbus": value}) as http,
            http.get("/api/v1/me") as answer,
        ):
            return answer.status

    old = cookie()
    await get(north, "/me")
    assert cookie() == old
    await north.pool.execute("UPDATE session SET rotated_at = now() - interval '2 hours'")
    await get(north, "/me")
    assert cookie() != old
    assert await with_cookie(old) == 200
    await north.pool.execute("UPDATE session SET rotated_at = now() - interval '2 minutes'")
    assert await with_cookie(cookie()) == 200
    assert await with_cookie(old) == 401


async def test_too_large_a_body_is_refused(north: Dashboard) -> None:
    async def pieces() -> Any:
        for _ in range(20):
            yield b" " * 100_000

    headers = {**await north.bearer(), "Content-Type": "application/json"}
    for data in (BytesIO(b" " * 2_000_000), pieces()):
        async with north.http.put("/api/v1/districts/north", data=data, headers=headers) as answer:
            assert (answer.status, (await answer.json(content_type=None))["code"]) == (413, "too_large")
