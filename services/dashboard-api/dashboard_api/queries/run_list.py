"""Lists of runs and single runs, as JSON."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from common.db import Connection, Pool, Row
from dashboard_api.queries.pages import Page


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs. `districts` None: all."""

    districts: list[str] | None
    district_id: str | None = None
    school_id: UUID | None = None
    order_id: UUID | None = None
    status: str | None = None
    after: tuple[datetime, UUID] | None = None
    """The sort key (first heard of, id) of the last run before the page."""
    limit: int = 50


async def page(pool: Pool, wanted: RunFilter) -> Page:
    """A page of runs, the newest first."""
    row = await pool.fetchrow(
        """
        WITH page AS (
            SELECT district_id, id, noted_at FROM run
            WHERE ($1::text[] IS NULL OR district_id = ANY($1))
              AND ($2::text IS NULL OR district_id = $2)
              AND ($3::uuid IS NULL OR school_id = $3)
              AND ($4::uuid IS NULL OR order_id = $4)
              AND ($5::text IS NULL OR status = $5::run_status)
              AND ($6::timestamptz IS NULL OR (noted_at, id) < ($6, $7::uuid))
            ORDER BY noted_at DESC, id DESC LIMIT $8 + 1
        ), kept AS (SELECT * FROM page ORDER BY noted_at DESC, id DESC LIMIT $8)
        SELECT coalesce(json_agg(to_json(o) ORDER BY k.noted_at DESC, k.id DESC), '[]')::text AS items,
               CASE WHEN (SELECT count(*) FROM page) > $8 THEN (
                   SELECT json_build_array(noted_at, id) FROM kept ORDER BY noted_at, id LIMIT 1
               )::text END AS next
        FROM kept k JOIN run_overview o ON o.district_id = k.district_id AND o.id = k.id
        """,
        wanted.districts,
        wanted.district_id,
        wanted.school_id,
        wanted.order_id,
        wanted.status,
        wanted.after[0] if wanted.after else None,
        wanted.after[1] if wanted.after else None,
        wanted.limit,
    )
    assert row is not None
    return Page.of(row)


async def one_json(pool: Pool, districts: list[str] | None, id_: UUID) -> str | None:
    """A run with its errors by code, its notices and its district's `locale` (null for one that is not declared).

    As JSON; None if there is none that one may see.
    """
    text: str | None = await pool.fetchval(
        """
        SELECT to_json(v)::text FROM (
            SELECT o.*, (SELECT locale FROM district WHERE id = o.district_id) AS locale,
                   (SELECT coalesce(json_agg(to_json(e) ORDER BY e.occurrences DESC, e.code), '[]') FROM (
                        SELECT code, severity, sum(occurrences) AS occurrences FROM run_error_code
                        WHERE district_id = o.district_id AND run_id = o.id
                        GROUP BY code, severity) e) AS errors_by_code,
                   (SELECT coalesce(json_agg(json_build_object(
                               'channel', n.channel, 'sent_at', n.sent_at, 'failure', n.failure)), '[]')
                    FROM notice n WHERE n.district_id = o.district_id AND n.run_id = o.id) AS notices
            FROM run_overview o WHERE o.id = $1 AND ($2::text[] IS NULL OR o.district_id = ANY($2))) v
        """,
        id_,
        districts,
    )
    return text


async def district_of(pool: Pool, districts: list[str] | None, id_: UUID) -> str | None:
    """The district of a run, among those that one may see. `districts` None: all."""
    district: str | None = await pool.fetchval(
        "SELECT district_id FROM run WHERE id = $1 AND ($2::text[] IS NULL OR district_id = ANY($2))", id_, districts
    )
    return district


async def standing(conn: Connection, district_id: str, id_: UUID) -> Row:
    """`status, school_id` of a run that is there."""
    row = await conn.fetchrow("SELECT status, school_id FROM run WHERE district_id = $1 AND id = $2", district_id, id_)
    assert row is not None
    return row


async def errors_page(
    pool: Pool, district_id: str, run_id: UUID, after: tuple[str, str, int, int] | None, limit: int
) -> Page:
    """A page of a run's data errors, by code. `after` is the sort key of the last one before the page."""
    row = await pool.fetchrow(
        """
        WITH page AS (
            SELECT code, phase, part, seq, severity, entity, source_key, field, value, detail FROM run_error
            WHERE district_id = $1 AND run_id = $2
              AND ($3::text IS NULL OR (code, phase, part, seq) > ($3, $4, $5, $6))
            ORDER BY code, phase, part, seq LIMIT $7 + 1
        ), kept AS (SELECT * FROM page ORDER BY code, phase, part, seq LIMIT $7)
        SELECT coalesce(json_agg(json_build_object(
                   'code', code, 'severity', severity, 'entity', entity, 'source_id', source_key, 'field', field,
                   'value', value, 'detail', detail, 'phase', phase)
                   ORDER BY code, phase, part, seq), '[]')::text AS items,
               CASE WHEN (SELECT count(*) FROM page) > $7 THEN (
                   SELECT json_build_array(code, phase, part, seq) FROM kept
                   ORDER BY code DESC, phase DESC, part DESC, seq DESC LIMIT 1
               )::text END AS next
        FROM kept
        """,
        district_id,
        run_id,
        *(after or (None,) * 4),
        limit,
    )
    assert row is not None
    return Page.of(row)


async def of_order(pool: Pool, district_id: str, order_id: UUID) -> Row:
    """`runs, mode, dry_run` of an order: how many runs it has come to."""
    row = await pool.fetchrow(
        "SELECT count(*) AS runs, min(mode) AS mode, bool_or(dry_run) AS dry_run FROM run "
        "WHERE district_id = $1 AND order_id = $2",
        district_id,
        order_id,
    )
    assert row is not None
    return row
