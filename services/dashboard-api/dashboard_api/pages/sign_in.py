"""Signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from dashboard_api.auth import sessions
from dashboard_api.auth.guard import FormSender, InContext, refuse_foreign
from dashboard_api.pages.templating import render
from dashboard_api.problems import Problem

HOME = "/schools"

router = APIRouter(include_in_schema=False)


@router.get("/")
async def home() -> Response:
    """There is one first page."""
    return RedirectResponse(HOME, 303)


@router.get("/sign-in")
async def show(request: Request, next_: Annotated[str, Query(alias="next")] = HOME) -> Response:
    """The form."""
    return render(request, "sign_in.html", None, next=_own(next_), email="", problem=None)


@router.post("/sign-in", dependencies=[Depends(refuse_foreign)])
async def take(
    request: Request,
    context: InContext,
    email: Annotated[str, Form(max_length=320)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next_: Annotated[str, Form(alias="next")] = HOME,
) -> Response:
    """Sign in, and go where the person wanted to; or the form again, saying why not."""
    address = request.client.host if request.client else ""
    try:
        token = await sessions.sign_in(context, email.strip(), password, address)
    except Problem as problem:
        page = render(request, "sign_in.html", None, problem.status, next=_own(next_), email=email, problem=problem)
        page.headers.update(problem.headers)
        return page
    answer = RedirectResponse(_own(next_), 303)
    sessions.set_cookie(context, answer, token)
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, sender: FormSender, context: InContext) -> Response:
    """End the session."""
    await sessions.sign_out(context, request.cookies[sessions.cookie_name(context)])
    answer = RedirectResponse("/sign-in", 303)
    sessions.drop_cookie(context, answer)
    return answer


def _own(address: str) -> str:
    """Only paths of ours: `//other.example` and `/\\other.example` lead away."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else HOME
