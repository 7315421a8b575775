"""`/settings/policy` and `/settings/families`: what Rosterbus may do by itself, and when it asks, in words."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response

from common.uow import UnitOfWork
from dashboard_api.declare import parts
from dashboard_api.language import _
from dashboard_api.pages.forms import Form, filled, sent
from dashboard_api.pages.policy_fields import FAMILIES, LIMITS, OF_KINDS, SECOND, WORKING
from dashboard_api.pages.settings_frame import at, saved, show
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.queries import district_parts, districts
from rules.policy import Limits, Policy

USUAL = Policy()

router = APIRouter(prefix="/settings", include_in_schema=False)


@router.get("/policy")
async def look(visit: InVisit) -> Response:
    """The page: how it works, limits, second person."""
    visit.visitor.require("declare", visit.district)
    return await _page(visit)


@router.post("/policy")
async def save_policy(visit: Sending) -> Response:
    """Change what Rosterbus does by itself, and its limits."""
    visit.visitor.require("declare", visit.district)
    form = sent((*WORKING, *LIMITS), await visit.request.form())
    _complete_pairs(form)

    async def write(uow: UnitOfWork) -> None:
        await parts.change_policy(uow, visit.visitor, visit.district, _patch(form), whole=False)

    if not await saved(visit, form, lambda conn: _policy(conn, visit.district), write):
        return await _page(visit, form)
    return visit.back(at(visit, "policy"), _("The policy is changed. It holds from the next run on."))


@router.post("/policy/second-person")
async def save_second(visit: Sending) -> Response:
    """Change which acts need a second person."""
    visit.visitor.require("declare", visit.district)
    form = sent(SECOND, await visit.request.form())

    async def write(uow: UnitOfWork) -> None:
        over = form.number("approvals_over_limit")
        wanted = {"undo": form.flag("undo"), "force": form.flag("force"), "approvals_over_limit": over}
        await parts.change_second_person(uow, visit.visitor, visit.district, wanted)

    if not await saved(visit, form, lambda conn: _second(conn, visit.district), write):
        return await _page(visit, second=form)
    return visit.back(at(visit, "policy"), _("Who has to agree is changed."))


@router.get("/families")
async def look_families(visit: InVisit) -> Response:
    """Whether guardians get accounts."""
    visit.visitor.require("declare", visit.district)
    return await _families(visit, filled(FAMILIES, await _policy(visit.context.pool, visit.district)))


@router.post("/families")
async def save_families(visit: Sending) -> Response:
    """Share with families, or no longer."""
    visit.visitor.require("declare", visit.district)
    form = sent(FAMILIES, await visit.request.form())

    async def write(uow: UnitOfWork) -> None:
        wanted = {"families": True if form.flag("families") else None}
        await parts.change_policy(uow, visit.visitor, visit.district, wanted, whole=False)

    if not await saved(visit, form, lambda conn: _policy(conn, visit.district), write):
        return await _families(visit, form)
    return visit.back(at(visit, "families"), _("Family sharing is changed. It holds from the next run on."))


async def _page(visit: Visit, form: Form | None = None, second: Form | None = None) -> Response:
    pool, district_id = visit.context.pool, visit.district
    form = form or filled((*WORKING, *LIMITS), await _policy(pool, district_id))
    second = second or filled(SECOND, await _second(pool, district_id))
    sentence = _("What Rosterbus does by itself, and what waits for a person.")
    status = max(form.status, second.status)
    own = [_("Accounts"), _("Courses"), _("Enrolments")]
    values = {
        "form": form,
        "second": second,
        "working": WORKING,
        "pairs": [("removals", _("All removals")), *zip(OF_KINDS, own, strict=True)],
        "others": LIMITS[-3:],
    }
    return show(visit, "settings_policy.html", "policy", _("Policy"), sentence, status, **values)


async def _families(visit: Visit, form: Form) -> Response:
    pool = visit.context.pool
    return show(
        visit,
        "settings_families.html",
        "families",
        _("Families"),
        _("Whether parents and guardians are part of what is synced."),
        form.status,
        form=form,
        targets=await district_parts.targets(pool, visit.district),
        sources=[source for source, _sealed in await district_parts.sources(pool, visit.district)],
    )


async def _policy(conn: Any, district_id: str) -> Mapping[str, Any]:
    """All values of the policy, limits by the names of their fields."""
    policy = Policy.model_validate(await district_parts.policy(conn, district_id) or {}).model_dump(mode="json")
    limits = policy.pop("limits")
    for kind in ("removals", *OF_KINDS):
        limit = limits.pop(kind) or {}
        policy |= {f"{kind}_count": limit.get("count"), f"{kind}_percent": limit.get("percent")}
    return {**policy, **limits}


async def _second(conn: Any, district_id: str) -> Mapping[str, Any]:
    return (await districts.second_person(conn, district_id)).model_dump(mode="json")


def _complete_pairs(form: Form) -> None:
    """A kind's own limit is both a number and a share."""
    for kind in OF_KINDS:
        names = (f"{kind}_count", f"{kind}_percent")
        if len([name for name in names if form.typed[name]]) == 1:
            empty = next(name for name in names if not form.typed[name])
            form.mistakes[empty] = _("Give both the number and the percent, or neither.")


def _patch(form: Form) -> dict[str, Any]:
    """What differs from the usual values; the rest is taken out, so that it follows them."""
    wanted = {
        "changes": form.text("changes"),
        "leavers": form.text("leavers"),
        "account_days": form.number("account_days"),
        "courses": form.text("courses"),
        "cohorts": form.lines("cohorts"),
    }
    usual = USUAL.model_dump(mode="json")
    patch: dict[str, Any] = {key: None if value == usual[key] else value for key, value in wanted.items()}
    return {**patch, "limits": _limits(form)}


def _limits(form: Form) -> dict[str, Any] | None:
    shares = {name: form.number(name) for name in ("ids_changed", "class_turnover", "values_lost")}
    kinds = {
        kind: {"count": form.number(f"{kind}_count"), "percent": form.number(f"{kind}_percent")}
        for kind in ("removals", *OF_KINDS)
    }
    wanted = {kind: limit if limit["count"] is not None else None for kind, limit in kinds.items()} | shares
    usual = Limits().model_dump(mode="json")
    patch = {key: None if value == usual[key] else value for key, value in wanted.items()}
    return patch if any(value is not None for value in patch.values()) else None
