"""Who asks: an API key in the header, or a session's cookie. Requests that change something need its token as well."""

import hmac
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, Form, Request

from dashboard_api.auth import sessions
from dashboard_api.auth.principal import Principal
from dashboard_api.auth.tokens import hash_token
from dashboard_api.context import Context, context_of
from dashboard_api.problems import Problem, not_signed_in, stale_form
from dashboard_api.queries import api_keys

CSRF_HEADER = "X-CSRF-Token"
SAFE = ("GET", "HEAD", "OPTIONS")

InContext = Annotated[Context, Depends(context_of)]


async def api_caller(request: Request, context: InContext) -> Principal:
    """Whoever calls the API. Raises `Problem`: 401 unknown, 403 a changing request without the session's token."""
    known: Principal | None = getattr(request.state, "caller", None)
    if known is not None:  # the request was let in before its transaction began
        return known
    header = request.headers.get("Authorization")
    if header is not None:
        return await _by_key(context, header)
    principal = await _by_cookie(request, context)
    if principal is None:
        raise not_signed_in()
    if request.method not in SAFE:
        _check(principal, request.headers.get(CSRF_HEADER))
    return principal


async def page_visitor(request: Request, context: InContext) -> Principal:
    """Whoever looks at a page; strangers are sent to the sign-in page, and come back here after it."""
    principal = await _by_cookie(request, context)
    if principal is None:
        raise Problem(
            303, "sign_in", "Sign in first.", {"Location": f"/sign-in?next={quote(_address(request), safe='')}"}
        )
    return principal


async def form_sender(
    principal: Annotated[Principal, Depends(page_visitor)], csrf: Annotated[str, Form()] = ""
) -> Principal:
    """Whoever sent a form of ours. Raises `Problem` 403 if it does not carry the session's token."""
    _check(principal, csrf)
    return principal


def refuse_foreign(request: Request, context: InContext) -> None:
    """Raises `Problem` 403 for a form sent from another site, told by the browser (sign-in has no session to check)."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise stale_form()
    origin = request.headers.get("Origin")
    own = (request.headers.get("Host"), urlsplit(context.settings.dashboard_url).netloc)
    if origin is not None and urlsplit(origin).netloc not in own:
        raise stale_form()


ApiCaller = Annotated[Principal, Depends(api_caller)]
PageVisitor = Annotated[Principal, Depends(page_visitor)]
FormSender = Annotated[Principal, Depends(form_sender)]


def _address(request: Request) -> str:
    """Where to come back to; a form that was sent is not sent again."""
    if request.method not in SAFE:
        return "/schools"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


async def _by_key(context: Context, header: str) -> Principal:
    scheme, _, key = header.partition(" ")
    row = await api_keys.find(context.pool, hash_token(key.strip())) if scheme.lower() == "bearer" else None
    if row is None:
        raise not_signed_in()
    districts = None if row["districts"] is None else tuple(row["districts"])
    return Principal(str(row["id"]), row["name"], frozenset(row["scopes"]), districts)


async def _by_cookie(request: Request, context: Context) -> Principal | None:
    cookie = request.cookies.get(sessions.cookie_name(context))
    return await sessions.find(context, cookie) if cookie else None


def _check(principal: Principal, token: str | None) -> None:
    if not token or principal.csrf is None or not hmac.compare_digest(token, principal.csrf):
        raise stale_form()
