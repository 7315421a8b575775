"""A bare client for tests: it sends what it is told and hands back what came."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from simulators.moodle import MoodleSimulator

PATH = "/webservice/rest/server.php"


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, read to its end."""

    status: int
    content_type: str
    text: str
    headers: Mapping[str, str]

    def json(self) -> Any:
        return json.loads(self.text)


async def send(moodle: MoodleSimulator, data: Any, **options: Any) -> Answer:
    """POST anything to the token API."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(moodle.base_url + PATH, data=data, **options) as response,
    ):
        return Answer(response.status, response.content_type, await response.text(), response.headers)


async def post(moodle: MoodleSimulator, function: str, fields: Mapping[str, object]) -> Answer:
    """One well-formed call; the answer as it came."""
    form = {"wstoken": moodle.token, "wsfunction": function, "moodlewsrestformat": "json"}
    return await send(moodle, form | {key: str(value) for key, value in fields.items()})


async def call(moodle: MoodleSimulator, function: str, fields: Mapping[str, object]) -> Any:
    """One well-formed call; the decoded answer."""
    return (await post(moodle, function, fields)).json()


def numbered(key: str, *records: Mapping[str, object]) -> dict[str, object]:
    """Records as form fields: `users[0][username]` and so on."""
    return {f"{key}[{index}][{name}]": value for index, record in enumerate(records) for name, value in record.items()}
