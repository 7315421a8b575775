"""OAuth 2.0 client credentials: the token endpoint's rules, and tokens that run out."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from aiohttp import web
from msgspec import Struct

from simulators.oneroster.refusals import Refusal
from simulators.shared.basic import basic_credentials


class Token(Struct):
    """An issued token: when it runs out by the clock, and how often it was used."""

    ends: float
    uses: int = 0


class Tokens:
    """Issues and checks tokens for one client. `clock` gives seconds."""

    def __init__(self, client_id: str, client_secret: str, seconds: float, clock: Callable[[], float]) -> None:
        self._client = (client_id, client_secret)
        self._seconds = seconds
        self._clock = clock
        self._issued: dict[str, Token] = {}

    def issue(self, authorization: str, form: Mapping[str, Any], *, announce_expiry: bool) -> web.Response:
        """Answer a token request, credentials being in a Basic header or in the form (RFC 6749, 2.3.1)."""
        if _credentials(authorization, form) != self._client:
            headers = {"WWW-Authenticate": 'Basic realm="oneroster"'}
            return web.json_response({"error": "invalid_client"}, status=401, headers=headers)
        if form.get("grant_type") != "client_credentials":
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        token = secrets.token_urlsafe(24)
        self._issued[token] = Token(self._clock() + self._seconds)
        answer = {"access_token": token, "token_type": "Bearer", "scope": form.get("scope", "")}
        expiry = {"expires_in": int(self._seconds)} if announce_expiry else {}
        return web.json_response(answer | expiry, headers={"Cache-Control": "no-store"})

    def check(self, authorization: str, most_uses: int = 0) -> None:
        """Accept a request's bearer token, or refuse with 401; `most_uses` of 0 is no limit."""
        kind, _, value = authorization.partition(" ")
        token = self._issued.get(value.strip()) if kind.casefold() == "bearer" else None
        if token is None:
            raise Refusal(401, "unauthorisedrequest", "The request has no valid access token.")
        token.uses += 1
        if self._clock() >= token.ends or 0 < most_uses < token.uses:
            raise Refusal(401, "unauthorisedrequest", "The access token has expired.")

    def expire(self) -> None:
        """Let every token that was issued so far be refused."""
        self._issued.clear()


def _credentials(authorization: str, form: Mapping[str, Any]) -> tuple[str, str]:
    if authorization.partition(" ")[0].casefold() != "basic":
        return str(form.get("client_id", "")), str(form.get("client_secret", ""))
    client_id, _, secret = basic_credentials(authorization).partition(":")
    return unquote_plus(client_id), unquote_plus(secret)
