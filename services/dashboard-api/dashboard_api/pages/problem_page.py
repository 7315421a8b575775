"""Problems as pages: what happened, and what to do."""

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from common.language import mark
from dashboard_api.language import _
from dashboard_api.pages.templating import render
from dashboard_api.problems import Problem

TITLES = {
    403: mark("You may not do this"),
    404: mark("Not found"),
    409: mark("This cannot be done now"),
    429: mark("Too many attempts"),
    500: mark("Something went wrong"),
}


def problem_page(request: Request, problem: Problem) -> Response:
    """The page for a problem, or the way to the sign-in page."""
    if problem.status == 303:
        return RedirectResponse(problem.headers["Location"], 303)
    title = _(TITLES[problem.status]) if problem.status in TITLES else _("This did not work")
    page = render(request, "problem.html", None, problem.status, title=title, problem=problem)
    page.headers.update(problem.headers)
    return page
