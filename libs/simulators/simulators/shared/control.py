"""The endpoints below /_simulator that every provider has: mishaps, counters and changes for people and scripts."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from aiohttp import web

from simulators.shared.counters import Counters
from simulators.shared.mishaps import CommonMishaps

Change = Callable[..., Any]


def changes_of(changes: object) -> dict[str, Change]:
    """List what can be done, by name: the public methods of an object."""
    return {name: getattr(changes, name) for name in dir(changes) if not name.startswith("_")}


class Control:
    """Handlers that need no token: they belong to the simulator, not to what it simulates.

    `changes` are what can be done, by name; `changed` is called afterwards.
    """

    def __init__(
        self, counters: Counters, mishaps: CommonMishaps, changes: Mapping[str, Change], changed: Callable[[], None]
    ) -> None:
        self._counters = counters
        self._mishaps = mishaps
        self._changes = changes
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
        except (msgspec.MsgspecError, TypeError, LookupError, AttributeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        finally:
            self._changed()
        return web.json_response({"results": results})

    def _make(self, values: dict[str, Any]) -> Any:
        name = values.pop("change", "")
        if name not in self._changes:
            raise LookupError(f"There is no change {name}; there are {', '.join(sorted(self._changes))}.")
        return self._changes[name](**values)
