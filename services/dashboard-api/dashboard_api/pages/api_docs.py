"""The API's description as a page, from files of our own: it works where there is no internet."""

from fastapi import APIRouter, Request, Response

from dashboard_api.auth import sessions
from dashboard_api.auth.guard import InContext
from dashboard_api.language import _
from dashboard_api.pages.templating import render

router = APIRouter(include_in_schema=False)


@router.get("/api/docs")
async def show(request: Request, context: InContext) -> Response:
    """For everybody, as the description is; who is signed in can try it out without a key."""
    cookie = request.cookies.get(sessions.cookie_name(context))
    visitor = await sessions.find(context, cookie) if cookie else None
    return render(request, "api_docs.html", visitor, title=_("Rosterbus API"))
