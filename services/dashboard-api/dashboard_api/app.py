"""The web application: API, pages, static files, and what is said when something goes wrong."""

from pathlib import Path

import asyncpg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from common.language import mark, speaking
from dashboard_api.api import health
from dashboard_api.api.openapi import describe, operation_id
from dashboard_api.api.problem_json import problem_json
from dashboard_api.api.routes import router as api_router
from dashboard_api.context import Context
from dashboard_api.declare.mistakes import mistake_of_request
from dashboard_api.language import _
from dashboard_api.pages.addresses import HOME
from dashboard_api.pages.problem_page import problem_page
from dashboard_api.pages.routes import ROUTERS as PAGES
from dashboard_api.pages.visit import NoDistrict
from dashboard_api.problems import Problem
from dashboard_api.request_limits import BodyLimit, CookieRotation
from dashboard_api.web import HEADERS, Measured, ReadersLanguage, SecurityHeaders, readers_language

STATIC = Path(__file__).parent / "static"
KNOWN = {
    404: ("not_found", mark("There is nothing at this address. Check it, or begin at the start page.")),
    405: (
        "wrong_method",
        mark("This address does not take such requests. Look up what it takes in the API's description."),
    ),
    413: ("too_large", mark("The request is larger than 1 MiB. Send less at once.")),
}
UNSTORABLE = (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError)
"""PostgreSQL's texts hold any character but NUL."""


def create_app() -> FastAPI:
    """The application. What it needs is its `state.context`, set before it serves (`around`)."""
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        generate_unique_id_function=operation_id,
    )
    for router in (health.router, api_router, *PAGES):
        app.include_router(router)
    describe(app)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(NoDistrict, _on_no_district)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(asyncpg.UndefinedTableError, _on_unpublished)
    for error in UNSTORABLE:
        app.add_exception_handler(error, _on_unstorable)
    app.add_exception_handler(Exception, _on_error)
    app.add_middleware(BodyLimit)
    app.add_middleware(CookieRotation)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(ReadersLanguage)
    app.add_middleware(Measured)
    return app


def around(context: Context, app: FastAPI | None = None) -> FastAPI:
    """The application around what it needs; `app`: one that has served others, whose routes need no second making."""
    app = create_app() if app is None else app
    app.state.context = context
    return app


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return await _answer(request, error)


async def _on_no_district(_: Request, error: Exception) -> Response:
    """A page about a district where there is none yet: the schools page says what comes first."""
    assert isinstance(error, NoDistrict)
    return RedirectResponse(HOME, 303)


async def _on_invalid(request: Request, error: Exception) -> Response:
    """What FastAPI refuses: a parameter or body of the wrong shape."""
    assert isinstance(error, RequestValidationError)
    if not _is_api(request) and any(e["loc"][0] == "path" for e in error.errors()):
        return await _on_http(request, HTTPException(404))  # the address of a page that cannot be
    mistakes = [mistake_of_request(detail) for detail in error.errors()]
    if not _is_api(request):
        sentence = _("A field of this form is missing, or cannot be read. Go back and correct it.")
        return await _answer(request, Problem(422, "mistakes", sentence))
    detail = _("The request cannot be used; correct what `errors` names.")
    return await _answer(request, Problem(422, "mistakes", detail, mistakes=mistakes))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = error.headers or {}
    if error.status_code not in KNOWN:
        return await _answer(request, Problem(error.status_code, "unreadable", str(error.detail), headers))
    code, sentence = KNOWN[error.status_code]
    return await _answer(request, Problem(error.status_code, code, _(sentence), headers))


async def _on_unpublished(request: Request, _error: Exception) -> Response:
    """The views of other services are made when these start."""
    detail = _("roster-fetcher or moodle-sync has not been started on this database yet. Start them first.")
    return await _answer(request, Problem(503, "not_ready", detail))


async def _on_unstorable(request: Request, _error: Exception) -> Response:
    detail = _("A text in the request has a character that cannot be stored (NUL). Take it out.")
    return await _answer(request, Problem(422, "mistakes", detail))


async def _on_error(request: Request, _error: Exception) -> Response:
    """The server logs the exception itself once this answer is out. No middleware stands around it any more."""
    with speaking(readers_language(request.headers)):
        detail = _("Something in Rosterbus went wrong; nothing was changed. Try again, and report it if it stays.")
        answer = await _answer(request, Problem(500, "internal", detail))
    answer.headers.update(HEADERS)
    return answer


async def _answer(request: Request, problem: Problem) -> Response:
    if _is_api(request):
        return problem_json(request, problem)
    return await problem_page(request, problem)


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")
