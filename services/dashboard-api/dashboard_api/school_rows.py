"""Rows of schools as lists show them: what the database knows, and the night that comes next."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_json

from common.db import Pool
from dashboard_api.next_nights import add_next_nights
from dashboard_api.queries import schedules, school_list
from dashboard_api.queries.pages import Page
from dashboard_api.queries.school_list import SchoolFilter


async def page(pool: Pool, wanted: SchoolFilter) -> Page:
    """A page of schools, each a row of `school_overview` with `next_night`."""
    found = await school_list.page(pool, wanted)
    rows = found.rows()
    await complete(pool, rows)
    return replace(found, items=to_json(rows).decode())


async def complete(pool: Pool, rows: list[dict[str, Any]]) -> None:
    """Add the next night to rows of `school_overview`."""
    districts = {row["district_id"] for row in rows}
    dates = {one: await schedules.dates_without_sync(pool, one) for one in districts}
    add_next_nights(rows, dates, datetime.now(UTC))
