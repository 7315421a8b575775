"""What the page of a school needs, in few queries."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from common.db import Pool
from dashboard_api.queries import holds, schedules, school_facts
from dashboard_api.school_rows import complete
from dashboard_api.words.errors import explained_causes

RUNS = 14
"""Of the strip."""
NIGHTS = 5


async def school_page(pool: Pool, district_id: str, school_id: UUID) -> dict[str, Any] | None:
    """All of a school: its row as lists have it, and what only its page shows. None if there is no such school.

    Beside the keys of `school_facts.one` (`causes` in words too): `next_night` also with `starts_at`, the moment that
    its place in the wave gives it; `nights_came`, the latest nights as the scheduler tells them; `hold`, what waits for
    a decision, as `holds.one` has it, with `held`, how many operations these are; None where nothing waits.
    """
    found = await school_facts.one(pool, district_id, school_id, RUNS)
    if found is None:
        return None
    await complete(pool, [found])
    await _add_start(pool, found)
    found["causes"] = explained_causes(found["causes"])
    came = await schedules.occurrences(pool, district_id, school_id, NIGHTS)
    found["nights_came"] = [{key: row[key] for key in ("night", "at", "state", "reason", "run_id")} for row in came]
    found["hold"] = await _hold(pool, district_id, found["hold_id"])
    return found


async def _add_start(pool: Pool, school: dict[str, Any]) -> None:
    spread = school.pop("spread_seconds")
    if coming := school["next_night"]:
        when = [(date.fromisoformat(coming["date"]), datetime.fromisoformat(coming["at"]))]
        (coming["starts_at"],) = await schedules.starts(pool, UUID(school["id"]), when, spread)


async def _hold(pool: Pool, district_id: str, hold_id: str | None) -> dict[str, Any] | None:
    hold = await holds.one(pool, [district_id], UUID(hold_id)) if hold_id else None
    if hold is None:
        return None
    return {**hold, "held": sum(n for kinds in hold["operations"].values() for n in kinds.values())}
