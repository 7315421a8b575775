"""The table `district`: what operators declare of it."""

from common.db import Connection, Pool, Row
from dashboard_api.declare.model import Declaration


async def upsert(conn: Connection, declaration: Declaration, all_schools: str | None) -> None:
    """Write the district as declared; the times of nights that it does not mention stay as they were set."""
    district = declaration.district
    await conn.execute(
        """
        INSERT INTO district (id, name, timezone, locale, pool, max_parallel, notify, all_schools, policy,
                              nightly, nights, spread_minutes)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, coalesce($11::smallint[], '{1,2,3,4,5,6,7}'),
                coalesce($12::int, 5))
        ON CONFLICT (id) DO UPDATE
        SET name = excluded.name, timezone = excluded.timezone, locale = excluded.locale, pool = excluded.pool,
            max_parallel = excluded.max_parallel, notify = excluded.notify, all_schools = excluded.all_schools,
            policy = excluded.policy,
            nightly = CASE WHEN $13::boolean THEN excluded.nightly ELSE district.nightly END,
            nights = coalesce($11::smallint[], district.nights),
            spread_minutes = coalesce($12::int, district.spread_minutes),
            declared_at = now()
        """,
        district.id,
        district.name,
        district.timezone,
        district.locale,
        district.pool,
        district.max_parallel,
        list(declaration.notify),
        all_schools,
        declaration.policy.model_dump(mode="json", exclude_unset=True),
        district.nightly,
        [*district.nights] if district.nights else None,
        district.spread_minutes,
        "nightly" in district.model_fields_set,
    )


async def lock(conn: Connection, district_id: str) -> None:
    """Hold the district until the transaction ends: one listing is taken in at a time."""
    await conn.execute("SELECT FROM district WHERE id = $1 FOR UPDATE", district_id)


async def pool_of(conn: Connection, district_id: str) -> str:
    """The pool of workers that serves the district."""
    pool: str | None = await conn.fetchval("SELECT pool FROM district WHERE id = $1", district_id)
    return pool or "shared"


async def visible(pool: Pool, districts: list[str] | None) -> list[Row]:
    """`id, name` of the districts that one may see, by name. `districts` None: all."""
    return await pool.fetch(
        "SELECT id, name FROM district WHERE $1::text[] IS NULL OR id = ANY($1) ORDER BY lower(name), id", districts
    )


async def list_json(pool: Pool, districts: list[str] | None) -> str:
    """A JSON array of the districts that one may see, by name."""
    text: str = await pool.fetchval(
        """
        SELECT coalesce(json_agg(to_json(d) ORDER BY lower(d.name), d.id), '[]')::text
        FROM district_overview d WHERE $1::text[] IS NULL OR d.id = ANY($1)
        """,
        districts,
    )
    return text


async def one_json(pool: Pool, district_id: str) -> str | None:
    """One district with the sums over its shared schools, as JSON; None if it is not declared.

    `counts` adds what each school shares, so a person at two schools counts twice; `statuses` counts schools.
    """
    text: str | None = await pool.fetchval(
        """
        SELECT to_json(o)::text FROM (
            SELECT d.*, sums.counts, coalesce(states.statuses, '{}') AS statuses, coalesce(states.errors, 0) AS errors,
                   (SELECT count(*) FROM school_status s
                    WHERE s.district_id = d.id AND s.status = 'with_errors' AND s.health = 'failed') AS failed,
                   (SELECT count(DISTINCT school_id) FROM run r
                    WHERE r.district_id = d.id AND r.status < 'refused') AS running
            FROM district_overview d
            LEFT JOIN LATERAL (
                SELECT json_object_agg(kind, n) AS counts FROM (
                    SELECT c.key AS kind, sum(c.value::bigint) AS n FROM school_status s, jsonb_each_text(s.counts) c
                    WHERE s.district_id = d.id AND s.shared GROUP BY c.key) k) sums ON true
            LEFT JOIN LATERAL (
                SELECT json_object_agg(status, n) AS statuses, sum(errors) AS errors FROM (
                    SELECT status, count(*) AS n, sum(errors) AS errors FROM school_status
                    WHERE district_id = d.id GROUP BY status) k) states ON true
            WHERE d.id = $1) o
        """,
        district_id,
    )
    return text
