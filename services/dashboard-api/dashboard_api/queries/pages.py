"""What a page of a list is: its rows as JSON, made by PostgreSQL, and where the next page begins."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import from_json

from common.db import Connection, Pool, Row


@dataclass(frozen=True, slots=True)
class Page:
    """`items` is a JSON array; `next` the sort key of the last row where more follow."""

    items: str
    next: list[str] | None

    @classmethod
    def of(cls, row: Row) -> "Page":
        """From a row with `items` and `next`, both JSON text."""
        return cls(row["items"], json.loads(row["next"]) if row["next"] else None)

    def rows(self) -> list[dict[str, Any]]:
        """The rows for a template."""
        rows: list[dict[str, Any]] = from_json(self.items)
        return rows


@dataclass(frozen=True, slots=True)
class StateFilter:
    """Which of what waits for somebody, or was decided. `districts` None: all."""

    districts: list[str] | None
    district_id: str | None = None
    school_id: UUID | None = None
    state: str | None = None
    after: tuple[datetime, UUID] | None = None
    """The sort key (since when, id) of the last one before the page."""
    limit: int = 50


async def newest_first(pool: Pool, rows: str, since: str, wanted: StateFilter) -> Page:
    """A page of `rows`, a query that gives `district_id, school_id, state, id` and, as its column `since`, a time."""
    row = await pool.fetchrow(
        f"""
        WITH page AS (
            SELECT * FROM ({rows}) o
            WHERE ($1::text[] IS NULL OR district_id = ANY($1))
              AND ($2::text IS NULL OR district_id = $2)
              AND ($3::uuid IS NULL OR school_id = $3)
              AND ($4::text IS NULL OR state = $4)
              AND ($5::timestamptz IS NULL OR ({since}, id) < ($5, $6::uuid))
            ORDER BY {since} DESC, id DESC LIMIT $7 + 1
        ), kept AS (SELECT * FROM page ORDER BY {since} DESC, id DESC LIMIT $7)
        SELECT coalesce(json_agg(to_json(kept) ORDER BY {since} DESC, id DESC), '[]')::text AS items,
               CASE WHEN (SELECT count(*) FROM page) > $7 THEN (
                   SELECT json_build_array({since}, id) FROM kept ORDER BY {since}, id LIMIT 1)::text END AS next
        FROM kept
        """,
        wanted.districts,
        wanted.district_id,
        wanted.school_id,
        wanted.state,
        *(wanted.after or (None, None)),
        wanted.limit,
    )
    assert row is not None
    return Page.of(row)


async def by_name(
    pool: Pool,
    table: str,
    shown: str,
    districts: list[str] | None,
    district_id: str | None,
    after: tuple[str, UUID] | None,
    limit: int,
) -> Page:
    """A page of those who have to do with these districts (None: all) and this one, each as `shown` makes it of `t`.

    `after`: the last name before the page, in lower case, and its id.
    """
    row = await pool.fetchrow(
        f"""
        WITH page AS (
            SELECT * FROM {table}
            WHERE ($1::text[] IS NULL OR districts && $1)
              AND ($2::text IS NULL OR districts IS NULL OR $2 = ANY (districts))
              AND ($3::text IS NULL OR (lower(name), id) > ($3, $4::uuid))
            ORDER BY lower(name), id LIMIT $5 + 1
        ), kept AS (SELECT * FROM page ORDER BY lower(name), id LIMIT $5)
        SELECT coalesce(json_agg({shown} ORDER BY lower(t.name), t.id), '[]')::text AS items,
               CASE WHEN (SELECT count(*) FROM page) > $5 THEN (
                   SELECT json_build_array(lower(name), id) FROM kept ORDER BY lower(name) DESC, id DESC LIMIT 1)::text
               END AS next
        FROM kept t
        """,
        districts,
        district_id,
        *(after or (None, None)),
        limit,
    )
    assert row is not None
    return Page.of(row)


async def one_of(
    conn: Connection | Pool, table: str, shown: str, districts: list[str] | None, id_: UUID
) -> dict[str, Any] | None:
    """The one with this id, if it has to do with these districts (None: all), as `shown` makes it of `t`."""
    text: str | None = await conn.fetchval(
        f"SELECT {shown}::text FROM {table} t WHERE ($1::text[] IS NULL OR t.districts && $1) AND t.id = $2",
        districts,
        id_,
    )
    return json.loads(text) if text else None
