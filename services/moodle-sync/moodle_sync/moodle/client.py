"""One Moodle site's web services: a call is a form POST, an answer is JSON or one of the errors of `errors.py`."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from time import monotonic
from typing import Any, cast
from urllib.parse import urlencode

import aiohttp
import msgspec
from prometheus_client import Counter

from common.moments import retry_after
from moodle_sync.load import Timed
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
    """Calls the functions of one site with one token. Not more than a thin wire: no retries, no meaning.

    Each call is made within a context of `watched`, which may refuse it, and sees how it ends.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        base_url: str,
        token: str,
        *,
        seconds: float,
        most_fields: int,
        watched: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ) -> None:
        self._http = http
        self._url = base_url.rstrip("/") + PATH
        self._token = token
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self.most_fields = most_fields
        self.meter = Meter()
        self._watched = watched
        self._timed: list[Timed] = []

    async def call(self, function: str, params: wire.Params) -> Any:
        """Call a function; its decoded answer, `None` where Moodle says null.

        Redirects are not followed, since the token must go nowhere else. Raises `Refused`, `NoAnswer` (time-out,
        connection, 429, 5xx, not JSON), `Permanent` (token, capability, address), and what `watched` raises before
        anything was sent.
        """
        form = {"wstoken": self._token, "wsfunction": function, "moodlewsrestformat": "json", **wire.flatten(params)}
        if len(form) >= self.most_fields:
            raise ValueError(f"{function}: {len(form)} form fields, Moodle would cut them at {self.most_fields}")
        async with self._watched():
            began = monotonic()
            try:
                answer = await self._post(function, form)
            except Exception as error:
                CALLS.labels(function, type(error).__name__).inc()
                raise
        CALLS.labels(function, "ok").inc()
        self._timed.append(Timed(function, wire.count_records(params), monotonic() - began))
        return answer

    def take_times(self) -> list[Timed]:
        """How long calls took that were answered since this was last asked."""
        timed, self._timed = self._timed, []
        return timed

    async def _post(self, function: str, form: dict[str, str]) -> Any:
        body = urlencode(form).encode()
        self.meter.calls += 1
        self.meter.bytes_up += len(body)
        try:
            async with self._http.post(
                self._url, data=body, headers=FORM, timeout=self._timeout, allow_redirects=False
            ) as response:
                content = await response.read()
                self.meter.bytes_down += response.content.total_raw_bytes
                if response.status != 200:
                    raise errors.from_status(function, response.status, retry_after(response.headers))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise errors.NoAnswer(f"Moodle did not answer {function} ({type(error).__name__}).") from None
        return _decode(function, content)


def _decode(function: str, content: bytes) -> Any:
    try:
        answer = msgspec.json.decode(content)
    except msgspec.DecodeError:
        raise errors.NoAnswer(f"Moodle answered {function} with something not JSON.") from None
    if isinstance(answer, dict) and "exception" in answer:
        raise errors.from_answer(function, cast("dict[str, object]", answer))
    return answer
