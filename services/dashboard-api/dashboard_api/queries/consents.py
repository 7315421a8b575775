"""The table `consent`: acts that wait for a second person, and what became of them."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from common.db import Connection, Pool
from dashboard_api.queries.pages import Page, StateFilter, newest_first

WAITS_FOR = timedelta(hours=24)
CONSENT = """
    SELECT c.district_id, d.name AS district, c.id, c.act, c.subject, c.school_id, s.name AS school, c.body, c.reason,
           c.asked_by, c.asked_person, (SELECT o.name FROM operator o WHERE o.id = c.asked_person) AS asked_person_name,
           coalesce((SELECT o.name FROM operator o WHERE o.id::text = c.asked_by),
                                (SELECT k.name FROM api_key k WHERE k.id::text = c.asked_by)) AS asked_by_name,
           c.asked_at, c.expires_at,
           CASE WHEN c.state = 'waiting' AND c.expires_at <= now() THEN 'expired' ELSE c.state END AS state,
           c.decided_by, coalesce((SELECT o.name FROM operator o WHERE o.id::text = c.decided_by),
                                  (SELECT k.name FROM api_key k WHERE k.id::text = c.decided_by)) AS decided_by_name,
           c.decided_at, c.note, c.outcome, coalesce(s.timezone, d.timezone) AS timezone
    FROM consent c
    JOIN district d ON d.id = c.district_id
    LEFT JOIN school s ON s.district_id = c.district_id AND s.id = c.school_id
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """An act as it was asked for. `act`: undo, approval or force; `subject`: run/…, hold/… or device/…"""

    district_id: str
    act: str
    subject: str
    school_id: UUID
    body: dict[str, Any]
    reason: str


async def add(conn: Connection, asked: Asked, asked_by: str, person: UUID | None) -> UUID | None:
    """Let an act wait; None if one like it waits already. Those that have run out are no hindrance."""
    await conn.execute(
        "UPDATE consent SET state = 'expired' "
        "WHERE district_id = $1 AND act = $2 AND subject = $3 AND state = 'waiting' AND expires_at <= now()",
        asked.district_id,
        asked.act,
        asked.subject,
    )
    id_: UUID | None = await conn.fetchval(
        """
        INSERT INTO consent (district_id, act, subject, school_id, body, reason, asked_by, asked_person, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + $9::interval)
        ON CONFLICT (district_id, act, subject) WHERE state = 'waiting' DO NOTHING RETURNING id
        """,
        asked.district_id,
        asked.act,
        asked.subject,
        asked.school_id,
        asked.body,
        asked.reason,
        asked_by,
        person,
        WAITS_FOR,
    )
    return id_


async def waiting(conn: Connection | Pool, district_id: str, act: str, subject: str) -> dict[str, Any] | None:
    """The consent that waits for this act on this subject; its `state` may say that it has run out meanwhile."""
    return await _one(conn, "c.district_id = $1 AND c.act = $2 AND c.subject = $3 AND c.state = 'waiting'",
                      district_id, act, subject)  # fmt: skip


async def locked(conn: Connection, district_id: str, id_: UUID) -> dict[str, Any] | None:
    """A consent, held until the transaction ends: it is decided once."""
    await conn.execute("SELECT FROM consent WHERE district_id = $1 AND id = $2 FOR UPDATE", district_id, id_)
    return await _one(conn, "c.district_id = $1 AND c.id = $2", district_id, id_)


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of an act that waited: confirmed or rejected, by whom and why, and what came of it."""

    state: str
    by: str
    person: UUID | None
    note: str
    outcome: dict[str, Any] | None


async def decide(conn: Connection, district_id: str, id_: UUID, decided: Decided) -> None:
    """Note what was decided about a consent that waits."""
    await conn.execute(
        """
        UPDATE consent SET state = $3, decided_by = $4, decided_person = $5, decided_at = now(), note = $6, outcome = $7
        WHERE district_id = $1 AND id = $2 AND state = 'waiting'
        """,
        district_id,
        id_,
        decided.state,
        decided.by,
        decided.person,
        decided.note,
        decided.outcome,
    )


async def one(pool: Pool, districts: list[str] | None, id_: UUID) -> dict[str, Any] | None:
    """A consent, among those that one may see. `districts` None: all.

    `{district_id, district, id, act, subject, school_id, school, body, reason, asked_by, asked_by_name, asked_person,
    asked_person_name, asked_at, expires_at, state, decided_by, decided_by_name, decided_at, note, outcome, timezone}`;
    `state` is waiting, confirmed, rejected or expired.
    """
    return await _one(pool, "c.id = $1 AND ($2::text[] IS NULL OR c.district_id = ANY($2))", id_, districts)


async def page(pool: Pool, wanted: StateFilter) -> Page:
    """A page of consents as `one` gives them, the newest first."""
    return await newest_first(pool, CONSENT, "asked_at", wanted)


async def _one(conn: Connection | Pool, condition: str, *values: object) -> dict[str, Any] | None:
    text: str | None = await conn.fetchval(f"SELECT to_json(o)::text FROM ({CONSENT} WHERE {condition}) o", *values)
    return json.loads(text) if text else None
