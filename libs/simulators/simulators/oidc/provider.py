"""The provider: whoever comes to it is signed in at once as `person`, and sent back with a code.

As OpenID Connect Core 1.0 (3.1), Discovery 1.0 (4) and PKCE (RFC 7636) have it: codes are good once, for the client,
address and verifier that they were given for.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field, fields
from secrets import token_urlsafe
from time import time
from typing import Any, Self
from urllib.parse import unquote, urlencode, urlsplit

from aiohttp import BasicAuth, web
from joserfc import jwt
from joserfc.jwk import RSAKey

TOKEN_SECONDS = 300
CODE_SECONDS = 60
NO_ALGORITHM = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
"""The header of a token that nobody signed."""


@dataclass
class Person:
    """Who is signed in at the provider."""

    subject: str = "person-1"
    email: str = "robin@north.example"
    verified: bool = True


@dataclass
class Mishaps:
    """What goes wrong, each on its own, until `clear`."""

    wrong_nonce: bool = False
    no_nonce: bool = False
    expired: bool = False
    wrong_issuer: bool = False
    wrong_audience: bool = False
    wrong_signature: bool = False
    unsigned: bool = False
    other_issuer_discovered: bool = False
    no_id_token: bool = False
    away: bool = False

    def set(self, **wanted: bool) -> None:
        """Switch some on."""
        for name, value in wanted.items():
            if name not in {one.name for one in fields(self)}:
                raise ValueError(f"there is no mishap {name}")
            setattr(self, name, value)

    def clear(self) -> None:
        """Switch all off."""
        self.set(**{one.name: False for one in fields(self)})


@dataclass(frozen=True)
class _Grant:
    """What a code was given for."""

    redirect_uri: str
    challenge: str
    nonce: str
    subject: str
    email: str
    verified: bool
    until: float = field(default_factory=lambda: time() + CODE_SECONDS)


class OidcSimulator:
    """Use with `async with`; then `issuer` is its address."""

    def __init__(self, client_id: str = "rosterbus", client_secret: str = "only-simulated") -> None:  # noqa: S107
        self.client_id = client_id
        self.client_secret = client_secret
        self.person = Person()
        self.mishaps = Mishaps()
        self.issuer = ""
        self._key = RSAKey.generate_key(2048, {"kid": "key-1", "use": "sig", "alg": "RS256"})
        self._foreign_key = RSAKey.generate_key(2048, {"kid": "key-1", "use": "sig", "alg": "RS256"})
        self._grants: dict[str, _Grant] = {}

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes(
            [
                web.get("/.well-known/openid-configuration", self._discovery),
                web.get("/authorize", self._authorize),
                web.post("/token", self._token),
                web.get("/keys", self._keys),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.issuer = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _discovery(self, _: web.Request) -> web.Response:
        if self.mishaps.away:
            raise web.HTTPServiceUnavailable(text="<html>Down for maintenance</html>", content_type="text/html")
        return web.json_response(
            {
                "issuer": "https://elsewhere.example" if self.mishaps.other_issuer_discovered else self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def _authorize(self, request: web.Request) -> web.Response:
        asked = request.query
        known = asked.get("client_id") == self.client_id and "redirect_uri" in asked
        if not known or urlsplit(asked["redirect_uri"]).path != "/sign-in/provider/callback":
            raise web.HTTPBadRequest(text="unknown client")
        answer = {"state": asked.get("state", "")}
        complete = asked.get("response_type") == "code" and "openid" in asked.get("scope", "").split()
        if not complete or asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            answer["error"] = "invalid_request"
        else:
            answer["code"] = self._grant(asked["redirect_uri"], asked["code_challenge"], asked.get("nonce", ""))
        raise web.HTTPFound(f"{asked['redirect_uri']}?{urlencode(answer)}")

    def _grant(self, redirect_uri: str, challenge: str, nonce: str) -> str:
        code, person = token_urlsafe(24), self.person
        self._grants[code] = _Grant(redirect_uri, challenge, nonce, person.subject, person.email, person.verified)
        return code

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        if not self._is_client(request.headers.get("Authorization", "")):
            return web.json_response({"error": "invalid_client"}, status=401)
        grant = self._grants.pop(form.get("code", ""), None)  # good once
        if grant is None or not _fits(grant, form):
            return web.json_response({"error": "invalid_grant"}, status=400)
        body = {"access_token": token_urlsafe(16), "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
        return web.json_response(body if self.mishaps.no_id_token else {**body, "id_token": self._id_token(grant)})

    async def _keys(self, _: web.Request) -> web.Response:
        return web.json_response({"keys": [self._key.as_dict(private=False)]})

    def _is_client(self, header: str) -> bool:
        """The id and secret are encoded as forms are before they are put together (RFC 6749, 2.3.1)."""
        try:
            given = BasicAuth.decode(header)
        except ValueError:
            return False
        pair = (unquote(given.login), unquote(given.password))
        return hmac.compare_digest(repr(pair).encode(), repr((self.client_id, self.client_secret)).encode())

    def _id_token(self, grant: _Grant) -> str:
        mishaps, now = self.mishaps, int(time())
        claims: dict[str, Any] = {
            "iss": "https://elsewhere.example" if mishaps.wrong_issuer else self.issuer,
            "aud": "another-client" if mishaps.wrong_audience else self.client_id,
            "sub": grant.subject,
            "email": grant.email,
            "email_verified": grant.verified,
            "nonce": "another" if mishaps.wrong_nonce else grant.nonce,
            "iat": now - (2 * TOKEN_SECONDS if mishaps.expired else 0),
            "exp": now + (-TOKEN_SECONDS if mishaps.expired else TOKEN_SECONDS),
        }
        if mishaps.no_nonce:
            del claims["nonce"]
        if mishaps.unsigned:
            return f"{NO_ALGORITHM}.{jwt.encode({'alg': 'RS256'}, claims, self._key).split('.')[1]}."
        key = self._foreign_key if mishaps.wrong_signature else self._key
        return jwt.encode({"alg": "RS256", "kid": "key-1"}, claims, key)


def _fits(grant: _Grant, form: dict[str, str]) -> bool:
    challenge = _encoded(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
    return (
        form.get("grant_type") == "authorization_code"
        and form.get("redirect_uri") == grant.redirect_uri
        and hmac.compare_digest(challenge, grant.challenge)
        and time() < grant.until
    )


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
