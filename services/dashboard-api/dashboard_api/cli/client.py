"""The API as the command line sees it: JSON in, JSON out, every failure a sentence."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException
from shutil import copyfileobj
from time import sleep
from typing import Any, BinaryIO
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen
from uuid import uuid4

import typer

from dashboard_api.cli.trouble import CONFLICT, NOT_ALLOWED, NOT_FOUND, TROUBLE, UNREACHABLE, Trouble

URL = "ROSTERBUS_URL"
KEY = "ROSTERBUS_API_KEY"
DEFAULT_URL = "http://127.0.0.1:8080"
SECONDS = 30

Json = dict[str, Any]


EXIT_CODES = {
    **dict.fromkeys((401, 403), NOT_ALLOWED),
    404: NOT_FOUND,
    **dict.fromkeys((409, 412, 428), CONFLICT),
    **dict.fromkeys((429, 500, 502, 503, 504), UNREACHABLE),
}
"""By the status of a problem; others are wrong usage."""


MOST_SECONDS = 30
"""The longest that a command waits before it asks once more, whatever the dashboard says."""


class Unreachable(Trouble):
    """The dashboard did not answer, or cannot now; it may the next time, after so many `seconds`."""

    def __init__(self, sentence: str, problem: str = "", seconds: int = 0) -> None:
        super().__init__(sentence, UNREACHABLE, problem)
        self.seconds = seconds


class Client:
    """Calls with an API key. Raises `Trouble` for whatever is not a success."""

    def __init__(self, url: str, key: str, seconds: float = SECONDS) -> None:
        self._url = url.rstrip("/")
        self._key = key
        self._seconds = seconds

    @classmethod
    def from_environment(cls, seconds: float = SECONDS) -> "Client":
        """The dashboard and key that the environment names."""
        url, key = os.environ.get(URL) or DEFAULT_URL, os.environ.get(KEY)
        if urlsplit(url).scheme not in ("http", "https"):
            raise Trouble(f"{URL} must begin with http:// or https://.")
        if not key:
            raise Trouble(f"{KEY} is not set. Make a key with `python -m dashboard_api.admin create-key`, and set it.")
        return cls(url, key, seconds)

    def get(self, path: str, **query: object) -> Json:
        """An answer to GET; parameters that are None are left out."""
        return self._call("GET", _with(path, query))

    def put(self, path: str, body: Json) -> Json:
        """An answer to PUT."""
        return self._call("PUT", path, body)

    def patch(self, path: str, body: Json) -> Json:
        """An answer to PATCH."""
        return self._call("PATCH", path, body)

    def post(self, path: str, body: Json) -> Json:
        """An answer to POST. Sent once more if there is none, or none yet, as while the broker is away.

        By its key the dashboard knows an act that it has done, so nothing is done twice.
        """
        once = {"Idempotency-Key": str(uuid4())}
        try:
            return self._call("POST", path, body, once)
        except Unreachable as away:
            if away.seconds:
                typer.echo(f"rosterbus: {away} Trying once more in {away.seconds} s.", err=True)
                sleep(away.seconds)
            return self._call("POST", path, body, once)

    def delete(self, path: str) -> Json:
        """An answer to DELETE."""
        return self._call("DELETE", path)

    def all(self, path: str, name: str, **query: object) -> Iterator[Json]:
        """The rows of all pages of a list."""
        after = None
        while True:
            page = self.get(path, limit=1000, after=after, **query)
            yield from page[name]
            after = page["next"]
            if after is None:
                return

    def copy(self, path: str, out: BinaryIO, **query: object) -> None:
        """Write an answer that is none of JSON, as it comes."""
        with self._answer("GET", _with(path, query)) as answer:
            copyfileobj(answer, out)

    def _call(self, method: str, path: str, body: Json | None = None, more: Mapping[str, str] | None = None) -> Json:
        with self._answer(method, path, body, more or {}) as answer:
            found: Json = json.load(answer)
            return found

    @contextmanager
    def _answer(
        self, method: str, path: str, body: Json | None = None, more: Mapping[str, str] | None = None
    ) -> Iterator[BinaryIO]:
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json", **(more or {})}
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self._url}/api/v1{path}", data, headers, method=method)  # noqa: S310 - checked above
        try:
            with urlopen(request, timeout=self._seconds) as answer:  # noqa: S310
                yield answer
        except HTTPError as error:
            raise _refused(error) from None
        except BrokenPipeError:  # whoever reads our output has stopped; the dashboard has nothing to do with it
            raise
        except (URLError, HTTPException, OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            words = getattr(reason, "strerror", None) or reason
            raise Unreachable(
                f"The dashboard at {self._url} does not answer ({words}). Start it, or correct {URL}."
            ) from None


def _with(path: str, query: Mapping[str, object]) -> str:
    """An address with its parameters; those that are None are left out."""
    wanted = {name: str(value).lower() if value is True or value is False else value for name, value in query.items()}
    wanted = {name: value for name, value in wanted.items() if value is not None}
    return f"{path}?{urlencode(wanted)}" if wanted else path


def _refused(error: HTTPError) -> Trouble:
    """The sentences of a problem, or what else there is to say."""
    try:
        problem = json.load(error)
        sentences = [mistake["detail"] for mistake in problem.get("errors", [])] or [problem["detail"]]
    except (OSError, HTTPException, ValueError, KeyError, TypeError, AttributeError):
        return Unreachable(f"The dashboard answered {error.code} without a reason. Look at its log.")
    if error.code == 401:
        sentence = f"The dashboard does not know this API key, or it has expired. Set {KEY} to one that is valid."
        return Trouble(sentence, NOT_ALLOWED)
    code, sentence = EXIT_CODES.get(error.code, TROUBLE), "\n           ".join(sentences)
    if code == UNREACHABLE:
        return Unreachable(sentence, str(problem.get("code", "")), _to_wait(error))
    return Trouble(sentence, code, problem=str(problem.get("code", "")))


def _to_wait(error: HTTPError) -> int:
    """The seconds that `Retry-After` asks for; none where it is left out or is a date."""
    seconds = error.headers.get("Retry-After", "")
    return min(int(seconds), MOST_SECONDS) if seconds.isdecimal() else 0
