"""What the pages of settings share: their tabs, who may see them, and saving a form that others may have overtaken."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import Response

from common.db import Connection
from common.language import mark
from common.uow import UnitOfWork
from dashboard_api.auth.principal import Scope
from dashboard_api.language import _
from dashboard_api.pages.addresses import with_query
from dashboard_api.pages.forms import Form, is_late
from dashboard_api.pages.visit import Visit
from dashboard_api.problems import Problem
from dashboard_api.queries import districts

PARTS = {
    "": mark("District"),
    "sources": mark("Sources"),
    "targets": mark("Moodle sites"),
    "schools": mark("Schools"),
    "schedule": mark("Schedule"),
    "policy": mark("Policy"),
    "mapping": mark("Names in Moodle"),
    "families": mark("Families"),
    "notifications": mark("Notifications"),
    "users": mark("Users and roles"),
    "keys": mark("API keys"),
    "audit": mark("Audit log"),
}
"""By the last part of their address."""
SCOPES: dict[str, Scope] = {"users": "administer", "keys": "administer", "audit": "read"}
"""What one must be allowed to see them; the others take `declare`."""
Present = Callable[[Connection], Awaitable[Mapping[str, Any]]]
Write = Callable[[UnitOfWork], Awaitable[None]]


def at(visit: Visit, part: str = "", **more: object) -> str:
    """The address of a part."""
    path = f"/settings/{part}" if part else "/settings"
    return with_query(path, {"district": visit.district, **more})


def show(
    visit: Visit, template: str, part: str, title: str, sentence: str, status: int = 200, **values: Any
) -> Response:
    """A page of settings, in its frame."""
    parts = [(key, _(name)) for key, name in PARTS.items() if visit.visitor.may(SCOPES.get(key, "declare"))]
    set_up = any(one["set_up"] for one in visit.districts if one["id"] == visit.district)
    about = {"parts": parts, "part": part, "title": title, "sentence": sentence, "set_up": set_up}
    return visit.render(template, status, **about, **values)


async def saved(visit: Visit, form: Form, present: Present | None, write: Write) -> bool:
    """Whether the form was written; if not, it says why. `present` reads its fields as they are; None: what is new."""
    if form.mistakes:
        return False
    try:
        async with visit.context.unit_of_work() as uow:
            await districts.lock(uow.conn, visit.district)
            if present and is_late(form, await present(uow.conn)):
                return False
            await write(uow)
    except Problem as problem:
        form.blame(problem)
        return False
    return True
