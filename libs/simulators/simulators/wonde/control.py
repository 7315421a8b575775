"""The simulator's own endpoints below /_simulator: mishaps, counters, changes and ids, for people and scripts."""

from collections.abc import Callable
from typing import Any

import msgspec
from aiohttp import web

from simulators.oneroster.counters import Counters
from simulators.wonde.changes import Changes
from simulators.wonde.mishaps import Mishaps
from simulators.wonde.roster import Roster

CHANGES = {name for name in vars(Changes) if not name.startswith("_")}


class Control:
    """Handlers that need no key: they belong to the simulator, not to what it simulates.

    `changed` is called after the roster was changed.
    """

    def __init__(
        self, counters: Counters, roster: Roster, changes: Changes, mishaps: Mishaps, changed: Callable[[], None]
    ) -> None:
        self._counters = counters
        self._roster = roster
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
        app.router.add_get("/_simulator/schools", self._show_schools)
        app.router.add_get("/_simulator/schools/{school}", self._show_ids)
        app.router.add_post("/_simulator/changes", self._change)

    async def _show_mishaps(self, request: web.Request) -> web.Response:
        return web.json_response(msgspec.to_builtins(self._mishaps))

    async def _set_mishaps(self, request: web.Request) -> web.Response:
        """Set the named mishaps: `{"too_many": 2, "retry_after": null}`."""
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

    async def _show_schools(self, request: web.Request) -> web.Response:
        """Say which id here each school of the district has."""
        return web.json_response({school.source_id: school.id for school in self._roster.schools.values()})

    async def _show_ids(self, request: web.Request) -> web.Response:
        """Say which ids here the records of a school have, by collection and id in the district."""
        found: dict[str, dict[str, str]] = {}
        for school, source_id, kind, record_id in self._roster.ids():
            if source_id and school == request.match_info["school"]:
                found.setdefault(kind, {})[source_id] = record_id
        return web.json_response(found)

    async def _change(self, request: web.Request) -> web.Response:
        """Make changes in turn: `[{"change": "rename_person", "record_id": "…", "forename": "…"}, …]`."""
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
