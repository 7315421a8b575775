"""Signing in, the session's cookie, forms, and pages as somebody else."""

import asyncio
from uuid import uuid4

import aiohttp
import pytest

from dashboard_api.auth.sessions import MOST_PER_ACCOUNT

from .surroundings import PASSWORD, Dashboard, completed, school

EMAIL = "a.rossi@north.example"


async def status_of(dashboard: Dashboard, path: str) -> int:
    async with dashboard.http.get(path, allow_redirects=False) as answer:
        return answer.status


async def try_to_sign_in(dashboard: Dashboard, email: str, password: str) -> tuple[int, str]:
    form = {"email": email, "password": password, "next": "/schools"}
    async with dashboard.http.post("/sign-in", data=form, allow_redirects=False) as answer:
        return answer.status, await answer.text()


async def csrf_of(dashboard: Dashboard) -> str:
    token: str = await dashboard.pool.fetchval("SELECT csrf FROM session")
    return token


async def test_a_stranger_is_sent_to_the_sign_in_page_and_back(north: Dashboard) -> None:
    await north.operator(EMAIL)
    async with north.http.get("/schools?district=north", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/sign-in?next=%2Fschools%3Fdistrict%3Dnorth")
    form = {"email": EMAIL.upper(), "password": PASSWORD, "next": "/schools?district=north"}
    async with north.http.post("/sign-in", data=form, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/schools?district=north")
    assert await status_of(north, "/schools?district=north") == 200


@pytest.mark.parametrize("address", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"])
async def test_signing_in_never_leads_to_another_site(dashboard: Dashboard, address: str) -> None:
    await dashboard.operator(EMAIL)
    form = {"email": EMAIL, "password": PASSWORD, "next": address}
    async with dashboard.http.post("/sign-in", data=form, allow_redirects=False) as answer:
        assert answer.headers["Location"] == "/schools"


async def test_wrong_password_and_unknown_address_look_the_same(dashboard: Dashboard) -> None:
    await dashboard.operator(EMAIL)
    wrong, unknown = (
        await try_to_sign_in(dashboard, EMAIL, "x"),
        await try_to_sign_in(dashboard, "b@north.example", "x"),
    )
    assert wrong[0] == unknown[0] == 401
    assert "do not belong together" in wrong[1]
    assert "do not belong together" in unknown[1]


async def test_too_many_attempts_are_stopped_even_with_the_right_password(dashboard: Dashboard) -> None:
    await dashboard.operator(EMAIL)
    for _ in range(MOST_PER_ACCOUNT):
        assert (await try_to_sign_in(dashboard, EMAIL, "x"))[0] == 401
    status, page = await try_to_sign_in(dashboard, EMAIL, PASSWORD)
    assert (status, "Wait 15 minutes" in page) == (429, True)
    assert (await try_to_sign_in(dashboard, "somebody@else.example", "x"))[0] == 401


async def test_many_attempts_at_once_count_as_many(dashboard: Dashboard) -> None:
    await dashboard.operator(EMAIL)
    attempts = [try_to_sign_in(dashboard, EMAIL, "x") for _ in range(2 * MOST_PER_ACCOUNT)]
    statuses = [status for status, _ in await asyncio.gather(*attempts)]
    assert statuses.count(401) <= MOST_PER_ACCOUNT


async def test_the_cookie_is_out_of_reach_of_scripts_and_only_its_hash_is_kept(dashboard: Dashboard) -> None:
    await dashboard.operator(EMAIL)
    form = {"email": EMAIL, "password": PASSWORD}
    async with dashboard.http.post("/sign-in", data=form, allow_redirects=False) as answer:
        header, token = answer.headers["Set-Cookie"].lower(), answer.cookies["rosterbus"].value
    assert "httponly" in header
    assert "samesite=lax" in header
    assert await dashboard.pool.fetchval("SELECT count(*) FROM session WHERE token_hash = $1", token.encode()) == 0


async def test_signing_out_ends_the_session(north: Dashboard) -> None:
    await north.operator(EMAIL)
    await north.sign_in(EMAIL)
    cookies = {"rosterbus": next(cookie.value for cookie in north.http.cookie_jar)}
    async with north.http.post("/sign-out", data={"csrf": await csrf_of(north)}, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")
    async with aiohttp.ClientSession(cookies=cookies) as thief:
        answer = await thief.get(f"{north.url}/schools", allow_redirects=False)
        assert answer.status == 303


@pytest.mark.parametrize("change", ["expires_at = now()", "last_seen_at = now() - interval '3 hours'"])
async def test_a_session_runs_out(north: Dashboard, change: str) -> None:
    await north.operator(EMAIL)
    await north.sign_in(EMAIL)
    await north.pool.execute(f"UPDATE session SET {change}")
    assert await status_of(north, "/schools") == 303


async def test_a_session_may_use_the_api_and_must_send_its_token_to_change_anything(north: Dashboard) -> None:
    await north.operator(EMAIL)
    await north.sign_in(EMAIL)
    path = f"/api/v1/schools/{school('1')}/runs"
    assert await status_of(north, "/api/v1/schools") == 200
    for headers, status in (({}, 403), ({"X-CSRF-Token": "guess"}, 403), ({"X-CSRF-Token": await csrf_of(north)}, 202)):
        async with north.http.post(path, json={}, headers=headers) as answer:
            assert answer.status == status


async def test_a_form_without_the_sessions_token_changes_nothing(north: Dashboard) -> None:
    await north.operator(EMAIL)
    await north.sign_in(EMAIL)
    for path in ("/schools/act?district=north", "/sign-out"):
        async with north.http.post(path, data={"act": "full"}, allow_redirects=False) as answer:
            assert (answer.status, "Open the page again" in await answer.text()) == (403, True)
    assert await north.pool.fetchval("SELECT count(*) FROM run") == 0
    assert await status_of(north, "/schools") == 200


async def test_a_sign_in_form_from_another_site_is_refused(dashboard: Dashboard) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        async with dashboard.http.post("/sign-in", data={"email": EMAIL}, headers=headers) as answer:
            assert answer.status == 403


async def test_buttons_order_runs(north: Dashboard) -> None:
    await north.operator(EMAIL)
    await north.sign_in(EMAIL)
    form = {"act": "full", "csrf": await csrf_of(north)}
    async with north.http.post("/schools/act?district=north", data=form) as answer:
        assert answer.status == 200
    assert await north.pool.fetchval("SELECT count(*) FROM run WHERE mode = 'full' AND status = 'ordered'") == 2
    one = {**form, "act": "partial", "chosen": str(school("1"))}
    async with north.http.post("/schools/act?district=north", data=one) as answer:
        assert (answer.status, answer.url.path.startswith("/runs/")) == (200, True)
        assert "Partial sync of Ashgrove Primary" in await answer.text()


async def test_a_viewer_sees_no_buttons_and_may_not_press_them(north: Dashboard) -> None:
    await north.operator(EMAIL, "viewer", ["north"])
    await north.sign_in(EMAIL)
    async with north.http.get("/schools") as answer:
        page = await answer.text()
    assert "Ashgrove Primary" in page
    assert "Run partial sync" not in page
    form = {"act": "full", "csrf": await csrf_of(north)}
    async with north.http.post("/schools/act?district=north", data=form) as answer:
        assert answer.status == 403
    assert await north.pool.fetchval("SELECT count(*) FROM run") == 0


async def test_pages_of_another_district_do_not_exist(north: Dashboard) -> None:
    run_id = uuid4()
    await north.handle(completed(run_id))
    await north.operator(EMAIL, "district_admin", ["south"])
    await north.sign_in(EMAIL)
    assert await status_of(north, "/schools?district=north") in (200, 404)
    async with north.http.get("/schools?district=north") as answer:
        assert "Ashgrove" not in await answer.text()
    assert await status_of(north, f"/runs/{run_id}") == 404
    form = {"act": "full", "csrf": await csrf_of(north)}
    async with north.http.post("/schools/act?district=north", data=form) as answer:
        assert answer.status == 404


async def test_every_page_has_a_strict_content_policy_and_no_inline_code(north: Dashboard) -> None:
    run_id = uuid4()
    await north.handle(completed(run_id))
    await north.operator(EMAIL)
    pages = ["/sign-in", "/nothing-here"]
    await north.sign_in(EMAIL)
    for path in [*pages, "/schools", f"/runs/{run_id}"]:
        async with north.http.get(path) as answer:
            policy, page = answer.headers["Content-Security-Policy"], await answer.text()
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not any(inline in page for inline in ("<style", " style=", "<script>", " onclick=", "javascript:")), path


async def test_an_account_with_no_district_declared_is_told_what_comes_next(dashboard: Dashboard) -> None:
    await dashboard.operator(EMAIL)
    await dashboard.sign_in(EMAIL)
    async with dashboard.http.get("/schools") as answer:
        assert "rosterbus apply" in await answer.text()
