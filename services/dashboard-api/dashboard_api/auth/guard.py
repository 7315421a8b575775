"""Who asks: an API key in the header, or a session's cookie. Requests that change something need its token as well."""

import hmac
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, Form, Request

from common.language import speak
from dashboard_api.auth import principal, sessions
from dashboard_api.auth.principal import Principal
from dashboard_api.auth.shown import show_to
from dashboard_api.auth.tokens import hash_token
from dashboard_api.context import Context, context_of
from dashboard_api.language import _
from dashboard_api.problems import Problem, not_signed_in, stale_form
from dashboard_api.queries import api_keys
from dashboard_api.web import LANGUAGE_COOKIE

CSRF_HEADER = "X-CSRF-Token"
SAFE = ("GET", "HEAD", "OPTIONS")


async def in_context(request: Request) -> Context:
    """As `context_of`; FastAPI sends dependencies that are not asynchronous to a thread, each time."""
    return context_of(request)


InContext = Annotated[Context, Depends(in_context)]


async def api_caller(request: Request, context: InContext) -> Principal:
    """Whoever calls the API. Raises `Problem`: 401 unknown, 403 a changing request without the session's token."""
    known: Principal | None = getattr(request.state, "caller", None)
    if known is not None:  # the request was let in before its transaction began
        return known
    header = request.headers.get("Authorization")
    if header is not None:
        return _let_in(request, context, await _by_key(context, header))
    found = await _by_cookie(request, context)
    if found is None:
        raise not_signed_in()
    if request.method not in SAFE:
        _check(found, request.headers.get(CSRF_HEADER))
    return _let_in(request, context, found)


async def page_visitor(request: Request, context: InContext) -> Principal:
    """Whoever looks at a page; strangers are sent to the sign-in page, and come back here after it."""
    found = await _by_cookie(request, context)
    if found is None:
        raise Problem(
            303, "sign_in", _("Sign in first."), {"Location": f"/sign-in?next={quote(_address(request), safe='')}"}
        )
    request.state.visitor = found
    return _let_in(request, context, found)


async def visitor_of(request: Request) -> Principal | None:
    """Whoever looks at a page that is for everybody, if they are signed in."""
    known: Principal | None = getattr(request.state, "visitor", None)
    if known is None and (known := await _by_cookie(request, context_of(request))) is not None:
        show_to(known)
    return known


async def form_sender(
    visitor: Annotated[Principal, Depends(page_visitor)], csrf: Annotated[str, Form()] = ""
) -> Principal:
    """Whoever sent a form of ours. Raises `Problem` 403 if it does not carry the session's token."""
    _check(visitor, csrf)
    return visitor


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
    row = await api_keys.find(context.whole, hash_token(key.strip())) if scheme.lower() == "bearer" else None
    if row is None:
        raise not_signed_in()
    return principal.key(dict(row))


async def _by_cookie(request: Request, context: Context) -> Principal | None:
    cookie = request.cookies.get(sessions.cookie_name(context))
    return await sessions.find(context, cookie, request.scope) if cookie else None


def _let_in(request: Request, context: Context, caller: Principal) -> Principal:
    """Show the caller what they may see, unless they ask too often; in their language, if this browser has no other."""
    context.pace.take(caller.id)
    show_to(caller)
    if caller.locale is not None and LANGUAGE_COOKIE not in request.cookies:
        speak(caller.locale)
    return caller


def _check(caller: Principal, token: str | None) -> None:
    if not token or caller.csrf is None or not hmac.compare_digest(token.encode(), caller.csrf.encode()):
        raise stale_form()
