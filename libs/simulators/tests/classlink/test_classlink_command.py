"""The command serves a district by both ways."""

import aiohttp
from yarl import URL

from ..support.commands import running


async def test_the_command_serves_until_it_is_told_to_stop() -> None:
    flags = ("--seed", "1", "--schools", "1", "--students", "20", "--token", "secret")

    async with running("classlink", *flags) as line:
        url = URL(f"{line.partition('proxy at ')[2]}/schools", encoded=True)
        headers = {"Authorization": "Bearer secret"}
        async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as response:
            schools = (await response.json())["orgs"]

    assert len(schools) == 1
