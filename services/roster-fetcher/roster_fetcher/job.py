"""What one run is about, found in the registry."""

from typing import NamedTuple
from uuid import UUID

from common import registry
from common.db import Pool
from common.errors import Permanent
from common.events import Mode, SyncRequested
from common.registry import Source


class Job(NamedTuple):
    """One run of one school."""

    district_id: str
    school_id: UUID
    run_id: UUID
    mode: Mode
    source_school_id: str
    source: Source
    fence: int = 0


async def find_job(pool: Pool, event: SyncRequested) -> Job:
    """Look up the school and its source. Raises `Permanent` for what is not, or no longer, declared."""
    school = await registry.school(pool, event.district_id, event.school_id)
    if school is None:
        raise Permanent("The school is not declared any more. Declare the district again.", code="SCHOOL_NOT_FOUND")
    source = await registry.source(pool, event.district_id, school.source_id)
    if source is None:
        raise Permanent("The school's source is not declared. Declare the district again.", code="SETTINGS_INVALID")
    return Job(
        event.district_id, event.school_id, event.run_id, event.mode, school.source_school_id, source, event.fence
    )
