"""Problems as pages: what happened, what to do, and the ways on; in the frame for those who are signed in."""

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from common.language import mark
from dashboard_api.auth.guard import visitor_of
from dashboard_api.auth.principal import Principal
from dashboard_api.language import _
from dashboard_api.pages.templating import render
from dashboard_api.problem_codes import PAGE, PROBLEM_CODES
from dashboard_api.problems import Problem

TITLES = {
    400: mark("This address cannot be used"),
    403: mark("You may not do this"),
    404: mark("Not found"),
    405: mark("This address cannot be used"),
    409: mark("This cannot be done now"),
    412: mark("Somebody else changed this meanwhile"),
    413: mark("This is too large"),
    422: mark("Something in the form is not right"),
    429: mark("Too many attempts"),
    500: mark("Something went wrong"),
    503: mark("Not ready yet"),
}
ADVICE = {
    403: mark("Everything that you may look at is in the menu above."),
    404: mark("It may have been removed, or belong to another district. Begin at the schools, or find it by name."),
    409: mark("Nothing was changed. Open the page again to see how things stand now."),
    412: mark("Nothing was changed. Open the page again to see how things stand now."),
    413: mark("Nothing was changed. Go back, and send less at once."),
    422: mark("Nothing was changed. Go back, mend it, and send it again: what you typed is still there."),
    429: mark("Nothing is wrong with your account. Wait a little before you try again."),
    500: mark("It is in the log of the service. Whoever operates Rosterbus finds it there by the time below."),
    503: mark("This often passes by itself. Load the page again in a minute."),
}
AGAIN = (429, 500, 503)


async def problem_page(request: Request, problem: Problem) -> Response:
    """The page for a problem, or the way to the sign-in page."""
    if problem.status == 303:
        return RedirectResponse(problem.headers["Location"], 303)
    title = _(TITLES.get(problem.status, mark("This did not work")))
    page = render(
        request,
        "problem.html",
        await _visitor(request, problem),
        problem.status,
        title=title,
        problem=problem,
        advice=_advice(problem),
        wait=_minutes(problem),
        help_at=f"{PAGE}{problem.code}" if problem.code in PROBLEM_CODES else "/help",
        again=request.method == "GET" and problem.status in AGAIN,
    )
    page.headers.update(problem.headers)
    return page


def _advice(problem: Problem) -> str:
    """What to do, where the problem's own sentence does not say it."""
    if problem.status == 404 and problem.code != "not_found":
        return ""
    return _(ADVICE[problem.status]) if problem.status in ADVICE else ""


async def _visitor(request: Request, problem: Problem) -> Principal | None:
    """Whoever sees the problem. Where something is broken, nothing more is asked of the database."""
    if problem.status >= 500:
        return getattr(request.state, "visitor", None)
    return await visitor_of(request)


def _minutes(problem: Problem) -> int | None:
    """How many minutes somebody has to wait, where that is known."""
    seconds = problem.headers.get("Retry-After", "")
    return -(-int(seconds) // 60) if seconds.isdecimal() else None
