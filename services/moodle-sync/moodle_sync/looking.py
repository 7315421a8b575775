"""Looks at a Moodle site for somebody who wants to know what it lets us do. Nothing is written to it."""

from collections.abc import Mapping
from time import monotonic
from typing import Any

from common import registry
from common.errors import Permanent, Transient
from common.registry import TargetCheck
from common.target_report import DeclaredRole, MissingFunction, RefusedFunction, TargetObstacle, TargetReport
from common.uow import UnitOfWork
from moodle_sync.capabilities import needed_by
from moodle_sync.moodle.client import MoodleClient
from moodle_sync.moodle.errors import NOT_ALLOWED
from moodle_sync.moodle.functions import BEHIND
from moodle_sync.moodle.reading import MoodleReader
from moodle_sync.running import Tools
from moodle_sync.site import Site
from rules.policy import Policy

ATTEMPTS = 2
USUAL = {"student": {5}, "teacher": {3, 4}, "administrator": {1}}
"""Ids of roles on a site as Moodle installs it."""
FIRST_WITH_WELCOME = 2024042200
"""Moodle 4.4: it sends a message for each enrolment unless the site has switched that off."""
TRIED: dict[str, dict[str, Any]] = {
    "core_course_get_categories": {"criteria": [{"key": "id", "value": "0"}]},
    "core_user_get_users_by_field": {"field": "id", "values": [0]},
}
"""Functions that are called to see whether the account has their capabilities, in a way that finds nothing."""


async def look(check: TargetCheck, uow: UnitOfWork, tools: Tools) -> TargetReport:
    """What the site lets us do. What is wrong with it stands in the report; only trouble of our own is raised."""
    policy = Policy.model_validate(await registry.policy(uow.pool, check.district_id))
    needed = needed_by(policy, check.roles)
    settings, began = tools.settings, monotonic()
    client = MoodleClient(
        tools.http,
        check.base_url,
        tools.secrets.open(check.secrets)["token"],
        seconds=settings.moodle_timeout_seconds,
        most_fields=settings.moodle_form_fields,
    )
    site = Site(check.district_id, check.target_id or str(check.id))
    moodle = MoodleReader(client, tools.turns, site, attempts=ATTEMPTS)
    found: dict[str, Any] = {"roles": _roles(check.roles), "form_fields": settings.moodle_form_fields}
    try:
        info = await moodle.call("core_webservice_get_site_info", {})
        found |= _seen(info, needed) | {"refused": await _refused(moodle, info)}
        usable = not found["refused"] and not any(one.needed for one in found["missing"])
    except (Permanent, Transient) as trouble:
        found["trouble"] = TargetObstacle(code=trouble.code, detail=str(trouble))
        usable = False
    found |= {"bytes_up": client.meter.bytes_up, "bytes_down": client.meter.bytes_down}
    duration = round((monotonic() - began) * 1000)
    return TargetReport(usable=usable, in_flight=settings.moodle_in_flight, duration_ms=duration, **found)


def _seen(info: Mapping[str, Any], needed: set[str]) -> dict[str, Any]:
    may = {function["name"] for function in info["functions"]} & BEHIND.keys()
    missing = [
        MissingFunction(function=name, capability=BEHIND[name], needed=name in needed) for name in BEHIND.keys() - may
    ]
    version = str(info.get("version", ""))
    number = int(version.partition(".")[0]) if version.partition(".")[0].isdecimal() else 0
    return {
        "site_name": str(info.get("sitename", "")),
        "release": str(info.get("release", "")),
        "version": version,
        "allowed": len(may),
        "missing": tuple(sorted(missing, key=lambda one: (not one.needed, one.function))),
        "welcome_messages": "possible" if number >= FIRST_WITH_WELCOME else "none",
    }


async def _refused(moodle: MoodleReader, info: Mapping[str, Any]) -> tuple[RefusedFunction, ...]:
    """Call what reads and is allowed; a capability that is missing shows only so."""
    may = {function["name"] for function in info["functions"]}
    refused = []
    for function, params in TRIED.items():
        try:
            if function in may:
                await moodle.call(function, params)
        except Permanent as error:
            if error.code != NOT_ALLOWED:
                raise
            refused.append(RefusedFunction(function=function, detail=str(error)))
    return tuple(refused)


def _roles(declared: Mapping[str, int]) -> tuple[DeclaredRole, ...]:
    return tuple(
        DeclaredRole(role=role, id=id_, usual=id_ in USUAL[role] if role in USUAL else None)
        for role, id_ in sorted(declared.items())
    )
