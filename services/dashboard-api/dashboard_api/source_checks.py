"""Having a source tried out: what to open, sealed, and the event that says so, in one transaction."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from common.events import SourceCheckOrdered
from common.sealing import SecretBox
from common.uow import UnitOfWork
from dashboard_api.auth.principal import Principal
from dashboard_api.declare.kinds import split
from dashboard_api.declare.sources import Source
from dashboard_api.problems import not_found
from dashboard_api.queries import audit, districts, source_checks, sources
from dashboard_api.queries.source_checks import NewCheck


@dataclass(frozen=True, slots=True)
class Wish:
    """A source to try out, as it would be declared. `school` is its own id of the one to read; None: any.

    `pool`: whose workers do it; None: the district's, or `shared` while that is not declared.
    """

    source: Source
    school: str | None = None
    pool: str | None = None


async def order(uow: UnitOfWork, box: SecretBox, principal: Principal, district_id: str, wish: Wish) -> UUID:
    """The id of the check. Inside the unit of work. The district need not be declared."""
    settings, secrets = split(wish.source)
    pool = wish.pool or await districts.pool_of(uow.conn, district_id)
    return await _order(
        uow,
        principal,
        NewCheck(district_id, uuid4(), pool, wish.source.kind, settings, box.seal(secrets), wish.school),
    )


async def order_declared(
    uow: UnitOfWork, principal: Principal, district_id: str, source_id: str, school: str | None
) -> UUID:
    """The same of a source that is declared, as it is, secrets included. Raises `Problem` 404."""
    known = (await sources.known(uow.conn, district_id)).get(source_id)
    if known is None:
        raise not_found("source")
    pool = await districts.pool_of(uow.conn, district_id)
    return await _order(uow, principal, NewCheck(district_id, uuid4(), pool, *known, school))


async def _order(uow: UnitOfWork, principal: Principal, check: NewCheck) -> UUID:
    await source_checks.add(uow.conn, check, principal.id)
    detail = {"kind": check.kind, "school": check.school}
    await audit.add(uow.conn, check.district_id, principal.id, "check_source", f"source_check/{check.id}", detail)
    uow.emit(SourceCheckOrdered(district_id=check.district_id, pool=check.pool, check_id=check.id))
    return check.id
