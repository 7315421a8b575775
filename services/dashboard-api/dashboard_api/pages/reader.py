"""How somebody likes to read: language and colours, kept in cookies so that they hold before signing in, too."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from common.language import LANGUAGES
from dashboard_api.auth.guard import InContext, refuse_foreign
from dashboard_api.context import Context
from dashboard_api.pages.addresses import own_address
from dashboard_api.pages.templating import THEME_COOKIE, THEMES
from dashboard_api.web import LANGUAGE_COOKIE

YEAR = 365 * 86_400

router = APIRouter(include_in_schema=False, dependencies=[Depends(refuse_foreign)])


@router.post("/language")
async def choose_language(
    context: InContext, language: Annotated[str, Form()], back: Annotated[str, Form()] = "/"
) -> Response:
    """English, Dutch or French from now on."""
    return _keep(context, back, LANGUAGE_COOKIE, language if language in LANGUAGES else "")


@router.post("/theme")
async def choose_theme(
    context: InContext, theme: Annotated[str, Form()] = "", back: Annotated[str, Form()] = "/"
) -> Response:
    """Light or dark from now on; anything else: as the device says."""
    return _keep(context, back, THEME_COOKIE, theme if theme in THEMES else "")


def _keep(context: Context, back: str, name: str, value: str) -> Response:
    answer = RedirectResponse(own_address(back), 303)
    if value:
        answer.set_cookie(
            name, value, max_age=YEAR, path="/", secure=context.settings.secure_cookies, httponly=True, samesite="lax"
        )
    else:
        answer.delete_cookie(name, path="/")
    return answer
