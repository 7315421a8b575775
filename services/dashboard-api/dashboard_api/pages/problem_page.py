"""Problems as pages: what happened, and what to do."""

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from dashboard_api.pages.templating import render
from dashboard_api.problems import Problem

TITLES = {
    403: "You may not do this",
    404: "Not found",
    409: "This cannot be done now",
    429: "Too many attempts",
    500: "Something went wrong",
}


def problem_page(request: Request, problem: Problem) -> Response:
    """The page for a problem, or the way to the sign-in page."""
    if problem.status == 303:
        return RedirectResponse(problem.headers["Location"], 303)
    title = TITLES.get(problem.status, "This did not work")
    page = render(request, "problem.html", None, problem.status, title=title, problem=problem)
    page.headers.update(problem.headers)
    return page
