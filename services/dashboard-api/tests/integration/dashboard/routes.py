"""Every route of the dashboard: who may come in, and a request that makes sense there.

A new route gets its line here, or `test_every_route.py` fails. They are visited in this order: what removes comes last.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from fastapi import FastAPI

Access = Literal["open", "own", "read", "order", "decide", "declare", "contact", "administer", "platform"]
"""`open`: whoever comes; `own`: whoever is signed in; `platform`: operators only; else the scope that it takes."""


@dataclass(frozen=True, slots=True)
class Line:
    """`place` says whose it is: of a district or a school by its address or body; else a list, of what one may see.

    `absent`: there is no such thing in the test's world, so that everybody is told so.
    """

    access: Access
    place: Literal["", "district", "school"] = ""
    query: str = ""
    body: dict[str, Any] = field(default_factory=dict)
    absent: bool = False


REASON = {"reason": "a test"}
PERSON = {"name": "Robin Vale", "role": "viewer", "districts": ["north"]}
ROUTES: dict[str, Line] = {
    "GET /api/v1/openapi.json": Line("open"),
    "GET /healthz": Line("open"),
    "GET /readyz": Line("open"),
    "GET /metrics": Line("open"),
    "GET /": Line("open"),
    "GET /sign-in": Line("open"),
    "POST /sign-in": Line("open"),
    "GET /sign-in/code": Line("open"),
    "POST /sign-in/code": Line("open"),
    "GET /sign-in/provider": Line("open"),
    "GET /sign-in/provider/callback": Line("open"),
    "GET /invitation/{token}": Line("open"),
    "POST /invitation/{token}": Line("open"),
    "POST /language": Line("open", body={"language": "nl"}),
    "POST /theme": Line("open", body={"theme": "dark"}),
    "GET /api/v1/districts": Line("read"),
    "GET /api/v1/districts/{district_id}": Line("read", "district"),
    "PUT /api/v1/districts/{district_id}": Line("declare", "district", body={"district": {}}),
    "GET /api/v1/schools": Line("read"),
    "GET /api/v1/schools/{school_id}": Line("read", "school"),
    "GET /api/v1/errors": Line("read"),
    "GET /api/v1/errors.csv": Line("read"),
    "GET /api/v1/errors/causes": Line("read"),
    "GET /api/v1/runs": Line("read"),
    "GET /api/v1/runs/{run_id}": Line("read", "school"),
    "GET /api/v1/runs/{run_id}/errors": Line("read", "school"),
    "POST /api/v1/schools/{school_id}/runs": Line("order", "school"),
    "POST /api/v1/districts/{district_id}/runs": Line("order", "district"),
    "POST /api/v1/source-checks": Line("declare", "district", body={"district": "north", "source": {}}),
    "GET /api/v1/source-checks/{check_id}": Line("declare", "district"),
    "GET /api/v1/events": Line("read"),
    "GET /api/v1/runs/{run_id}/plan": Line("read", "school"),
    "GET /api/v1/runs/{run_id}/operations": Line("read", "school"),
    "GET /api/v1/runs/{run_id}/operations.csv": Line("read", "school"),
    "POST /api/v1/runs/{run_id}/operations/search": Line("read", "school", body={"search": "Marlow"}),
    "GET /api/v1/runs/{run_id}/compare/{other_id}": Line("read", "school"),
    "GET /api/v1/schools/{school_id}/compare": Line("read", "school", "from=1&to=1"),
    "POST /api/v1/runs/{run_id}/undo": Line("decide", "school", body=REASON),
    "POST /api/v1/runs/{run_id}/retry": Line("order", "school", body=REASON),
    "POST /api/v1/schools/{school_id}/links/rebuild": Line("order", "school", body=REASON),
    "GET /api/v1/holds": Line("read"),
    "GET /api/v1/holds/{hold_id}": Line("read", "school"),
    "POST /api/v1/holds/{hold_id}/decision": Line(
        "decide", "school", body={"decision": "reject", "plan_hash": "hash-1"}
    ),
    "POST /api/v1/records/search": Line("read", body={"district": "north", "text": "Marlow"}),
    "GET /api/v1/records/{entity}/{key:path}/explain": Line("read", query="district=north"),
    "POST /api/v1/mapping/try": Line("read", "school", body={"district": "north", "school": "{school_id}"}),
    "GET /api/v1/schools/{school_id}/schedule": Line("read", "school"),
    "PUT /api/v1/schools/{school_id}/schedule": Line("declare", "school", body={"nightly": "20:00"}),
    "GET /api/v1/districts/{district_id}/schedule": Line("read", "district"),
    "PUT /api/v1/districts/{district_id}/schedule": Line("declare", "district", body={"nightly": "20:00"}),
    "GET /api/v1/districts/{district_id}/nights": Line("read", "district"),
    "PUT /api/v1/schools/{school_id}/nightly-mode": Line("order", "school", body={"mode": "paused"}),
    "PUT /api/v1/districts/{district_id}/nightly-mode": Line("order", "district", body={"mode": "paused"}),
    "POST /api/v1/runs/{run_id}/cancel": Line("order", "school", body=REASON),
    "GET /api/v1/pools": Line("read"),
    "GET /api/v1/audit": Line("read"),
    "GET /api/v1/devices": Line("read"),
    "GET /api/v1/devices/{device_id}": Line("read", "school"),
    "PUT /api/v1/districts/{district_id}/devices/{device_id}": Line(
        "declare", "district", body={"name": "Box 1", "school": "{school_id}"}
    ),
    "POST /api/v1/devices/{device_id}/contact": Line("contact", "school", body={"online": True}),
    "POST /api/v1/devices/{device_id}/runs": Line("order", "school"),
    "GET /api/v1/users": Line("administer"),
    "GET /api/v1/users/{user_id}": Line("administer", "district"),
    "POST /api/v1/users": Line("administer", "district", body={**PERSON, "email": "robin@north.example"}),
    "PATCH /api/v1/users/{user_id}": Line("administer", "district", body={"name": "Robin Vale-Marsh"}),
    "POST /api/v1/users/{user_id}/invitation": Line("administer", "district"),
    "DELETE /api/v1/users/{user_id}/sessions": Line("administer", "district"),
    "DELETE /api/v1/users/{user_id}/second-factor": Line("administer", "district"),
    "GET /api/v1/keys": Line("administer"),
    "GET /api/v1/keys/{key_id}": Line("administer", "district"),
    "POST /api/v1/keys": Line(
        "administer", "district", body={"name": "another", "scopes": ["read"], "districts": ["north"]}
    ),
    "DELETE /api/v1/keys/{key_id}": Line("administer", "district"),
    "GET /api/v1/me": Line("own"),
    "PATCH /api/v1/me": Line("own", body={"locale": "fr"}),
    "PUT /api/v1/me/password": Line("own", body={"current": "wrong", "new": "long enough it is"}),
    "POST /api/v1/me/second-factor": Line("own"),
    "PUT /api/v1/me/second-factor": Line("own", body={"code": "000000"}),
    "POST /api/v1/me/second-factor/removal": Line("own", body={"password": "wrong"}),
    "GET /api/v1/me/sessions": Line("own"),
    "DELETE /api/v1/me/sessions": Line("own"),
    "DELETE /api/v1/me/sessions/{session_id}": Line("own"),
    "GET /schools": Line("read", query="district=north"),
    "GET /schools/act": Line("order", "district", "district=north&act=full"),
    "POST /schools/act": Line("order", "district", "district=north", body={"act": "partial"}),
    "POST /schools/{school_id}/settings/time": Line("declare", "school", body={"at": "20:00"}),
    "GET /runs/{run_id}": Line("read", "school"),
    "GET /api/v1/consents": Line("read"),
    "GET /api/v1/consents/{consent_id}": Line("read", "district", absent=True),
    "POST /api/v1/consents/{consent_id}/confirm": Line("decide", "district", body=REASON, absent=True),
    "POST /api/v1/consents/{consent_id}/reject": Line("decide", "district", body=REASON, absent=True),
    "GET /api/v1/districts/{district_id}/declaration": Line("declare", "district"),
    "GET /api/v1/districts/{district_id}/settings": Line("declare", "district"),
    "PATCH /api/v1/districts/{district_id}/settings": Line("declare", "district", body={"name": "North district"}),
    "PUT /api/v1/districts/{district_id}/policy": Line("declare", "district"),
    "PATCH /api/v1/districts/{district_id}/policy": Line("declare", "district"),
    "PUT /api/v1/districts/{district_id}/recipients": Line("declare", "district", body={"recipients": []}),
    "PUT /api/v1/districts/{district_id}/second-person": Line("declare", "district"),
    "GET /api/v1/districts/{district_id}/sources": Line("declare", "district"),
    "GET /api/v1/districts/{district_id}/sources.csv": Line("declare", "district"),
    "GET /api/v1/districts/{district_id}/sources/{source_id}": Line("declare", "district"),
    "POST /api/v1/districts/{district_id}/sources": Line("declare", "district", body={"source": {}}),
    "PUT /api/v1/districts/{district_id}/sources/{source_id}": Line("declare", "district", body={"source": {}}),
    "PATCH /api/v1/districts/{district_id}/sources/{source_id}": Line("declare", "district"),
    "POST /api/v1/districts/{district_id}/sources/{source_id}/check": Line("declare", "district"),
    "GET /api/v1/districts/{district_id}/targets": Line("declare", "district"),
    "GET /api/v1/districts/{district_id}/targets.csv": Line("declare", "district"),
    "GET /api/v1/districts/{district_id}/targets/{target_id}": Line("declare", "district"),
    "POST /api/v1/districts/{district_id}/targets": Line("declare", "district"),
    "PUT /api/v1/districts/{district_id}/targets/{target_id}": Line("declare", "district"),
    "PATCH /api/v1/districts/{district_id}/targets/{target_id}": Line("declare", "district"),
    "POST /api/v1/districts/{district_id}/targets/{target_id}/check": Line("declare", "district"),
    "POST /api/v1/target-checks": Line("declare", "district", body={"district": "north", "target": {}}),
    "GET /api/v1/target-checks/{check_id}": Line("declare", "district", absent=True),
    "GET /api/v1/runs/{run_id}/ledger": Line("read", "school"),
    "GET /api/v1/runs/{run_id}/ledger.csv": Line("read", "school"),
    "GET /api/v1/schools/{school_id}/settings": Line("read", "school"),
    "PATCH /api/v1/schools/{school_id}/settings": Line("declare", "school", body={"timezone": "Europe/Paris"}),
    "GET /api/v1/system/queues": Line("platform"),
    "GET /api/v1/system/queues.csv": Line("platform"),
    "GET /api/v1/system/parked": Line("platform", query="queue=scheduler.shared.dead"),
    "POST /api/v1/system/parked/requeue": Line("platform", body={"queue": "scheduler.shared.dead"}),
    "POST /api/v1/system/parked/discard": Line("platform", body={"queue": "scheduler.shared.dead", **REASON}),
    "GET /api/v1/system/workers": Line("platform"),
    "GET /api/v1/system/workers.csv": Line("platform"),
    "GET /api/v1/system/versions": Line("platform"),
    "GET /runs": Line("read"),
    "GET /runs/compare": Line("read", query="before={run_id}&after={run_id}"),
    "GET /runs/{run_id}/undo": Line("decide", "school"),
    "POST /runs/{run_id}/undo": Line("decide", "school", body=REASON),
    "POST /runs/{run_id}/cancel": Line("order", "school"),
    "POST /runs/{run_id}/retry": Line("order", "school"),
    "GET /schools/{school_id}": Line("read", "school"),
    "GET /schools/{school_id}/audit": Line("read", "school"),
    "GET /schools/{school_id}/runs": Line("read", "school"),
    "GET /schools/{school_id}/settings": Line("read", "school"),
    "POST /schools/{school_id}/find": Line("read", "school", body={"text": "Marlow"}),
    "GET /schools/{school_id}/rebuild": Line("order", "school"),
    "POST /schools/{school_id}/rebuild": Line("order", "school", body=REASON),
    "POST /schools/{school_id}/settings/mode": Line("order", "school", body={"mode": "paused"}),
    "POST /schools/{school_id}/settings/place": Line("declare", "school", body={"target": "", "timezone": ""}),
    "POST /schools/{school_id}/settings/schedule": Line("declare", "school", body={"at": "20:00", "which": "district"}),
    "GET /api/docs": Line("open"),
    "GET /api/v1/audit.csv": Line("read"),
    "GET /api/v1/errors/causes.csv": Line("read"),
    "GET /api/v1/consents.csv": Line("read"),
    "GET /api/v1/devices.csv": Line("read"),
    "GET /api/v1/districts.csv": Line("read"),
    "GET /api/v1/districts/{district_id}/nightly-mode": Line("read", "district"),
    "GET /api/v1/districts/{district_id}/nights.csv": Line("read", "district"),
    "GET /api/v1/holds.csv": Line("read"),
    "GET /api/v1/keys.csv": Line("administer"),
    "GET /api/v1/orders/{order_id}": Line("read", "district", absent=True),
    "GET /api/v1/pools.csv": Line("read"),
    "GET /api/v1/runs.csv": Line("read"),
    "GET /api/v1/runs/{run_id}/compare/{other_id}.csv": Line("read", "school"),
    "GET /api/v1/runs/{run_id}/errors.csv": Line("read", "school"),
    "GET /api/v1/schools.csv": Line("read"),
    "GET /api/v1/schools/{school_id}/compare.csv": Line("read", "school", "from=1&to=1"),
    "GET /api/v1/schools/{school_id}/nightly-mode": Line("read", "school"),
    "GET /api/v1/users.csv": Line("administer"),
    "GET /consents": Line("read"),
    "GET /consents/{consent_id}/confirm": Line("decide", "district", absent=True),
    "POST /consents/{consent_id}/confirm": Line("decide", "district", absent=True),
    "POST /consents/{consent_id}/reject": Line("decide", "district", absent=True),
    "GET /devices": Line("read"),
    "GET /devices/new": Line("declare", "district", "district=north"),
    "POST /devices": Line("declare", "district", "district=north", {"name": "Box 2", "school": "{school_id}"}),
    "GET /devices/{device_id}": Line("read", "school"),
    "GET /devices/{device_id}/syncs": Line("read", "school"),
    "GET /devices/{device_id}/syncs/{run_id}": Line("read", "school", absent=True),
    "POST /devices/{device_id}/sync": Line("order", "school"),
    "POST /devices/{device_id}/enabled": Line("declare", "school", body={"on": "true"}),
    "POST /devices/{device_id}/schedule": Line("declare", "school", body={"daily_at": "03:00"}),
    "POST /devices/{device_id}/advanced": Line("declare", "school"),
    "GET /devices/{device_id}/force": Line("declare", "school"),
    "POST /devices/{device_id}/force": Line("declare", "school", body={"on": "false"}),
    "GET /devices/{device_id}/remove": Line("declare", "school"),
    "GET /errors": Line("read"),
    "GET /errors.csv": Line("read"),
    "GET /errors/{code}": Line("read"),
    "GET /schools/{school_id}/errors": Line("read", "school"),
    "GET /schools/{school_id}/errors.csv": Line("read", "school"),
    "GET /find": Line("read"),
    "POST /find": Line("read", body={"text": "nobody-of-this-name"}),
    "GET /help": Line("read"),
    "GET /help/errors": Line("read"),
    "GET /help/errors/{code}": Line("read"),
    "GET /help/glossary": Line("read"),
    "GET /help/keyboard": Line("read"),
    "GET /help/syncs": Line("read"),
    "GET /holds": Line("read"),
    "GET /holds/{hold_id}": Line("read", "school"),
    "POST /holds/{hold_id}": Line("read", "school", body={"text": "Marlow"}),
    "GET /holds/{hold_id}/decision": Line("decide", "school", "decision=reject&plan_hash=hash-1"),
    "POST /holds/{hold_id}/decision": Line(
        "decide", "school", body={"decision": "reject", "plan_hash": "hash-1", **REASON}
    ),
    "GET /records/{entity}/{key:path}": Line("read", query="district=north"),
    "GET /records/sync": Line("order", "school", "district=north&entity=user&key=u-1&school={school_id}"),
    "POST /records/sync": Line(
        "order", "school", "district=north", {"entity": "user", "key": "u-1", "school": "{school_id}"}
    ),
    "GET /records/undo": Line("decide", "school", "district=north&entity=user&key=u-1&run={run_id}"),
    "POST /records/undo": Line(
        "decide", "school", "district=north", {"entity": "user", "key": "u-1", "run": "{run_id}", **REASON}
    ),
    "GET /runs/{run_id}/plan": Line("read", "school"),
    "POST /runs/{run_id}/plan": Line("read", "school", body={"text": "Marlow"}),
    "POST /devices/{device_id}/remove": Line("declare", "school"),
    "DELETE /api/v1/devices/{device_id}": Line("declare", "school"),
    "GET /help/problems": Line("own"),
    "GET /help/problems/{code}": Line("own"),
    "POST /sign-out": Line("own"),
    "GET /settings/policy": Line("declare", "district", "district=north"),
    "POST /settings/policy": Line("declare", "district", "district=north"),
    "POST /settings/policy/second-person": Line("declare", "district", "district=north"),
    "GET /settings/families": Line("declare", "district", "district=north"),
    "POST /settings/families": Line("declare", "district", "district=north"),
    "GET /settings/mapping": Line("declare", "district", "district=north"),
    "POST /settings/mapping": Line("declare", "district", "district=north"),
    "GET /settings/schedule": Line("declare", "district", "district=north"),
    "POST /settings/schedule": Line("declare", "district", "district=north"),
    "POST /settings/schedule/dates": Line("declare", "district", "district=north"),
    "GET /settings/sources": Line("declare", "district", "district=north"),
    "GET /settings/sources/add": Line("declare", "district", "district=north"),
    "GET /settings/sources/{source_id}": Line("declare", "district", "district=north"),
    "POST /settings/sources/{source_id}": Line("declare", "district", "district=north"),
    "POST /settings/sources/{source_id}/check": Line("declare", "district", "district=north"),
    "GET /settings/sources/{source_id}/remove": Line("declare", "district", "district=north"),
    "POST /settings/sources/{source_id}/remove": Line("declare", "district", "district=north"),
    "GET /settings/targets": Line("declare", "district", "district=north"),
    "GET /settings/targets/add": Line("declare", "district", "district=north"),
    "POST /settings/targets/add": Line("declare", "district", "district=north"),
    "GET /settings/targets/{target_id}": Line("declare", "district", "district=north"),
    "POST /settings/targets/{target_id}": Line("declare", "district", "district=north"),
    "POST /settings/targets/{target_id}/check": Line("declare", "district", "district=north"),
    "GET /settings/targets/{target_id}/remove": Line("declare", "district", "district=north"),
    "POST /settings/targets/{target_id}/remove": Line("declare", "district", "district=north"),
    "GET /settings/schools": Line("declare", "district", "district=north"),
    "GET /settings/notifications": Line("declare", "district", "district=north"),
    "POST /settings/notifications": Line("declare", "district", "district=north"),
    "POST /settings": Line("declare", "district", "district=north"),
    "POST /settings/new/moodle": Line("declare", "district", "district=north"),
    "POST /settings/new/check": Line("declare", "district", "district=north"),
    "POST /settings/new/schools": Line("declare", "district", "district=north"),
    "GET /settings/users": Line("administer", "district", "district=north"),
    "GET /settings/users/add": Line("administer", "district", "district=north"),
    "POST /settings/users/add": Line("administer", "district", "district=north"),
    "GET /settings/users/{user_id}": Line("administer", "district", "district=north"),
    "POST /settings/users/{user_id}": Line("administer", "district", "district=north"),
    "GET /settings/keys": Line("administer", "district", "district=north"),
    "POST /settings/keys": Line("administer", "district", "district=north"),
    "GET /settings/keys/{key_id}/revoke": Line("administer", "district", "district=north"),
    "POST /settings/keys/{key_id}/revoke": Line("administer", "district", "district=north"),
    "GET /settings": Line("declare", "district", "district=north"),
    "GET /settings/audit": Line("read", "district", "district=north"),
    "GET /settings/audit.csv": Line("read", "district", "district=north"),
    "GET /settings/checks/{what}/{check_id}": Line("declare", "district"),
    "POST /settings/schedule/dates/remove": Line(
        "declare", "district", "district=north", {"first": "2031-12-21", "last": "2032-01-03"}
    ),
    "POST /settings/notifications/remove": Line("declare", "district", "district=north", {"email": "a@b.example"}),
    "POST /settings/schools": Line("declare", "district", "district=north", {"act": "zone", "chosen": "{school_id}"}),
    "POST /settings/sources/add": Line("declare", "district", "district=north&kind=wonde"),
    "POST /settings/users/{user_id}/act": Line("administer", "district", "district=north", {"what": "invite"}),
    "GET /settings/new": Line("platform"),
    "POST /settings/new": Line("platform"),
    "POST /settings/new/source": Line("declare", "district", "district=north&kind=wonde"),
    "POST /settings/new/preview": Line("declare", "district", "district=north"),
    "POST /settings/new/approve": Line("declare", "district", "district=north"),
    "GET /system": Line("platform"),
    "GET /system/parked": Line("platform", query="queue=scheduler.all"),
    "POST /system/parked": Line("platform", body={"queue": "scheduler.all", "act": "discard"}),
    "GET /account": Line("own"),
    "POST /account": Line("own"),
    "POST /account/password": Line("own"),
    "POST /account/second-factor": Line("own"),
    "POST /account/second-factor/confirm": Line("own"),
    "POST /account/second-factor/remove": Line("own"),
    "POST /account/sessions/end": Line("own"),
    "DELETE /api/v1/districts/{district_id}/sources/{source_id}": Line("declare", "district"),
    "DELETE /api/v1/districts/{district_id}/targets/{target_id}": Line("declare", "district"),
}


def all_routes(app: FastAPI) -> Iterator[str]:
    """`METHOD /path` of everything that the application answers; static files apart."""
    for route in app.routes:
        contexts = getattr(route, "effective_route_contexts", None)
        found: list[Any] = list(contexts()) if contexts else [route]
        for one in found:
            methods = getattr(one, "methods", None) or ()
            yield from (f"{method} {one.path}" for method in methods if method != "HEAD")


def filled(text: str, values: dict[str, str | UUID]) -> str:
    """An address with ids in place of names."""
    for name, value in {**values, "key:path": values["key"]}.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def filled_body(body: dict[str, Any], values: dict[str, str | UUID]) -> dict[str, Any]:
    """The same for a body."""
    return {name: filled(value, values) if isinstance(value, str) else value for name, value in body.items()}
