"""Where a token goes: to the site that it was declared for, and nowhere else."""

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer

from common.errors import Permanent
from common.reach import sockets_outside
from moodle_sync.moodle.client import PATH, MoodleClient
from moodle_sync.moodle.errors import NoAnswer
from moodle_sync.settings import Settings

TOKEN = "a-token"


def a_client(http: aiohttp.ClientSession, site: BaseTestServer) -> MoodleClient:
    return MoodleClient(http, str(site.make_url("")), TOKEN, seconds=5, most_fields=100)


@pytest.mark.parametrize("status", [301, 307])
async def test_a_token_is_not_sent_on_to_where_a_site_redirects(status: int) -> None:
    told: list[str] = []

    async def listen(request: web.Request) -> web.Response:
        told.append(await request.text())
        return web.json_response({})

    elsewhere = web.Application()
    elsewhere.router.add_route("*", "/{any:.*}", listen)
    async with TestServer(elsewhere) as other:

        async def redirect(_request: web.Request) -> web.Response:
            return web.Response(status=status, headers={"Location": str(other.make_url("/"))})

        moodle = web.Application()
        moodle.router.add_post(PATH, redirect)
        async with TestServer(moodle) as site, aiohttp.ClientSession() as http:
            with pytest.raises(Permanent, match="base_url"):
                await a_client(http, site).call("core_webservice_get_site_info", {})
    assert told == []


async def test_a_site_in_a_refused_network_is_not_opened() -> None:
    called: list[str] = []

    async def listen(request: web.Request) -> web.Response:
        called.append(request.path)
        return web.json_response({})

    moodle = web.Application()
    moodle.router.add_post(PATH, listen)
    set_ = {"database_url": "x", "amqp_url": "x", "secret_key": "x", "refused_networks": "127.0.0.0/8, ::1"}
    networks = Settings.model_validate(set_).refused_networks
    connector = aiohttp.TCPConnector(socket_factory=sockets_outside(networks))
    async with TestServer(moodle) as site, aiohttp.ClientSession(connector=connector) as http:
        with pytest.raises(NoAnswer):
            await a_client(http, site).call("core_webservice_get_site_info", {})
    assert called == []
