"""ClassLink's OneRoster proxy: one token for all districts, and the list of those that have the application."""

from typing import Any

from aiohttp import web
from msgspec import Struct

from simulators.oneroster.app import Door, checked
from simulators.oneroster.refusals import Refusal


class Application(Struct, frozen=True, kw_only=True):
    """A partner's application as one district has it. `oneroster_id` is percent-encoded."""

    name: str
    oneroster_id: str
    endpoint_url: str
    client_id: str
    client_secret: str

    def listed(self) -> dict[str, Any]:
        """As the list of applications shows it; `bearer` may be null at ClassLink."""
        return {
            "id": 1,
            "tenant_name": self.name,
            "tenant_id": "1001",
            "application_id": "2001",
            "bearer": None,
            "name": "Rosterbus",
            "oneroster_application_id": self.oneroster_id,
        }

    def server(self) -> dict[str, str]:
        """Where its Roster Server is, and with what to sign."""
        return {"client_id": self.client_id, "client_secret": self.client_secret, "endpoint_url": self.endpoint_url}


class Proxy:
    """The proxy's own endpoints, and who may pass."""

    def __init__(self, application: Application, token: str) -> None:
        self._application = application
        self._token = token

    def add_routes(self, app: web.Application, door: Door) -> None:
        """Put the proxy's own endpoints into an application."""
        listed, server = checked(self._check_token, self._list), checked(self._check_token, self._server)
        app.router.add_get("/applications", door.guarded("applications", listed))
        app.router.add_get("/applications/{application}/server", door.guarded("applications/{id}/server", server))

    def check(self, request: web.Request) -> None:
        """Accept a request for a district's roster, or raise `Refusal`."""
        self._check_token(request)
        self._check_id(request.raw_path.split("/")[1])

    def _check_token(self, request: web.Request) -> None:
        if request.headers.get("Authorization", "") != f"Bearer {self._token}":
            raise Refusal(401, "unauthorisedrequest", "The access token is not accepted.")

    def _check_id(self, written: str) -> None:
        """The id must stand in the address as it is: neither decoded nor encoded again."""
        if written != self._application.oneroster_id:
            raise Refusal(404, "unknownobject", "There is no such application.")

    def _list(self, request: web.Request) -> web.Response:
        return web.json_response({"status": 1, "applications": [self._application.listed()]})

    def _server(self, request: web.Request) -> web.Response:
        self._check_id(request.raw_path.split("/")[2])
        return web.json_response({"status": 1, "server": self._application.server(), "message": ""})
