"""Placing an order for runs: the event and the runs it will come to, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID, uuid4

from common.db import Connection
from common.event_model import RunKind, RunScope
from common.orders import SyncOrdered
from common.uow import UnitOfWork
from dashboard_api.auth.principal import Principal
from dashboard_api.language import _
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import audit, districts, hints, runs, schools

OrderMode = Literal["partial", "full", "refresh"]
WHOLE = RunScope()
"""All of a school."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to do: `partial` creates what is new, `full` makes Moodle match the source, `refresh` only reads."""

    mode: OrderMode
    dry_run: bool = False
    reason: str = ""
    kind: RunKind = "roster"
    scope: RunScope = WHOLE
    device_id: UUID | None = None
    """The device, of kind device; the order is of its school alone."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An order, and the runs that it comes to: school, its name, run."""

    order_id: UUID
    runs: list[tuple[UUID, str, UUID]]


async def place(
    uow: UnitOfWork, principal: Principal, district_id: str, school_ids: Sequence[UUID] | None, wish: Wish
) -> Placed:
    """Order runs of these schools, or of all that are set up (None). Raises `Problem` for schools that cannot sync.

    The order always names its schools: one that is set up a moment later is not part of it.
    """
    if wish.scope != WHOLE and (school_ids is None or len(school_ids) != 1):
        raise Problem(422, "one_school", _("What is narrowed to a record or a run is of one school. Name that school."))
    names = await _orderable(uow.conn, district_id, school_ids)
    order = SyncOrdered(
        district_id=district_id,
        pool=await districts.pool_of(uow.conn, district_id),
        order_id=uuid4(),
        schools=tuple(names),
        kind=wish.kind,
        device_id=wish.device_id,
        mode=wish.mode,
        dry_run=wish.dry_run,
        scope=wish.scope,
        reason=wish.reason,
        ordered_by=principal.id,
    )
    await runs.note_all(uow.conn, runs.facts_of_order(order, list(names), datetime.now(UTC)))
    await audit.add(
        uow.conn,
        district_id,
        principal.id,
        "order",
        f"order/{order.order_id}",
        {
            "kind": wish.kind,
            "mode": wish.mode,
            "dry_run": wish.dry_run,
            "reason": wish.reason,
            "schools": len(names),
            "scope": wish.scope.model_dump(mode="json", exclude_defaults=True),
            **({"device": str(wish.device_id)} if wish.device_id else {}),
        },
    )
    await hints.tell(uow.conn, order)
    uow.emit(order)
    return Placed(order.order_id, [(id_, name, runs.run_of(order.order_id, id_)) for id_, name in names.items()])


async def _orderable(conn: Connection, district_id: str, wanted: Sequence[UUID] | None) -> dict[UUID, str]:
    """The names of the schools, by id."""
    ids = await schools.set_up(conn, district_id) if wanted is None else list(wanted)
    if not ids:
        raise Problem(
            409,
            "no_schools",
            _("No school of this district is set up yet. Declare its schools in the district file first."),
        )
    found = {row["id"]: row for row in await schools.named(conn, district_id, ids)}
    for id_ in ids:
        if id_ not in found:
            raise not_found("school")
        _require_set_up(found[id_]["name"], found[id_]["shared"], found[id_]["target_id"])
    return {id_: found[id_]["name"] for id_ in ids}


def _require_set_up(name: str, shared: bool, target_id: str | None) -> None:
    if target_id is None:
        raise Problem(
            409,
            "not_set_up",
            _("{name} is not set up. Name it in the district file under schools, and apply the file.", name=name),
        )
    if not shared:
        raise Problem(
            409,
            "not_shared",
            _(
                "{name} is not among the schools that the source shares. Share it there, and apply the district file.",
                name=name,
            ),
        )
