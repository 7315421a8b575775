"""`/settings/checks`: what was found when a source or a Moodle site was tried out, and what is to be done about it."""

import json
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from common.language import mark
from dashboard_api.language import _
from dashboard_api.pages.settings_frame import show
from dashboard_api.pages.visit import InVisit, Visit
from dashboard_api.problems import not_found
from dashboard_api.queries import checks, district_parts
from dashboard_api.queries.checks import What
from dashboard_api.words.errors import explained_check, explained_target_check
from dashboard_api.words.kinds import counts_in_order
from dashboard_api.words.standing import SOURCES

OUTCOMES = {
    "kept": mark("Rows kept"),
    "kept_with_warning": mark("Rows kept with a warning"),
    "skipped": mark("Rows skipped with an error"),
    "out_of_scope": mark("Rows out of scope"),
}
"""What becomes of rows."""
CHANGES = {
    "told": mark("The source tells what changed: nightly and partial syncs read only that."),
    "doubtful": mark("What the source tells of changes cannot be trusted, so every sync reads everything."),
    "not_told": mark("The source does not tell what changed, so every sync reads everything."),
    None: mark("Whether the source tells what changed was not found out."),
}

router = APIRouter(prefix="/settings/checks", include_in_schema=False)


@router.get("/{what}/{check_id}")
async def look(what: What, check_id: UUID, visit: InVisit) -> Response:
    """The page; while nobody has answered it looks again by itself."""
    visit.visitor.require_scope("declare")
    check = await found(visit, what, check_id)
    visit.enter(check["district"])
    site = await _site(visit, what, check)
    source = SOURCES.get(check["kind"], check["kind"]) if what == "source" else ""
    title = _("Test of {source}", source=source) if source else _("Check of a Moodle site")
    if site:
        title = _("Check of {moodle}", moodle=site["name"])
    values = {"check": check, "what": what, "site": site, **about(what, check)}
    return show(visit, "settings_check.html", f"{what}s", title, sentence_of(what, check), **values)


async def found(visit: Visit, what: What, check_id: UUID) -> dict[str, Any]:
    """A check with its codes in words. Raises `Problem` 404."""
    text = await checks.one_json(visit.context.pool, what, visit.visitor.visible, check_id)
    if text is None:
        raise not_found("check")
    check: dict[str, Any] = json.loads(text)
    return explained_check(check) if what == "source" else explained_target_check(check)


async def _site(visit: Visit, what: What, check: dict[str, Any]) -> dict[str, Any] | None:
    """The declared Moodle site that was looked at; None: it is none, or none any more."""
    if what == "source":
        return None
    found = await district_parts.targets(visit.context.pool, visit.district)
    return next((one for one in found if one["id"] == check["target"]), None)


def about(what: str, check: dict[str, Any]) -> dict[str, Any]:
    """What the page says of a report besides its sentence."""
    report = check["report"]
    if report is None or what == "target":
        return {}
    outcomes = {_(word): report["rows"][key] for key, word in OUTCOMES.items() if report["rows"].get(key)}
    return {"counts": counts_in_order(report["counts"]), "outcomes": outcomes, "changes": _(CHANGES[report["changes"]])}


def sentence_of(what: str, check: dict[str, Any]) -> str:
    """How the check stands."""
    if check["state"] == "waiting":
        return _("A worker is looking. This takes seconds, or minutes with many pages to read.")
    if check["state"] == "unanswered":
        return _(
            "Nobody has answered for ten minutes. Ask your operator whether workers serve the pool {pool}.",
            pool=check["pool"],
        )
    if check["report"]["usable"]:
        return _("It can be used: a sync would get a roster.") if what == "source" else _("It can be used.")
    trouble = check["report"]["trouble"]
    return (
        _("It cannot be used like this. {why}.", why=trouble["title"]) if trouble else _("It cannot be used like this.")
    )
