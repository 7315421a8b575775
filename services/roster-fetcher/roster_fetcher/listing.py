"""Which schools a source shares: kept, and told."""

from collections.abc import Sequence

from common.errors import Permanent
from common.events import SchoolsListed, SchoolsNotListed, SettingsChanged
from common.uow import UnitOfWork
from roster_fetcher import listed_schools, school_lock
from roster_fetcher.sources.protocol import ListedSchool, SourceTrouble

NONE_SHARED = SourceTrouble(
    "SOURCE_EMPTY", "The source answers, but shares no school. Check what is shared with this client at the source."
)


async def list_source(uow: UnitOfWork, event: SettingsChanged, source_id: str, schools: Sequence[ListedSchool]) -> None:
    """Keep the listing and tell of it. No school at all is no listing: the last one stands. Inside the unit of work."""
    if not schools:
        report_no_listing(uow, event, source_id, NONE_SHARED)
        return
    await school_lock.wait_in_transaction(uow.conn, "listing", event.district_id, source_id)
    number = await listed_schools.replace(uow.conn, event.district_id, source_id, schools)
    about = {"district_id": event.district_id, "pool": event.pool, "source_id": source_id}
    uow.emit(SchoolsListed(**about, schools=len(schools), listing=number))


def report_no_listing(uow: UnitOfWork, event: SettingsChanged, source_id: str, trouble: Permanent) -> None:
    """Tell why a source's schools are not known; blank: whichever has not told them. Inside the unit of work."""
    about = {"district_id": event.district_id, "pool": event.pool, "source_id": source_id}
    uow.emit(SchoolsNotListed(**about, code=trouble.code, detail=str(trouble)))
