"""Signing in and out."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from dashboard_api.auth import sessions
from dashboard_api.auth.guard import FormSender, InContext, refuse_foreign
from dashboard_api.auth.sessions import Begun
from dashboard_api.context import Context
from dashboard_api.pages.addresses import HOME, own_address
from dashboard_api.pages.templating import render
from dashboard_api.problems import Problem

router = APIRouter(include_in_schema=False)


@router.get("/")
async def home() -> Response:
    """There is one first page."""
    return RedirectResponse(HOME, 303)


@router.get("/sign-in")
async def show(request: Request, context: InContext, next_: Annotated[str, Query(alias="next")] = HOME) -> Response:
    """The form."""
    return sign_in_form(request, context, own_address(next_))


@router.post("/sign-in", dependencies=[Depends(refuse_foreign)])
async def take(
    request: Request,
    context: InContext,
    email: Annotated[str, Form(max_length=320)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next_: Annotated[str, Form(alias="next")] = HOME,
) -> Response:
    """Sign in, and go where the person wanted to, or on to the second factor; or the form again, saying why not."""
    try:
        begun = await sessions.sign_in(context, email.strip(), password, _address(request))
    except Problem as problem:
        return sign_in_form(request, context, own_address(next_), email, problem)
    onward = own_address(next_) if begun.complete else f"/sign-in/code?{urlencode({'next': own_address(next_)})}"
    return signed_in(context, begun, onward)


@router.get("/sign-in/code")
async def ask_code(request: Request, next_: Annotated[str, Query(alias="next")] = HOME) -> Response:
    """The form for the code of the second factor."""
    return render(request, "sign_in_code.html", None, next=own_address(next_), problem=None)


@router.post("/sign-in/code", dependencies=[Depends(refuse_foreign)])
async def take_code(
    request: Request,
    context: InContext,
    code: Annotated[str, Form(max_length=40)] = "",
    next_: Annotated[str, Form(alias="next")] = HOME,
) -> Response:
    """Complete the session, and go where the person wanted to; or the form again, saying why not."""
    cookie = request.cookies.get(sessions.cookie_name(context))
    try:
        begun = await sessions.give_code(context, cookie, code, _address(request))
    except Problem as problem:
        page = render(request, "sign_in_code.html", None, problem.status, next=own_address(next_), problem=problem)
        page.headers.update(problem.headers)
        return page
    return signed_in(context, begun, own_address(next_))


@router.post("/sign-out")
async def sign_out(request: Request, sender: FormSender, context: InContext) -> Response:
    """End the session."""
    await sessions.sign_out(context, request.cookies[sessions.cookie_name(context)])
    answer = RedirectResponse("/sign-in", 303)
    sessions.drop_cookie(context, answer)
    return answer


def signed_in(context: Context, begun: Begun, onward: str) -> Response:
    """The way onward, with the session's cookie."""
    answer = RedirectResponse(onward, 303)
    sessions.set_cookie(context, answer, begun.token)
    return answer


def sign_in_form(
    request: Request, context: Context, next_: str, email: str = "", problem: Problem | None = None
) -> Response:
    """The form, again with the problem if there was one."""
    page = render(
        request,
        "sign_in.html",
        None,
        problem.status if problem else 200,
        next=next_,
        email=email,
        problem=problem,
        provider=context.settings.oidc_issuer and f"/sign-in/provider?{urlencode({'next': next_})}",
    )
    page.headers.update(problem.headers if problem else {})
    return page


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
