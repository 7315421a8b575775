"""The page of one device: whether it is there, when it syncs, and what became of its syncs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from common.db import Row
from dashboard_api import device_changes
from dashboard_api.api.answers import encode_cursor
from dashboard_api.language import _
from dashboard_api.pages.addresses import with_query
from dashboard_api.pages.runs import after_run
from dashboard_api.pages.visit import InVisit, Visit
from dashboard_api.problems import not_found
from dashboard_api.queries import consents, devices, district_parts
from dashboard_api.words import device_standing, kinds, standing

LAST = 5
ROWS = 50
ZONE = "UTC"
"""A device's own time is not known; its schedule is in UTC."""

router = APIRouter(prefix="/devices/{device_id}", include_in_schema=False)


@router.get("")
async def show(device_id: UUID, visit: InVisit) -> Response:
    """The page."""
    device = await entered(visit, device_id)
    pool, district_id = visit.context.pool, device["district_id"]
    syncs = await devices.last_syncs(pool, district_id, device_id, LAST + 1)
    school = await district_parts.school(pool, district_id, device["school_id"])
    targets = {target["id"]: target["name"] for target in await district_parts.targets(pool, district_id)}
    waits = await devices.waits_since(pool, district_id, device_id)
    forcing = await consents.waiting(pool, district_id, "force", f"device/{device_id}")
    return visit.render(
        "device.html",
        **_about(device),
        badge_of=device_standing.badge(dict(device)),
        sentence=device_standing.sentence(dict(device), waits is not None),
        syncs=[_shown(sync) for sync in syncs[:LAST]],
        more=len(syncs) > LAST,
        targets=targets,
        force_asked=forcing is not None and forcing["state"] == "waiting",
        usual_target=targets.get(school["target"] if school else None),
    )


@router.get("/syncs")
async def history(device_id: UUID, visit: InVisit, after: str | None = None) -> Response:
    """All its syncs, the newest first."""
    device = await entered(visit, device_id)
    found = await devices.last_syncs(visit.context.pool, device["district_id"], device_id, ROWS + 1, after_run(after))
    return visit.render(
        "device_syncs.html",
        **_about(device),
        syncs=[_shown(sync) for sync in found[:ROWS]],
        after=after,
        next=_following(device_id, found[ROWS - 1]) if len(found) > ROWS else "",
    )


@router.get("/syncs/{run_id}")
async def information(device_id: UUID, run_id: UUID, visit: InVisit) -> Response:
    """What is known of one sync; in a dialog where there is script."""
    device = await entered(visit, device_id)
    sync = await devices.one_sync(visit.context.pool, device["district_id"], device_id, run_id)
    if sync is None:
        raise not_found("run")
    return visit.render(
        "device_sync.html",
        **_about(device),
        sync=_shown(sync),
        sentence=standing.run_sentence(sync),
        actions=kinds.table(sync["actions"]),
    )


async def entered(visit: Visit, device_id: UUID) -> Row:
    """The device, which the page is then about. Raises `Problem` 404."""
    device = await device_changes.visible(visit.context.pool, visit.visitor, device_id)
    visit.enter(device["district_id"])
    return device


def _about(device: Row) -> dict[str, Any]:
    return {"device": device, "title": device["name"], "address": f"/devices/{device['id']}", "zone": ZONE}


def _shown(sync: dict[str, Any]) -> dict[str, Any]:
    """A sync with how it stands, and its times as templates read them."""
    told = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in sync.items()}
    return told | {"badge": standing.run_badge(sync), "trigger_word": _trigger(sync["trigger"])}


def _trigger(trigger: str | None) -> str:
    return _("Daily schedule") if trigger == "schedule" else _("Started by hand")


def _following(device_id: UUID, last: dict[str, Any]) -> str:
    cursor = encode_cursor([last["noted_at"].isoformat(), str(last["run_id"])])
    return with_query(f"/devices/{device_id}/syncs", {"after": cursor})
