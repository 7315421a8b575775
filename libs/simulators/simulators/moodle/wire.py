"""From an HTTP request to the fields PHP would see, cut and nested as PHP does it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

Pairs = list[tuple[str, str]]

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


@dataclass(frozen=True)
class Form:
    """A request as the web-service layer sees it."""

    token: str
    function: str
    wants_json: bool
    parameters: dict[str, Any]
    """Strings, and mappings from index or key to more of the same."""
    fields: int = 0
    """How many form fields the client sent, before any were cut."""


async def read_form(request: web.Request, max_input_vars: int) -> Form:
    """The fields of query and body. Anything but a plain form body counts as having no fields at all.

    Fields beyond `max_input_vars` are dropped without a word, in the body and in the query separately. In
    the body PHP notices only when it has taken one too many: 1,001 get through a limit of 1,000.
    """
    body = await _body_fields(request)
    query = parse_qsl(request.rel_url.raw_query_string, keep_blank_values=True)
    return form_of(query[:max_input_vars] + body[: max_input_vars + 1], fields=len(body) + len(query))


async def _body_fields(request: web.Request) -> Pairs:
    if request.content_type == MULTIPART:
        return [(key, value) for key, value in (await request.post()).items() if isinstance(value, str)]
    if request.content_type != FORM or "Content-Encoding" in request.headers:
        await request.read()
        return []
    return parse_qsl((await request.read()).decode("utf-8", "replace"), keep_blank_values=True)


def form_of(pairs: Iterable[tuple[str, str]], *, fields: int = 0) -> Form:
    """Take the web-service fields out of the rest; a missing `moodlewsrestformat` means XML."""
    parameters = nest(pairs)
    token, function, answer_format = (
        str(parameters.pop(key, "")) for key in ("wstoken", "wsfunction", "moodlewsrestformat")
    )
    parameters.pop("moodlewssettingraw", None)
    return Form(token.strip(), function, answer_format == "json", parameters, fields)


def nest(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """`users[0][username]=ada` becomes `{"users": {"0": {"username": "ada"}}}`; a later field wins."""
    nested: dict[str, Any] = {}
    for name, value in pairs:
        head, bracket, rest = name.partition("[")
        if not bracket or not rest.endswith("]"):
            nested[name] = value
            continue
        place = _inside(nested, head)
        *path, last = rest[:-1].split("][")
        for key in path:
            place = _inside(place, key)
        place[last or _next_index(place)] = value
    return nested


def _inside(place: dict[str, Any], key: str) -> dict[str, Any]:
    key = key or _next_index(place)
    inner = place.get(key)
    if not isinstance(inner, dict):
        inner = place[key] = {}
    return inner


def _next_index(place: dict[str, Any]) -> str:
    return str(max((int(key) for key in place if key.isdigit()), default=-1) + 1)
