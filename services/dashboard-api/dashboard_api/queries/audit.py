"""The table `audit`: what people and keys did."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from common.db import Connection, Pool, Row
from dashboard_api.queries.pages import Page


async def add(
    conn: Connection, district_id: str, actor: str, action: str, subject: str, detail: dict[str, Any] | None = None
) -> None:
    """Note an act, in the transaction that does it. Never a secret, never a person's data."""
    await conn.execute(
        "INSERT INTO audit (district_id, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5)",
        district_id,
        actor,
        action,
        subject,
        detail or {},
    )


async def latest(
    conn: Connection, district_id: str, subjects: Sequence[str], actions: Sequence[str], limit: int
) -> list[Row]:
    """`at, action, actor_name, detail` of the latest acts of these kinds on these subjects, the latest first."""
    return await conn.fetch(
        """
        SELECT at, action, detail,
               coalesce((SELECT o.name FROM operator o WHERE o.id::text = actor),
                        (SELECT k.name FROM api_key k WHERE k.id::text = actor), actor) AS actor_name
        FROM audit
        WHERE district_id = $1 AND subject = ANY($2::text[]) AND action = ANY($3::text[]) ORDER BY id DESC LIMIT $4
        """,
        district_id,
        subjects,
        actions,
        limit,
    )


async def page(pool: Pool, districts: list[str] | None, district_id: str | None, after: int | None, limit: int) -> Page:
    """A page of acts, the latest first. `districts` None: all; `after` is the id of the last act before the page."""
    row = await pool.fetchrow(
        """
        WITH page AS (
            SELECT id, district_id, at, actor, action, subject, detail FROM audit
            WHERE ($1::text[] IS NULL OR district_id = ANY ($1)) AND ($2::text IS NULL OR district_id = $2)
              AND ($3::bigint IS NULL OR id < $3)
            ORDER BY id DESC LIMIT $4 + 1
        ), kept AS (SELECT * FROM page ORDER BY id DESC LIMIT $4)
        SELECT coalesce(json_agg(json_build_object(
                   'at', at, 'district_id', district_id, 'actor', actor,
                   'actor_name', coalesce((SELECT o.name FROM operator o WHERE o.id::text = actor),
                                          (SELECT k.name FROM api_key k WHERE k.id::text = actor), actor),
                   'action', action, 'subject', subject, 'detail', detail) ORDER BY id DESC), '[]')::text AS items,
               CASE WHEN (SELECT count(*) FROM page) > $4 THEN (
                   SELECT json_build_array(id::text) FROM kept ORDER BY id LIMIT 1)::text END AS next
        FROM kept
        """,
        districts,
        district_id,
        after,
        limit,
    )
    assert row is not None
    return Page.of(row)


async def of_school(pool: Pool, district_id: str, school_id: UUID, after: int | None, limit: int) -> Page:
    """A page of acts about a school, its nightly mode, runs, holds and devices, the latest first."""
    row = await pool.fetchrow(
        """
        WITH runs AS (SELECT id, order_id FROM run WHERE district_id = $1 AND school_id = $2::text::uuid),
        subjects AS (
            SELECT 'school/' || $2::text AS subject
            UNION SELECT 'run/' || id FROM runs
            UNION SELECT 'order/' || order_id FROM runs WHERE order_id IS NOT NULL
            UNION SELECT 'consent/' || id FROM consent WHERE district_id = $1 AND school_id = $2::text::uuid
            UNION SELECT 'device/' || id FROM device WHERE district_id = $1 AND school_id = $2::text::uuid
            UNION SELECT 'hold/' || hold_id FROM hold_decision WHERE district_id = $1 AND school_id = $2::text::uuid
        ), about AS (
            SELECT a.id FROM subjects s JOIN audit a ON a.district_id = $1 AND a.subject = s.subject
            UNION
            SELECT id FROM audit
            WHERE district_id = $1 AND action = 'nightly mode'
              AND detail @> jsonb_build_object('after', jsonb_build_array(jsonb_build_object('school_id', $2::text)))
        ), page AS (
            SELECT id, at, actor, action, subject, detail FROM audit
            WHERE district_id = $1 AND id IN (SELECT id FROM about) AND ($3::bigint IS NULL OR id < $3)
            ORDER BY id DESC LIMIT $4 + 1
        ), kept AS (SELECT * FROM page ORDER BY id DESC LIMIT $4)
        SELECT coalesce(json_agg(json_build_object(
                   'at', at, 'actor_name', coalesce((SELECT o.name FROM operator o WHERE o.id::text = actor),
                                                    (SELECT k.name FROM api_key k WHERE k.id::text = actor)),
                   'action', action, 'subject', subject, 'detail', detail) ORDER BY id DESC), '[]')::text AS items,
               CASE WHEN (SELECT count(*) FROM page) > $4 THEN (
                   SELECT json_build_array(id::text) FROM kept ORDER BY id LIMIT 1)::text END AS next
        FROM kept
        """,
        district_id,
        str(school_id),
        after,
        limit,
    )
    assert row is not None
    return Page.of(row)
