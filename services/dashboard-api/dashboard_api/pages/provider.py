"""Signing in at the identity provider: on the way there, and back."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from dashboard_api.auth import oidc
from dashboard_api.auth.guard import InContext
from dashboard_api.context import Context
from dashboard_api.pages.addresses import HOME, own_address
from dashboard_api.pages.sign_in import sign_in_form, signed_in
from dashboard_api.problems import Problem

router = APIRouter(include_in_schema=False, prefix="/sign-in/provider")


@router.get("")
async def depart(request: Request, context: InContext, next_: Annotated[str, Query(alias="next")] = HOME) -> Response:
    """On to the provider."""
    try:
        departure = await oidc.depart(context, own_address(next_))
    except Problem as problem:
        return sign_in_form(request, context, own_address(next_), problem=problem)
    answer = RedirectResponse(departure.address, 303)
    answer.set_cookie(
        _cookie_name(context),
        departure.cookie,
        max_age=oidc.COOKIE_SECONDS,
        path="/",
        secure=context.settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get("/callback")
async def arrive(
    request: Request,
    context: InContext,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
) -> Response:
    """Back from the provider: signed in, or the form again, saying why not."""
    try:
        begun, onward = await oidc.arrive(context, request.cookies.get(_cookie_name(context)), state, code)
    except Problem as problem:
        return sign_in_form(request, context, HOME, problem=problem)
    answer = signed_in(context, begun, own_address(onward))
    answer.delete_cookie(
        _cookie_name(context), path="/", secure=context.settings.secure_cookies, httponly=True, samesite="lax"
    )
    return answer


def _cookie_name(context: Context) -> str:
    return "__Host-rosterbus-provider" if context.settings.secure_cookies else "rosterbus-provider"
