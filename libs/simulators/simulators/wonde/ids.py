"""The simulator's own endpoints that Wonde alone has: the ids here of a district's records, for people and scripts."""

from aiohttp import web

from simulators.wonde.roster import Roster


class Ids:
    """Handlers that need no key: they belong to the simulator, not to what it simulates."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster

    def add_routes(self, app: web.Application) -> None:
        """Put these endpoints into an application."""
        app.router.add_get("/_simulator/schools", self._show_schools)
        app.router.add_get("/_simulator/schools/{school}", self._show_ids)

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
