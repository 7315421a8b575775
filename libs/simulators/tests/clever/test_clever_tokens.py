"""The district's token is given to who knows the app's secret, and may be replaced."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from simulators.clever import CleverSimulator
from simulators.clever.reader import Reader
from simulators.generate import District

Serve = Callable[..., Awaitable[Reader]]


async def _ask(clever: CleverSimulator, path: str, authorization: str, **params: str) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": authorization} if authorization else {}
    url = f"{clever.token_base_url}/oauth/{path}"
    async with aiohttp.ClientSession() as http, http.get(url, params=params, headers=headers) as response:
        return response.status, await response.json()


async def test_the_app_finds_its_tokens_by_district(serve: Serve) -> None:
    clever = (await serve(client_id="id", client_secret="s:cret")).simulator
    basic = aiohttp.encode_basic_auth("id", "s:cret")

    for wanted in ({}, {"district": "district-1"}):
        status, answer = await _ask(clever, "tokens", basic, owner_type="district", **wanted)
        assert (status, answer["data"][0]["access_token"]) == (200, clever.token)
        assert answer["data"][0]["owner"] == {"type": "district", "id": "district-1"}
    status, answer = await _ask(clever, "tokens", basic, owner_type="district", district="elsewhere")
    assert (status, answer["data"]) == (200, [])


@pytest.mark.parametrize("basic", ["", aiohttp.encode_basic_auth("rosterbus", "wrong"), "Basic %%%", "Basic /w=="])
async def test_wrong_credentials_get_no_token(serve: Serve, basic: str) -> None:
    status, answer = await _ask((await serve()).simulator, "tokens", basic, owner_type="district")

    assert (status, list(answer)) == (401, ["message"])


async def test_a_token_can_be_looked_up(serve: Serve) -> None:
    clever = (await serve()).simulator

    status, answer = await _ask(clever, "tokeninfo", f"Bearer {clever.token}")
    assert (status, answer["client_id"]) == (200, "rosterbus")
    assert (await _ask(clever, "tokeninfo", "Bearer other"))[0] == 401


async def test_a_replaced_token_is_refused_and_the_new_one_accepted(serve: Serve) -> None:
    reader = await serve()
    before = reader.simulator.token

    reader.simulator.tokens.rotate()

    assert (await reader.get("schools")).status == 401
    reader.token = reader.simulator.token
    assert (await reader.get("schools")).status == 200
    assert reader.token != before


async def test_a_token_can_be_replaced_in_mid_reading(serve: Serve) -> None:
    reader = await serve()
    reader.simulator.mishaps.set(rotate_after=2)

    assert [(await reader.get("schools")).status for _ in range(3)] == [200, 401, 401]


def test_the_first_token_is_always_the_same(district: District) -> None:
    assert CleverSimulator(district).token == CleverSimulator(district).token
