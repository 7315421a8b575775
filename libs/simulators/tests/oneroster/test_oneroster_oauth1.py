"""Signed requests are checked as RFC 5849 says."""

import time
from collections.abc import Awaitable, Callable
from urllib.parse import quote

import aiohttp
import pytest
from yarl import URL

from simulators.oneroster import Behaviour, OneRosterSimulator
from simulators.oneroster.oauth1 import base_string, signature
from simulators.oneroster.reader import Reader

Serve = Callable[..., Awaitable[Reader]]

OAUTH1 = Behaviour(auth="oauth1")
FILTER = (
    "users?limit=5&filter=dateLastModified%3E%3D%272026-08-01T00%3A00%3A00%2B02%3A00%27%20AND%20status%3D%27active%27"
)


def _signed(sis: OneRosterSimulator, path: str, **changes: str) -> str:
    """The header for a request; `changes` are parameters that are set otherwise before signing."""
    oauth = {
        "oauth_consumer_key": sis.client_id,
        "oauth_nonce": "n0nce",
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": str(int(time.time())),
        "oauth_version": "1.0",
    } | changes
    hashing = oauth["oauth_signature_method"].removeprefix("HMAC-").lower()
    text = base_string("GET", f"{sis.base_url}/{path}", oauth.items())
    oauth["oauth_signature"] = signature(hashing, f"{quote(sis.client_secret, safe='')}&", text)
    return "OAuth " + ",".join(f'{name}="{quote(value, safe="")}"' for name, value in oauth.items())


async def _get(sis: OneRosterSimulator, path: str, header: str) -> int:
    url, headers = URL(f"{sis.base_url}/{path}", encoded=True), {"Authorization": header}
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as response:
        if response.status == 401:
            assert response.headers["WWW-Authenticate"].startswith("OAuth")
        return response.status


def test_the_base_string_is_that_of_the_standards_example() -> None:
    text = base_string(
        "POST",
        "http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b",
        [
            ("oauth_consumer_key", "9djdj82h48djs9d2"),
            ("oauth_token", "kkk9d7dh3k39sjv7"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "137131201"),
            ("oauth_nonce", "7d8f3e4a"),
            ("c2", ""),
            ("a3", "2 q"),
        ],
    )

    assert text == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D"
        "%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1"
        "%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    )


def test_the_signature_is_that_of_the_standards_example() -> None:
    text = base_string(
        "GET",
        "http://photos.example.net/photos?file=vacation.jpg&size=original",
        [
            ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
            ("oauth_token", "nnch734d00sl2jdk"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "137131202"),
            ("oauth_nonce", "chapoH"),
        ],
    )

    assert signature("sha1", "kd94hf93k423kf44&pfkkdhi9sl3r4s00", text) == "MdpQcU8iPSUjWoN/UDMsK2sui9I="


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256"])
async def test_a_signed_request_is_answered(serve: Serve, method: str) -> None:
    sis = (await serve(behaviour=OAUTH1, client_secret="a&b %c")).simulator

    for nonce, path in enumerate(("orgs", FILTER)):
        header = _signed(sis, path, oauth_signature_method=method, oauth_nonce=str(nonce))
        assert await _get(sis, path, header) == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"oauth_consumer_key": "somebody"},
        {"oauth_timestamp": "now"},
        {"oauth_signature_method": "HMAC-SHA512"},
        {"oauth_version": "2.0"},
        {"oauth_nonce": ""},
    ],
)
async def test_a_request_that_is_signed_wrongly_is_refused(serve: Serve, changes: dict[str, str]) -> None:
    sis = (await serve(behaviour=OAUTH1)).simulator

    assert await _get(sis, "orgs", _signed(sis, "orgs", **changes)) == 401


@pytest.mark.parametrize("seconds", [-1000, 1000])
async def test_a_request_of_another_time_is_refused(serve: Serve, seconds: int) -> None:
    sis = (await serve(behaviour=OAUTH1)).simulator

    assert await _get(sis, "orgs", _signed(sis, "orgs", oauth_timestamp=str(int(time.time()) + seconds))) == 401


async def test_a_signature_holds_for_its_own_query_only(serve: Serve) -> None:
    sis = (await serve(behaviour=OAUTH1)).simulator
    header = _signed(sis, FILTER)

    assert await _get(sis, FILTER.replace("limit=5", "limit=6"), header) == 401
    assert await _get(sis, FILTER.partition("&filter")[0], header) == 401
    assert await _get(sis, FILTER, header) == 200


async def test_a_nonce_serves_once(serve: Serve) -> None:
    sis = (await serve(behaviour=OAUTH1)).simulator
    header = _signed(sis, "orgs")

    assert [await _get(sis, "orgs", header) for _ in range(2)] == [200, 401]
    assert await _get(sis, "orgs", _signed(sis, "orgs", oauth_nonce="another")) == 200


async def test_the_servers_clock_decides(serve: Serve) -> None:
    sis = (await serve(behaviour=OAUTH1, wall_clock=lambda: 1_000_000.0)).simulator

    assert await _get(sis, "orgs", _signed(sis, "orgs")) == 401
    assert await _get(sis, "orgs", _signed(sis, "orgs", oauth_timestamp="1000300")) == 200


async def test_where_requests_are_signed_there_are_no_tokens(serve: Serve) -> None:
    sis = (await serve(behaviour=OAUTH1)).simulator

    async with aiohttp.ClientSession() as http, http.post(sis.token_url) as response:
        assert response.status == 404
    assert await _get(sis, "orgs", "Bearer anything") == 401
