"""The district's token: one at a time, without an end, but it may be replaced by another at any moment."""

from hashlib import sha256
from typing import Any

from aiohttp import web

from simulators.clever.refusals import Refusal
from simulators.shared.basic import basic_credentials

SCOPES = ["read:district_admins", "read:schools", "read:sections", "read:students", "read:teachers", "read:user_id"]


class Tokens:
    """Gives out and checks the token of one district and one app. The first token is always the same one."""

    def __init__(self, district_id: str, client_id: str, client_secret: str, generation: int = 0) -> None:
        self._district_id = district_id
        self._client = f"{client_id}:{client_secret}"
        self.generation = generation

    @property
    def current(self) -> str:
        """The token that is accepted now."""
        return sha256(f"{self._district_id} {self._client} {self.generation}".encode()).hexdigest()[:40]

    def rotate(self) -> None:
        """Replace the token; the old one is refused from now on."""
        self.generation += 1

    def check(self, authorization: str) -> None:
        """Accept a request's bearer token, or refuse with 401."""
        kind, _, value = authorization.partition(" ")
        if kind.casefold() != "bearer" or value.strip() != self.current:
            raise Refusal(401, "Authorization failed: the token is not valid.")

    async def listed(self, request: web.Request) -> web.Response:
        """Answer `GET /oauth/tokens`: the app's tokens, to who knows its secret."""
        if basic_credentials(request.headers.get("Authorization", "")) != self._client:
            raise Refusal(401, "Client id and secret are not valid.")
        if request.query.get("owner_type") != "district":
            raise Refusal(400, "owner_type must be district.")
        wanted = request.query.get("district", self._district_id)
        return web.json_response({"data": [self._entry()] if wanted == self._district_id else [], "links": []})

    async def info(self, request: web.Request) -> web.Response:
        """Answer `GET /oauth/tokeninfo`: whose token it is."""
        self.check(request.headers.get("Authorization", ""))
        return web.json_response({"client_id": self._client.partition(":")[0], "scopes": SCOPES})

    def _entry(self) -> dict[str, Any]:
        return {
            "id": f"{self.generation:024x}",
            "created": "2026-08-01T07:00:00.000Z",
            "owner": {"type": "district", "id": self._district_id},
            "access_token": self.current,
            "scopes": SCOPES,
        }
