"""Which schools a source shares, as the fetcher was told."""

from common.events import SchoolsListed, SchoolsNotListed
from common.uow import UnitOfWork
from dashboard_api.projections.told import told_at
from dashboard_api.queries import districts, hints, schools, sources


async def note_listing(event: SchoolsListed, uow: UnitOfWork) -> None:
    """Bring the source's schools in line with its listing.

    The schools are read as they are listed now, not as of the event, so that events in any order end in the same state.
    """
    async with uow:
        await districts.lock(uow.conn, event.district_id)
        await schools.take_listing(uow.conn, event.district_id, event.source_id)
        await sources.note_listing(uow.conn, event.district_id, event.source_id, told_at(uow))
        await hints.tell(uow.conn, event)


async def note_failed_listing(event: SchoolsNotListed, uow: UnitOfWork) -> None:
    """Keep why the source could not tell; its schools stay as they are."""
    async with uow:
        await sources.note_failed_listing(
            uow.conn, event.district_id, event.source_id, event.code, event.detail, told_at(uow)
        )
        await hints.tell(uow.conn, event)
