"""The table `district`: what operators declare of it."""

import json
from typing import Any

from common.db import Connection, Pool, Row
from dashboard_api.declare.model import Declaration
from dashboard_api.declare.second_person import SecondPerson
from dashboard_api.queries.pages import Page


async def upsert(conn: Connection, declaration: Declaration, all_schools: str | None) -> None:
    """Write the district as declared; the times of nights that it does not mention stay as they were set."""
    district = declaration.district
    await conn.execute(
        """
        INSERT INTO district (id, name, timezone, locale, pool, max_parallel, all_schools, policy,
                              nightly, nights, spread_minutes)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce($10::smallint[], '{1,2,3,4,5,6,7}'),
                coalesce($11::int, 5))
        ON CONFLICT (id) DO UPDATE
        SET name = excluded.name, timezone = excluded.timezone, locale = excluded.locale, pool = excluded.pool,
            max_parallel = excluded.max_parallel, all_schools = excluded.all_schools,
            policy = excluded.policy,
            nightly = CASE WHEN $12::boolean THEN excluded.nightly ELSE district.nightly END,
            nights = coalesce($10::smallint[], district.nights),
            spread_minutes = coalesce($11::int, district.spread_minutes),
            declared_at = now()
        """,
        district.id,
        district.name,
        district.timezone,
        district.locale,
        district.pool,
        district.max_parallel,
        all_schools,
        declaration.policy.model_dump(mode="json", exclude_unset=True),
        district.nightly,
        [*district.nights] if district.nights else None,
        district.spread_minutes,
        "nightly" in district.model_fields_set,
    )


async def declared(conn: Connection, district_id: str) -> dict[str, Any] | None:
    """What is declared of the district itself, its sources and its target, without secrets; None if nothing is."""
    text: str | None = await conn.fetchval(
        """
        SELECT json_build_object(
                   'declared_at', d.declared_at, 'name', d.name, 'timezone', d.timezone, 'locale', d.locale,
                   'pool', d.pool,
                   'max_parallel', d.max_parallel, 'nightly', to_char(d.nightly, 'HH24:MI'), 'nights', d.nights,
                   'spread_minutes', d.spread_minutes,
                   'sources', (SELECT json_object_agg(s.id, s.kind) FROM source s WHERE s.district_id = d.id),
                   'targets', (SELECT json_object_agg(t.id, t.base_url) FROM target t WHERE t.district_id = d.id),
                   'schools', (SELECT count(*) FROM school c WHERE c.district_id = d.id AND c.target_id IS NOT NULL)
               )::text
        FROM district d WHERE d.id = $1
        """,
        district_id,
    )
    found: dict[str, Any] | None = json.loads(text) if text else None
    return found


async def lock(conn: Connection, district_id: str) -> None:
    """Hold the district until the transaction ends: one listing is taken in at a time."""
    await conn.execute("SELECT FROM district WHERE id = $1 FOR UPDATE", district_id)


async def pool_of(conn: Connection, district_id: str) -> str:
    """The pool of workers that serves the district."""
    pool: str | None = await conn.fetchval("SELECT pool FROM district WHERE id = $1", district_id)
    return pool or "shared"


async def second_person(conn: Connection | Pool, district_id: str) -> SecondPerson:
    """Which acts need a second person."""
    declared = await conn.fetchval("SELECT second_person FROM district WHERE id = $1", district_id)
    return SecondPerson.model_validate(declared or {})


async def pools(pool: Pool) -> list[str]:
    """The pools that districts have."""
    return [row["pool"] for row in await pool.fetch("SELECT DISTINCT pool FROM district ORDER BY pool")]


async def visible(pool: Pool, districts: list[str] | None) -> list[Row]:
    """`id, name, set_up` (whether any school is) of the districts that one may see, by name. `districts` None: all."""
    return await pool.fetch(
        """
        SELECT id, name, EXISTS (SELECT FROM school s WHERE s.district_id = d.id AND s.target_id IS NOT NULL) AS set_up
        FROM district d WHERE $1::text[] IS NULL OR id = ANY($1) ORDER BY lower(name), id
        """,
        districts,
    )


async def page(pool: Pool, districts: list[str] | None, after: tuple[str, str] | None, limit: int) -> Page:
    """A page of the districts that one may see, by name. `after` is the sort key of the last one before it."""
    row = await pool.fetchrow(
        """
        WITH page AS (
            SELECT id, lower(name) AS sort_name FROM district
            WHERE ($1::text[] IS NULL OR id = ANY($1)) AND ($2::text IS NULL OR (lower(name), id) > ($2, $3))
            ORDER BY lower(name), id LIMIT $4 + 1
        ), kept AS (SELECT * FROM page ORDER BY sort_name, id LIMIT $4)
        SELECT coalesce(json_agg(to_json(d) ORDER BY k.sort_name, k.id), '[]')::text AS items,
               CASE WHEN (SELECT count(*) FROM page) > $4 THEN (
                   SELECT json_build_array(sort_name, id) FROM kept ORDER BY sort_name DESC, id DESC LIMIT 1
               )::text END AS next
        FROM kept k JOIN district_overview d ON d.id = k.id
        """,
        districts,
        *(after or (None, None)),
        limit,
    )
    assert row is not None
    return Page.of(row)


async def one_json(pool: Pool, district_id: str) -> str | None:
    """One district with the sums over its shared schools, as JSON; None if it is not declared.

    `counts` and `in_moodle` add what each school has, so a person at two schools counts twice; `people` has each once:
    `{kind: {people, at_several}}`, as of `people_counted_at`. `statuses` counts schools, `errors_by_severity` records,
    `paused` schools whose nights are paused, however else they stand.
    """
    text: str | None = await pool.fetchval(
        """
        SELECT to_json(o)::text FROM (
            SELECT d.*, sums.counts, coalesce(states.statuses, '{}') AS statuses, coalesce(states.errors, 0) AS errors,
                   (SELECT count(*) FROM school_status s
                    WHERE s.district_id = d.id AND s.status = 'with_errors' AND s.health = 'failed') AS failed,
                   (SELECT count(DISTINCT school_id) FROM run r
                    WHERE r.district_id = d.id AND r.status < 'refused') AS running,
                   (SELECT count(*) FROM school_status s
                    WHERE s.district_id = d.id AND s.shared AND s.target_id IS NOT NULL
                      AND s.mode = 'paused') AS paused,
                   present.in_moodle,
                   (SELECT coalesce(json_object_agg(
                               p.kind, json_build_object('people', p.people, 'at_several', p.at_several)), '{}')
                    FROM district_people p WHERE p.district_id = d.id) AS people,
                   (SELECT counted_at FROM district_people_count p WHERE p.district_id = d.id) AS people_counted_at,
                   (SELECT coalesce(json_object_agg(severity, records), '{}')
                    FROM (SELECT severity, sum(records) AS records FROM school_error e
                          WHERE e.district_id = d.id GROUP BY severity) e) AS errors_by_severity
            FROM district_overview d
            LEFT JOIN LATERAL (
                SELECT json_object_agg(kind, n) AS counts FROM (
                    SELECT c.key AS kind, sum(c.value::bigint) AS n FROM school_status s, jsonb_each_text(s.counts) c
                    WHERE s.district_id = d.id AND s.shared GROUP BY c.key) k) sums ON true
            LEFT JOIN LATERAL (
                SELECT json_object_agg(kind, n) AS in_moodle FROM (
                    SELECT c.key AS kind, sum(c.value::bigint) AS n
                    FROM school_status s, jsonb_each_text(s.in_moodle) c
                    WHERE s.district_id = d.id AND s.shared GROUP BY c.key) k) present ON true
            LEFT JOIN LATERAL (
                SELECT json_object_agg(status, n) AS statuses, sum(errors) AS errors FROM (
                    SELECT status, count(*) AS n, sum(errors) AS errors FROM school_status
                    WHERE district_id = d.id GROUP BY status) k) states ON true
            WHERE d.id = $1) o
        """,
        district_id,
    )
    return text
