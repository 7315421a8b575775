"""The command serves a district by both ways."""

import asyncio
import sys

import aiohttp
from yarl import URL


async def test_the_command_serves_until_it_is_told_to_stop() -> None:
    flags = ("--port", "0", "--seed", "1", "--schools", "1", "--students", "20", "--token", "secret")
    command = (sys.executable, "-m", "simulators.classlink", *flags)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    proxied = (await process.stdout.readline()).decode().partition("proxy at ")[2].strip()

    url = URL(f"{proxied}/schools", encoded=True)
    headers = {"Authorization": "Bearer secret"}
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as response:
        schools = (await response.json())["orgs"]
    process.terminate()

    assert len(schools) == 1
    assert await process.wait() == 0


async def test_the_command_says_why_it_cannot_start() -> None:
    command = (sys.executable, "-m", "simulators.classlink", "--port", "0", "--mishaps", '{"earthquake": 1}')
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, complaint = await process.communicate()

    assert process.returncode == 1
    assert "earthquake" in complaint.decode()
