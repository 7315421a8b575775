"""What the simulator says about itself, outside the token API."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

HTML_ERROR_PAGE = "<!doctype html><title>Error</title><h1>Error</h1><p>The site is unavailable.</p>"

_HOME = """<!doctype html>
<html lang="en">
<title>Simulated Moodle</title>
<h1>Simulated Moodle</h1>
<p>This is not a Moodle: it answers the web services that Rosterbus calls, for the demo and for tests.</p>
<table>{rows}</table>
<p><a href="/_simulator/summary">The same as JSON</a></p>
</html>
"""


def add_pages(app: web.Application, summary: Callable[[], dict[str, Any]]) -> None:
    """Serve `/` for people and `/_simulator/summary` for programs; neither needs a token."""

    async def home(_: web.Request) -> web.Response:
        facts = {key: value for key, value in summary().items() if key != "calls_by_function"}
        rows = "".join(f"<tr><th>{key.replace('_', ' ')}<td>{value}" for key, value in facts.items())
        return web.Response(text=_HOME.format(rows=rows), content_type="text/html")

    async def as_json(_: web.Request) -> web.Response:
        return web.json_response(summary())

    app.router.add_get("/", home)
    app.router.add_get("/_simulator/summary", as_json)
