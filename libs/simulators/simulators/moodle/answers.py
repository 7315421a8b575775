"""From a function's result, or its failure, to the text that goes back."""

from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import msgspec
from aiohttp import web

from simulators.moodle.errors import MoodleError


@dataclass(frozen=True)
class NotJson:
    """What PHP printed in the middle of an answer, which makes the whole of it unreadable."""

    text: str


def result_response(result: Any, *, as_json: bool) -> web.Response:
    """HTTP 200 with a function's result."""
    if isinstance(result, NotJson):
        return web.Response(text=result.text, content_type="application/json")
    if as_json:
        return _json(result)
    return _xml(f"<RESPONSE>{_element(result)}</RESPONSE>")


def error_response(error: MoodleError, *, as_json: bool, debug: bool) -> web.Response:
    """HTTP 200 with a failure; `debuginfo` only on a site with debugging switched on."""
    body = {"exception": error.exception, "errorcode": error.errorcode, "message": error.message}
    if error.errorcode is None:
        del body["errorcode"]
    if debug and error.debuginfo is not None:
        body["debuginfo"] = error.debuginfo
    return _json(body) if as_json else _xml(_exception(body))


def _json(body: Any) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), content_type="application/json", charset="utf-8")


def _xml(content: str) -> web.Response:
    text = f'<?xml version="1.0" encoding="UTF-8" ?>\n{content}\n'
    return web.Response(text=text, content_type="application/xml", charset="utf-8")


def _exception(body: dict[str, Any]) -> str:
    inner = "".join(
        f"<{key.upper()}>{escape(str(value))}</{key.upper()}>\n" for key, value in body.items() if key != "exception"
    )
    return f'<EXCEPTION class="{escape(str(body["exception"]))}">\n{inner}</EXCEPTION>'


def _element(value: Any) -> str:
    if isinstance(value, dict):
        keys = (f'<KEY name="{escape(str(key))}">{_element(part)}</KEY>' for key, part in value.items())
        return f"<SINGLE>{''.join(keys)}</SINGLE>"
    if isinstance(value, list):
        return f"<MULTIPLE>{''.join(_element(part) for part in value)}</MULTIPLE>"
    if value is None:
        return '<VALUE null="null"/>'
    return f"<VALUE>{escape(str(int(value) if isinstance(value, bool) else value))}</VALUE>"
