"""Lists of runs and single runs, as JSON."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from common.db import Connection, Pool, Row
from dashboard_api.queries.pages import Page

STANDINGS = {
    "running": "status < 'refused'",
    "completed": "status = 'completed' AND coalesce(errors, 0) = 0 AND outcome IN ('clean', 'nothing_to_do')",
    "with_errors": "status = 'completed' AND (errors > 0 OR outcome = 'with_errors')",
    "failed": "status = 'failed'",
    "held": "status = 'completed' AND outcome = 'held'",
    "cancelled": "status = 'completed' AND outcome = 'cancelled'",
    "refused": "status = 'refused'",
}
"""How a run may stand, as people ask for it, and what that is of its row."""
PREVIEW = "preview"


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
    standing: str | None = None
    """One of `STANDINGS`."""
    what: str | None = None
    """A mode; the kind of what is no sync (undo, rebuild, device); or `PREVIEW`, for dry runs."""
    trigger: str | None = None
    school: str = ""
    """Part of the school's name."""


async def page(pool: Pool, wanted: RunFilter) -> Page:
    """A page of runs, the newest first."""
    row = await pool.fetchrow(
        f"""
        WITH page AS (
            SELECT district_id, id, noted_at FROM run
            WHERE ($1::text[] IS NULL OR district_id = ANY($1))
              AND ($2::text IS NULL OR district_id = $2)
              AND ($3::uuid IS NULL OR school_id = $3)
              AND ($4::uuid IS NULL OR order_id = $4)
              AND ($5::text IS NULL OR status = $5::run_status)
              AND ($6::timestamptz IS NULL OR (noted_at, id) < ($6, $7::uuid))
              AND ({STANDINGS[wanted.standing] if wanted.standing else "true"})
              AND ($9::text IS NULL OR CASE WHEN $9 = '{PREVIEW}' THEN dry_run
                                            ELSE coalesce(nullif(kind, 'roster'), mode) = $9 END)
              AND ($10::text IS NULL OR trigger = $10)
              AND ($11::text IS NULL OR school_id IN (
                   SELECT s.id FROM school s
                   WHERE s.district_id = run.district_id AND position(lower($11) IN lower(s.name)) > 0))
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
        wanted.what,
        wanted.trigger,
        wanted.school or None,
    )
    assert row is not None
    return Page.of(row)


async def of_last_day(pool: Pool, district_id: str) -> Row:
    """`runs, running, with_errors, failed` of a district: how many began within 24 hours, or are still under way."""
    row = await pool.fetchrow(
        f"""
        SELECT count(*) AS runs, count(*) FILTER (WHERE {STANDINGS["running"]}) AS running,
               count(*) FILTER (WHERE {STANDINGS["with_errors"]}) AS with_errors,
               count(*) FILTER (WHERE {STANDINGS["failed"]}) AS failed
        FROM run WHERE district_id = $1 AND (noted_at > now() - interval '24 hours' OR status < 'refused')
        """,
        district_id,
    )
    assert row is not None
    return row


async def comparable(pool: Pool, district_id: str, school_id: UUID, limit: int) -> list[Row]:
    """`id, snapshot, kind, mode, dry_run, noted_at` of a school's latest runs that have read it, newest first."""
    return await pool.fetch(
        """
        SELECT id, snapshot, kind, mode, dry_run, noted_at FROM run
        WHERE district_id = $1 AND school_id = $2 AND snapshot IS NOT NULL
        ORDER BY noted_at DESC, id DESC LIMIT $3
        """,
        district_id,
        school_id,
        limit,
    )


async def read_before(pool: Pool, district_id: str, school_id: UUID, id_: UUID) -> UUID | None:
    """The run of the same school that read it last before this one did."""
    found: UUID | None = await pool.fetchval(
        """
        SELECT r.id FROM run r JOIN run this ON this.district_id = $1 AND this.id = $3
        WHERE r.district_id = $1 AND r.school_id = $2 AND r.snapshot IS NOT NULL
          AND (r.noted_at, r.id) < (this.noted_at, this.id)
        ORDER BY r.noted_at DESC, r.id DESC LIMIT 1
        """,
        district_id,
        school_id,
        id_,
    )
    return found


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
