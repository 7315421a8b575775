"""The simulator's own endpoints below /_simulator: mishaps, counters and changes for people and scripts."""

from collections.abc import Callable
from typing import Any

import msgspec
from aiohttp import web

from simulators.oneroster.changes import Changes
from simulators.oneroster.counters import Counters
from simulators.oneroster.mishaps import Mishaps

CHANGES = {
    "change",
    "remove",
    "rename_person",
    "add_person",
    "remove_person",
    "add_enrolment",
    "drop_enrolment",
    "add_class",
    "remove_class",
}


class Control:
    """Handlers that need no token: they belong to the simulator, not to what it simulates.

    `changed` is called after the roster was changed.
    """

    def __init__(self, counters: Counters, changes: Changes, mishaps: Mishaps, changed: Callable[[], None]) -> None:
        self._counters = counters
        self._changes = changes
        self._mishaps = mishaps
        self._changed = changed

    def add_routes(self, app: web.Application) -> None:
        """Put these endpoints into an application."""
        app.router.add_get("/_simulator/mishaps", self._show_mishaps)
        app.router.add_post("/_simulator/mishaps", self._set_mishaps)
        app.router.add_delete("/_simulator/mishaps", self._clear_mishaps)
        app.router.add_get("/_simulator/counters", self._show_counters)
        app.router.add_delete("/_simulator/counters", self._clear_counters)
        app.router.add_post("/_simulator/changes", self._change)

    async def _show_mishaps(self, request: web.Request) -> web.Response:
        return web.json_response(msgspec.to_builtins(self._mishaps))

    async def _set_mishaps(self, request: web.Request) -> web.Response:
        """Set the named mishaps: `{"too_many": 2, "retry_after": 0}`."""
        try:
            self._mishaps.set(**msgspec.json.decode(await request.read(), type=dict[str, Any]))
        except msgspec.MsgspecError as error:
            return web.json_response({"error": str(error)}, status=400)
        return await self._show_mishaps(request)

    async def _clear_mishaps(self, request: web.Request) -> web.Response:
        self._mishaps.clear()
        return await self._show_mishaps(request)

    async def _show_counters(self, request: web.Request) -> web.Response:
        return web.json_response(self._counters.summary())

    async def _clear_counters(self, request: web.Request) -> web.Response:
        self._counters.clear()
        return await self._show_counters(request)

    async def _change(self, request: web.Request) -> web.Response:
        """Make changes in turn: `[{"change": "rename_person", "user_id": "…", "given_name": "…"}, …]`."""
        try:
            wanted = msgspec.json.decode(await request.read(), type=list[dict[str, Any]])
            results = [self._make(values) for values in wanted]
        except (msgspec.MsgspecError, TypeError, LookupError) as error:
            return web.json_response({"error": str(error)}, status=400)
        finally:
            self._changed()
        return web.json_response({"results": results})

    def _make(self, values: dict[str, Any]) -> Any:
        name = values.pop("change", "")
        if name not in CHANGES:
            raise LookupError(f"There is no change {name}; there are {', '.join(sorted(CHANGES))}.")
        return getattr(self._changes, name)(**values)
