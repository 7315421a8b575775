"""The address of every page, as a district that is in use has it."""

from typing import Any

from dashboard_api.declare.model import SOURCE_ID
from dashboard_api.pages.routes import ROUTERS

from ..support.system import System
from .district import CALM, HELD, OTHER_SITE, BusyDistrict

NO_PAGES = {
    "/": "leads to the schools",
    "/sign-in/code": "wants a password first",
    "/sign-in/provider": "leads to the provider",
    "/sign-in/provider/callback": "the provider leads to it",
    "/invitation/{token}": "wants an invitation",
    "/errors.csv": "a file",
    "/settings/audit.csv": "a file",
    "/settings/checks/{what}/{check_id}": "wants a check",
    "/schools/{school_id}/errors.csv": "a file",
    "/consents/{consent_id}/confirm": "wants a second person who waits",
    "/devices/{device_id}/syncs/{run_id}": "wants a device's sync",
    "/api/docs": "Swagger UI's own; its page is tested where it is made",
}
"""Addresses that show nothing of ours, or not in this district, and why."""


def page_routes() -> set[str]:
    """The address patterns of all pages."""
    return {
        route.path  # type: ignore[attr-defined]
        for router in ROUTERS
        for route in router.routes
        if "GET" in route.methods  # type: ignore[attr-defined]
    }


async def addresses(system: System, district: BusyDistrict) -> dict[str, str]:
    """An address for each pattern but those of `NO_PAGES`."""
    values = await _values(system, district)
    return {pattern: fill(pattern, values) for pattern in sorted(page_routes() - set(NO_PAGES))}


def fill(pattern: str, values: dict[str, str]) -> str:
    """An address of this pattern. Raises KeyError for a pattern that needs something nobody thought of."""
    if pattern in values:
        return values[pattern]
    return pattern.format_map(values)


async def _values(system: System, district: BusyDistrict) -> dict[str, str]:
    holds: list[dict[str, Any]] = (await system.get("/api/v1/holds"))["holds"]
    devices: list[dict[str, Any]] = (await system.get("/api/v1/devices"))["devices"]
    calm, held, hold = district.schools[CALM], district.schools[HELD], holds[0]
    record = f"entity=user&key={district.missing}&district=north&school={held}"
    return {
        "school_id": held,
        "run_id": district.held_run,
        "hold_id": hold["id"],
        "device_id": devices[0]["id"],
        "code": "MISSING_EMAIL",
        "source_id": SOURCE_ID,
        "target_id": OTHER_SITE,
        "user_id": (await system.get("/api/v1/users"))["users"][0]["id"],
        "key_id": (await system.get("/api/v1/keys"))["keys"][0]["id"],
        "/help/problems/{code}": "/help/problems/not_found",
        "/system/parked": "/system/parked?queue=roster-fetcher.shared",
        "/settings/sources/add": "/settings/sources/add?kind=clever",
        "/schools/act": "/schools/act?act=full&district=north",
        "/holds/{hold_id}/decision": f"/holds/{hold['id']}/decision?decision=reject&plan_hash={hold['plan_hash']}",
        "/runs/compare": f"/runs/compare?before={district.first_run}&after={district.held_run}",
        "/runs/{run_id}/undo": f"/runs/{district.first_run}/undo",
        "/runs/{run_id}": f"/runs/{district.first_run}",
        "/records/{entity}/{key:path}": f"/records/user/{district.missing}?district=north&school={held}",
        "/records/sync": f"/records/sync?{record}",
        "/records/undo": f"/records/undo?{record}&run={district.first_run}",
        "/schools/{school_id}/errors": f"/schools/{calm}/errors",
    }
