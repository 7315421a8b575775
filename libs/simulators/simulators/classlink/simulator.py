"""ClassLink to run inside a test or by itself."""

from typing import Any

from aiohttp import web

from simulators.classlink.proxy import Application, Proxy
from simulators.classlink.sharing import Sharing
from simulators.generate import District
from simulators.oneroster import Behaviour, OneRosterSimulator
from simulators.oneroster.app import Door, add_lists
from simulators.oneroster.behaviour import ROOTS, Version
from simulators.oneroster.refusals import Refusal
from simulators.oneroster.service import Service

APPLICATION_ID = "cm9zdGVyYnVzLWRlbW8%3D"
"""As the console shows it: percent-encoded already."""


class ClassLinkSimulator(OneRosterSimulator):
    """Serves a district's Roster Server by signed requests, and the same by the OneRoster proxy with a partner's token.

    The Roster Server is at `base_url`, its address without the standard's path at `endpoint_url`, its consumer key and
    secret are `client_id` and `client_secret`. The proxy is at `address`, which has `/applications` too. Removed
    records stay visible as tombstones. Nobody may read anything until `granted`. `server` are further arguments of
    `OneRosterSimulator`.
    """

    def __init__(
        self,
        district: District,
        version: Version = "1.1",
        behaviour: Behaviour | None = None,
        *,
        sharing: Sharing | None = None,
        granted: bool = True,
        token: str = "only-simulated-token",  # noqa: S107 - guards invented people only
        application_id: str = APPLICATION_ID,
        **server: Any,
    ) -> None:
        shared = (sharing or Sharing()).of(district)
        behaviour = behaviour or Behaviour(auth="oauth1", removal="tobedeleted")
        super().__init__(shared, version, behaviour, **server)
        self.granted = granted
        self.token = token
        self.oneroster_application_id = application_id
        self._tenant_name = district.name

    @property
    def endpoint_url(self) -> str:
        """The Roster Server's address, without the standard's path."""
        return self.address

    @property
    def proxied_url(self) -> str:
        """The address below which the proxy has the version's endpoints."""
        return f"{self.address}/{self.oneroster_application_id}{ROOTS[self.version]}"

    def _add_routes(self, app: web.Application, service: Service, door: Door) -> None:
        super()._add_routes(app, service, door)
        application = Application(
            name=self._tenant_name,
            oneroster_id=self.oneroster_application_id,
            endpoint_url=self.endpoint_url,
            client_id=self.client_id,
            client_secret=self.client_secret,
        )
        proxy = Proxy(application, self.token)
        proxy.add_routes(app, door)

        def check(request: web.Request) -> None:
            proxy.check(request)
            self._must_be_granted()

        root = f"/{{application}}{ROOTS[self.version]}"
        add_lists(app, root, service, door, check, per_school=self.behaviour.per_school)
        app.router.add_post("/_simulator/granted", self._grant)

    def _check(self, request: web.Request) -> None:
        super()._check(request)
        self._must_be_granted()

    def _must_be_granted(self) -> None:
        if not self.granted:
            raise Refusal(403, "forbidden", "The application has not been granted access.")

    async def _grant(self, request: web.Request) -> web.Response:
        """Grant access, or with `false` as the body withdraw it."""
        self.granted = (await request.text()).strip() != "false"
        return web.json_response({"granted": self.granted})
