"""The parts of a declared district that are changed one by one: tables `district`, `source`, `target`, `school`."""

import json
from typing import Any
from uuid import UUID

from common.db import Connection, Pool
from dashboard_api.queries.checks import ANSWERED_WITHIN

Json = dict[str, Any]
GENERAL = ("name", "timezone", "locale", "pool", "max_parallel")


async def general(conn: Connection | Pool, district_id: str) -> Json | None:
    """`{name, timezone, locale, pool, max_parallel}`; None if the district is not declared."""
    row = await conn.fetchrow(f"SELECT {', '.join(GENERAL)} FROM district WHERE id = $1", district_id)
    return dict(row) if row else None


async def set_general(conn: Connection, district_id: str, values: Json) -> None:
    """Write all of them."""
    await conn.execute(
        "UPDATE district SET name = $2, timezone = $3, locale = $4, pool = $5, max_parallel = $6 WHERE id = $1",
        district_id,
        *(values[name] for name in GENERAL),
    )


async def policy(conn: Connection | Pool, district_id: str) -> Json | None:
    """What is declared of the policy (`rules.policy`), without usual values; None if the district is not declared."""
    declared: Json | None = await conn.fetchval("SELECT policy FROM district WHERE id = $1", district_id)
    return declared


async def set_policy(conn: Connection, district_id: str, declared: Json) -> None:
    """Write what is declared of the policy."""
    await conn.execute("UPDATE district SET policy = $2 WHERE id = $1", district_id, declared)


async def set_second_person(conn: Connection, district_id: str, declared: Json) -> None:
    """Write which acts need a second person."""
    await conn.execute("UPDATE district SET second_person = $2 WHERE id = $1", district_id, declared)


async def has_guardian_role(conn: Connection, district_id: str) -> bool:
    """Whether every target of the district knows what guardians are in Moodle."""
    known = await conn.fetchval("SELECT bool_and(roles ? 'guardian') FROM target WHERE district_id = $1", district_id)
    return bool(known)


async def sources(conn: Connection | Pool, district_id: str) -> list[tuple[Json, bytes]]:
    """Each source with its sealed secrets apart.

    `{id, name, kind, settings, listed_at, listing_error, listing_error_code, schools, set_up}`; `schools`: shared ones.
    """
    rows = await conn.fetch(
        """
        SELECT json_build_object(
                   'id', o.id, 'name', o.name, 'kind', o.kind, 'settings', o.settings, 'listed_at', o.listed_at,
                   'listing_error', o.listing_error, 'listing_error_code', o.listing_error_code,
                   'schools', count(s.id) FILTER (WHERE s.shared),
                   'set_up', count(s.id) FILTER (WHERE s.shared AND s.target_id IS NOT NULL))::text AS source, o.secrets
        FROM source o LEFT JOIN school s ON s.district_id = o.district_id AND s.source_id = o.id
        WHERE o.district_id = $1 GROUP BY o.district_id, o.id ORDER BY o.id
        """,
        district_id,
    )
    return [(json.loads(row["source"]), row["secrets"]) for row in rows]


async def source_name(conn: Connection, district_id: str, id_: str) -> str:
    """What people call a source; blank: its kind says enough."""
    name: str | None = await conn.fetchval(
        "SELECT name FROM source WHERE district_id = $1 AND id = $2", district_id, id_
    )
    return name or ""


async def rename_source(conn: Connection, district_id: str, id_: str, name: str) -> None:
    """Call a source something else."""
    await conn.execute("UPDATE source SET name = $3 WHERE district_id = $1 AND id = $2", district_id, id_, name)


async def targets(conn: Connection | Pool, district_id: str) -> list[Json]:
    """`{id, name, base_url, user_auth, roles, max_parallel, sealed, schools, check}` each, by name.

    `sealed` is a digest that tells whether the token was replaced; `schools` are set up for it; `check` is the newest
    within a day: `{id, state, asked_at, usable}`, or null.
    """
    text: str = await conn.fetchval(
        """
        SELECT coalesce(json_agg(json_build_object(
                   'id', t.id, 'name', t.name, 'base_url', t.base_url, 'user_auth', t.user_auth, 'roles', t.roles,
                   'max_parallel', t.max_parallel, 'sealed', encode(sha256(t.secrets), 'hex'),
                   'schools', (SELECT count(*) FROM school s
                               WHERE s.district_id = t.district_id AND s.target_id = t.id AND s.shared),
                   'check', (SELECT json_build_object('id', c.id, 'asked_at', c.asked_at,
                                                      'state', CASE WHEN c.state = 'waiting'
                                                                     AND c.asked_at < now() - $2::interval
                                                                    THEN 'unanswered' ELSE c.state END,
                                                      'usable', (c.report->>'usable')::boolean)
                             FROM target_check c WHERE c.district_id = t.district_id AND c.target_id = t.id
                             ORDER BY c.asked_at DESC LIMIT 1)) ORDER BY lower(t.name), t.id), '[]')::text
        FROM target t WHERE t.district_id = $1
        """,
        district_id,
        ANSWERED_WITHIN,
    )
    found: list[Json] = json.loads(text)
    return found


async def target(conn: Connection | Pool, district_id: str, id_: str) -> Json | None:
    """`{name, base_url, user_auth, roles, max_parallel, secrets}` of one; `secrets` are sealed."""
    row = await conn.fetchrow(
        "SELECT name, base_url, user_auth, roles, max_parallel, secrets FROM target WHERE district_id = $1 AND id = $2",
        district_id,
        id_,
    )
    return dict(row) if row else None


async def school(conn: Connection | Pool, district_id: str, id_: UUID) -> Json | None:
    """`{id, name, source_id, source_school_id, target, timezone, district_timezone, shared, left_out}`.

    `target` null: not set up; `timezone` null: the district's; `left_out`: taken out by hand.
    """
    text: str | None = await conn.fetchval(
        """
        SELECT json_build_object(
                   'id', s.id, 'name', s.name, 'source_id', s.source_id, 'source_school_id', s.source_school_id,
                   'target', s.target_id, 'timezone', s.timezone, 'district_timezone', d.timezone, 'shared', s.shared,
                   'left_out', s.left_out)::text
        FROM school s JOIN district d ON d.id = s.district_id WHERE s.district_id = $1 AND s.id = $2
        """,
        district_id,
        id_,
    )
    return json.loads(text) if text else None


async def set_school(conn: Connection, district_id: str, id_: UUID, target: str | None, timezone: str | None) -> None:
    """Set a school up for a target, or take it out (None), and give it a time zone of its own, or the district's."""
    await conn.execute(
        "UPDATE school SET target_id = $3, timezone = $4, left_out = $3::text IS NULL "
        "WHERE district_id = $1 AND id = $2",
        district_id,
        id_,
        target,
        timezone,
    )


async def add(conn: Connection, id_: str, values: Json) -> bool:
    """Write a district that has nothing but these values of `GENERAL`; False if there is one of this id."""
    added = await conn.fetchval(
        "INSERT INTO district (id, name, timezone, locale, pool, max_parallel) VALUES ($1, $2, $3, $4, $5, $6) "
        "ON CONFLICT (id) DO NOTHING RETURNING true",
        id_,
        *(values[name] for name in GENERAL),
    )
    return bool(added)


async def send_all(conn: Connection, district_id: str, target: str) -> None:
    """Schools that are shared from now on are set up for this target by themselves."""
    await conn.execute("UPDATE district SET all_schools = $2 WHERE id = $1", district_id, target)
