"""One Moodle site's web services: a call is a form POST, an answer is JSON or one of the errors of `errors.py`."""

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

import aiohttp
import msgspec
from prometheus_client import Counter

from moodle_sync.moodle import errors, wire

CALLS = Counter("rosterbus_moodle_calls_total", "Calls to Moodle", ["function", "outcome"])
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PATH = "/webservice/rest/server.php"


@dataclass(slots=True)
class Meter:
    """What a run cost so far: calls, and bytes of forms and answers (request and status lines and headers left out)."""

    calls: int = 0
    bytes_up: int = 0
    bytes_down: int = 0


class MoodleClient:
    """Calls the functions of one site with one token. Not more than a thin wire: no retries, no meaning."""

    def __init__(
        self, http: aiohttp.ClientSession, base_url: str, token: str, *, seconds: float, most_fields: int
    ) -> None:
        self._http = http
        self._url = base_url.rstrip("/") + PATH
        self._token = token
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self.most_fields = most_fields
        self.meter = Meter()

    async def call(self, function: str, params: wire.Params) -> Any:
        """Call a function; its decoded answer, `None` where Moodle says null.

        Raises `Refused`, `NoAnswer` (time-out, connection, 5xx, not JSON), or `Permanent` (token, capability, address).
        """
        form = {"wstoken": self._token, "wsfunction": function, "moodlewsrestformat": "json", **wire.flatten(params)}
        if len(form) >= self.most_fields:
            raise ValueError(f"{function}: {len(form)} form fields, Moodle would cut them at {self.most_fields}")
        try:
            answer = await self._post(function, form)
        except Exception as error:
            CALLS.labels(function, type(error).__name__).inc()
            raise
        CALLS.labels(function, "ok").inc()
        return answer

    async def _post(self, function: str, form: dict[str, str]) -> Any:
        body = urlencode(form).encode()
        self.meter.calls += 1
        self.meter.bytes_up += len(body)
        try:
            async with self._http.post(self._url, data=body, headers=FORM, timeout=self._timeout) as response:
                content = await response.read()
                self.meter.bytes_down += response.content.total_raw_bytes
                if response.status != 200:
                    raise errors.from_status(function, response.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise errors.NoAnswer(
                f"Moodle did not answer {function} ({type(error).__name__})", code=errors.UNREACHABLE
            ) from None
        return _decode(function, content)


def _decode(function: str, content: bytes) -> Any:
    try:
        answer = msgspec.json.decode(content)
    except msgspec.DecodeError:
        raise errors.NoAnswer(f"Moodle answered {function} with something not JSON", code=errors.UNREACHABLE) from None
    if isinstance(answer, dict) and "exception" in answer:
        raise errors.from_answer(function, cast("dict[str, object]", answer))
    return answer
