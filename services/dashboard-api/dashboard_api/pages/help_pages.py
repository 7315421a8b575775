"""The help pages: kinds of sync and status words, the glossary, errors, problems of requests, and the keyboard."""

from itertools import groupby

from fastapi import APIRouter, Response

from common.catalogue import CATALOGUE, entry_of
from dashboard_api.language import _
from dashboard_api.pages.visit import InVisit
from dashboard_api.problem_codes import PROBLEM_CODES
from dashboard_api.problems import Problem
from dashboard_api.words import explanations, glossary
from dashboard_api.words.errors import in_words
from dashboard_api.words.severities import MEANING, SEVERITIES, severity_badge

router = APIRouter(prefix="/help", include_in_schema=False)


@router.get("")
async def index(visit: InVisit) -> Response:
    """What there is to read."""
    return visit.render("help.html", title=_("Help"), errors=len(CATALOGUE), problems=len(PROBLEM_CODES))


@router.get("/syncs")
async def syncs(visit: InVisit) -> Response:
    """The kinds of sync, and how schools and runs may stand."""
    return visit.render(
        "help_syncs.html",
        title=_("Kinds of sync"),
        syncs=explanations.syncs(),
        schools=explanations.schools(),
        runs=explanations.runs(),
    )


@router.get("/glossary")
async def words(visit: InVisit) -> Response:
    """The words."""
    return visit.render("help_glossary.html", title=_("Glossary"), entries=glossary.entries())


@router.get("/keyboard")
async def keyboard(visit: InVisit) -> Response:
    """The keys; a dialog where there is script."""
    return visit.render("help_keyboard.html", title=_("Keyboard"), keys=explanations.keys())


@router.get("/errors")
async def errors(visit: InVisit) -> Response:
    """Every code of the catalogue, the worst first."""
    order = list(SEVERITIES)
    entries = sorted(CATALOGUE.values(), key=lambda entry: (order.index(entry.severity), entry.code))
    groups = [
        (severity_badge(severity), _(MEANING[severity]), [in_words(one.code) | {"code": one.code} for one in group])
        for severity, group in groupby(entries, key=lambda entry: entry.severity)
    ]
    return visit.render("help_errors.html", title=_("Errors, and what to do"), groups=groups, number=len(entries))


@router.get("/errors/{code}")
async def error(code: str, visit: InVisit) -> Response:
    """One code."""
    if code not in CATALOGUE:
        raise Problem(404, "not_found", _("There is no such error. The list of errors has those that there are."))
    entry = entry_of(code)
    return visit.render(
        "help_error.html",
        title=in_words(code)["title"],
        entry=entry,
        words=in_words(code),
        badge_of=severity_badge(entry.severity),
        meaning=_(MEANING[entry.severity]),
    )


@router.get("/problems")
async def problems(visit: InVisit) -> Response:
    """Every problem that a request may meet."""
    return visit.render("help_problems.html", title=_("Problems of requests"), problems=list(PROBLEM_CODES.values()))


@router.get("/problems/{code}")
async def problem(code: str, visit: InVisit) -> Response:
    """One of them: where the API's `type` leads."""
    if code not in PROBLEM_CODES:
        raise Problem(404, "not_found", _("There is no such problem. The list of problems has those that there are."))
    known = PROBLEM_CODES[code]
    return visit.render("help_problem.html", title=known.title, known=known)
