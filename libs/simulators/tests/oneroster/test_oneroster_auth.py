"""Tokens are given for the right credentials, and run out."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from simulators.oneroster import Behaviour, OneRosterSimulator
from simulators.oneroster.reader import Reader

Serve = Callable[..., Awaitable[Reader]]


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


async def _ask(sis: OneRosterSimulator, basic: str = "", **form: str) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": basic} if basic else {}
    async with aiohttp.ClientSession() as http, http.post(sis.token_url, data=form, headers=headers) as response:
        return response.status, await response.json()


async def test_credentials_may_be_in_a_header_or_in_the_form(serve: Serve) -> None:
    sis = (await serve(client_id="id", client_secret="se:cr+et %")).simulator
    grant = {"grant_type": "client_credentials", "scope": "roster.readonly"}

    for status, answer in (
        await _ask(sis, aiohttp.encode_basic_auth("id", "se:cr%2Bet+%25"), **grant),
        await _ask(sis, client_id="id", client_secret="se:cr+et %", **grant),
    ):
        assert status == 200
        assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("Bearer", 3600, "roster.readonly")


@pytest.mark.parametrize("basic", ["", aiohttp.encode_basic_auth("rosterbus", "wrong"), "Basic %%%", "Basic /w=="])
async def test_wrong_credentials_get_no_token(serve: Serve, basic: str) -> None:
    status, answer = await _ask((await serve()).simulator, basic, grant_type="client_credentials")

    assert (status, answer) == (401, {"error": "invalid_client"})


async def test_another_grant_gets_no_token(serve: Serve) -> None:
    sis = (await serve()).simulator
    basic = aiohttp.encode_basic_auth(sis.client_id, sis.client_secret)

    assert await _ask(sis, basic, grant_type="password") == (400, {"error": "unsupported_grant_type"})


async def test_the_expiry_can_be_left_out(serve: Serve) -> None:
    sis = (await serve(behaviour=Behaviour(announce_expiry=False))).simulator
    basic = aiohttp.encode_basic_auth(sis.client_id, sis.client_secret)

    assert "expires_in" not in (await _ask(sis, basic, grant_type="client_credentials"))[1]


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}])
async def test_without_a_valid_token_there_are_no_data(serve: Serve, header: dict[str, str]) -> None:
    sis = (await serve()).simulator
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{sis.base_url}/orgs", headers=header) as response,
    ):
        assert response.status == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


async def test_a_token_runs_out_and_a_new_one_is_given(serve: Serve) -> None:
    clock = Clock()
    reader = await serve(behaviour=Behaviour(token_seconds=60), clock=clock)

    assert (await reader.get("orgs")).status == 200
    clock.seconds = 60
    assert (await reader.get("orgs")).status == 401
    await reader.log_in()
    assert (await reader.get("orgs")).status == 200


async def test_all_tokens_can_be_withdrawn(serve: Serve) -> None:
    reader = await serve()
    await reader.get("orgs")

    reader.simulator.tokens.expire()

    assert (await reader.get("orgs")).status == 401
    assert reader.simulator.requests == {"token": 1, "orgs": 2}
