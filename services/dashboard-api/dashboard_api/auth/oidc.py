"""Signing in at an OpenID Connect provider: code flow with PKCE, state and nonce (OpenID Connect Core 1.0, 3.1).

Only people who have an account here come in: found by the provider's name for them (`sub`), at first by an address that
the provider has verified. What has to be remembered until they come back travels in a sealed cookie.
"""

import secrets
from dataclasses import dataclass
from time import time
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from common.errors import Permanent
from dashboard_api.auth.sessions import Begun, begin
from dashboard_api.context import Context
from dashboard_api.language import _
from dashboard_api.problems import Problem
from dashboard_api.queries import operators

SCOPE = "openid email"
CALLBACK = "/sign-in/provider/callback"
ALGORITHMS = ["RS256", "PS256", "ES256"]
LEEWAY = 60
"""Seconds that the provider's clock may differ."""
SECONDS = 10
COOKIE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send the browser, and what it is to bring back in a cookie."""

    address: str
    cookie: str


async def depart(context: Context, onward: str) -> Departure:
    """On the way to the provider. Raises `Problem` 404 without a provider, 502 if it does not answer."""
    if not context.settings.oidc_issuer:
        raise Problem(404, "no_provider", _("This dashboard has no other way to sign in than a password."))
    async with httpx.AsyncClient(timeout=SECONDS) as http:
        provider = await _discover(context, http)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _n in range(3))
    query = {
        "response_type": "code",
        "client_id": context.settings.oidc_client_id,
        "redirect_uri": context.settings.dashboard_url + CALLBACK,
        "scope": SCOPE,
        "state": state,
        "nonce": nonce,
        "code_challenge": create_s256_code_challenge(verifier),  # type: ignore[no-untyped-call]
        "code_challenge_method": "S256",
    }
    kept = {"state": state, "nonce": nonce, "verifier": verifier, "onward": onward, "at": str(int(time()))}
    mark = "&" if urlsplit(provider["authorization_endpoint"]).query else "?"
    return Departure(f"{provider['authorization_endpoint']}{mark}{urlencode(query)}", _sealed(context, kept))


async def arrive(context: Context, cookie: str | None, state: str, code: str) -> tuple[Begun, str]:
    """Back from the provider: a new session, and where the person wanted to. Raises `Problem` 401, 403 or 502."""
    kept = _opened(context, cookie)
    if kept is None or not secrets.compare_digest(kept["state"].encode(), state.encode()) or not code:
        raise Problem(401, "sign_in_again", _("That took too long, or was begun elsewhere. Sign in again."))
    claims = await _claims(context, code, kept)
    email = claims.get("email") if claims.get("email_verified") is True else None
    async with context.whole.acquire() as conn, conn.transaction():
        found = await operators.by_identity(conn, f"{claims['iss']} {claims['sub']}", email)
        if found is None:
            detail = _("You have no account here that fits. Ask an administrator of your district to make one.")
            raise Problem(403, "no_account", detail)
        return await begin(conn, context, found), kept["onward"]


async def _claims(context: Context, code: str, kept: dict[str, str]) -> dict[str, Any]:
    async with httpx.AsyncClient(timeout=SECONDS) as http:
        provider = await _discover(context, http)
        token = await _exchange(context, http, provider, code, kept["verifier"])
        keys = await _json(http.get(provider["jwks_uri"]))
    return _checked(context, token, keys, kept["nonce"])


async def _discover(context: Context, http: httpx.AsyncClient) -> dict[str, Any]:
    issuer = context.settings.oidc_issuer
    provider = await _json(http.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration"))
    if provider.get("issuer") != issuer:
        raise unbelievable()
    if not {"authorization_endpoint", "token_endpoint", "jwks_uri"} <= set(provider):
        raise unbelievable()
    return provider


async def _exchange(
    context: Context, http: httpx.AsyncClient, provider: dict[str, Any], code: str, verifier: str
) -> str:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": context.settings.dashboard_url + CALLBACK,
        "code_verifier": verifier,
    }
    secret = context.settings.oidc_client_secret.get_secret_value()
    answer = await _json(
        http.post(provider["token_endpoint"], data=form, auth=(context.settings.oidc_client_id, secret))
    )
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise unbelievable()
    return token


def _checked(context: Context, token: str, keys: dict[str, Any], nonce: str) -> dict[str, Any]:
    """The claims of an ID token whose signature, issuer, audience, times and nonce are right (section 3.1.3.7)."""
    settings = context.settings
    rules = jwt.JWTClaimsRegistry(
        now=int(time()),
        leeway=LEEWAY,
        iss={"essential": True, "value": settings.oidc_issuer},
        aud={"essential": True, "value": settings.oidc_client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims  # type: ignore[arg-type]
        rules.validate(claims)
    except (JoseError, ValueError, KeyError) as error:
        raise unbelievable() from error
    if claims.get("azp", settings.oidc_client_id) != settings.oidc_client_id:
        raise unbelievable()
    return claims


async def _json(asking: Any) -> dict[str, Any]:
    """The JSON object of an answer. Raises `Problem` 502."""
    try:
        answer: httpx.Response = await asking
        answer.raise_for_status()
        body = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise Problem(
            502, "provider_away", _("The other account’s provider does not answer as it should. Try again in a minute.")
        ) from error
    if not isinstance(body, dict):
        raise unbelievable()
    return body


def unbelievable() -> Problem:
    """What the provider says does not hold together: nobody is let in on it."""
    return Problem(401, "provider_wrong", _("The other account’s provider could not prove who you are. Sign in again."))


def _sealed(context: Context, kept: dict[str, str]) -> str:
    return context.box.seal(kept).decode()


def _opened(context: Context, cookie: str | None) -> dict[str, str] | None:
    """What was sealed, if it is ours and not too old."""
    try:
        kept = context.box.open((cookie or "").encode())
    except Permanent:
        return None
    return kept if int(kept.get("at", "0")) > time() - COOKIE_SECONDS else None
