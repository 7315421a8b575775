"""The tables `link` and `enrolment_link`: which Moodle object a record is, and what was last applied to it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from common.db import Connection
from moodle_sync import mapping
from moodle_sync.plan import Entity

if TYPE_CHECKING:
    from moodle_sync.planning import Scope


async def linked(conn: Connection, scope: "Scope", entity: Entity, keys: Sequence[str]) -> dict[str, int]:
    """Moodle ids of those of the records that are linked, by source key."""
    rows = await conn.fetch(
        """
        SELECT source_key, moodle_id FROM link
        WHERE district_id = $1 AND target_id = $2 AND source_id = $3 AND entity = $4 AND source_key = ANY($5::text[])
        """,
        scope.district_id,
        scope.target.id,
        scope.school.source_id,
        entity,
        keys,
    )
    return {row["source_key"]: row["moodle_id"] for row in rows}


async def owners(
    conn: Connection, scope: "Scope", usernames: Sequence[str], emails: Sequence[str]
) -> list[tuple[str, str, str]]:
    """Source key, user name and address of linked accounts that have one of these, in lower case."""
    rows = await conn.fetch(
        """
        SELECT source_key, applied->>'username' AS username, applied->>'email' AS email FROM link
        WHERE district_id = $1 AND target_id = $2 AND entity = 'user'
          AND (lower(applied->>'username') = ANY($3::text[]) OR lower(applied->>'email') = ANY($4::text[]))
        """,
        scope.district_id,
        scope.target.id,
        usernames,
        emails,
    )
    return [(row["source_key"], row["username"], row["email"]) for row in rows]


async def refresh_hashes(conn: Connection, scope: "Scope", entity: Entity, same: Sequence[tuple[str, bytes]]) -> None:
    """The records' sources changed, but nothing that Moodle has: remember the new hashes by source key."""
    await conn.execute(
        """
        UPDATE link SET source_hash = s.hash, mapping = $5
        FROM unnest($6::text[], $7::bytea[]) AS s (source_key, hash)
        WHERE district_id = $1 AND target_id = $2 AND source_id = $3 AND entity = $4 AND link.source_key = s.source_key
        """,
        scope.district_id,
        scope.target.id,
        scope.school.source_id,
        entity,
        mapping.VERSION,
        [key for key, _ in same],
        [hash_ for _, hash_ in same],
    )


async def record_created(conn: Connection, district_id: str, run_id: UUID, created: dict[int, int]) -> None:
    """Link the records of creations that were done; `created` gives the Moodle id by `seq`."""
    await conn.execute(
        """
        INSERT INTO link (district_id, target_id, source_id, entity, source_key, school_id, moodle_id, source_hash,
                          mapping, applied)
        SELECT p.district_id, p.target_id, p.source_id, o.entity, o.source_key, p.school_id, d.moodle_id,
               o.source_hash, $5, o.after
        FROM unnest($3::bigint[], $4::bigint[]) AS d (seq, moodle_id)
        JOIN operation o ON o.district_id = $1 AND o.run_id = $2 AND o.seq = d.seq
        JOIN plan p ON p.district_id = $1 AND p.run_id = $2
        ON CONFLICT (district_id, target_id, source_id, entity, source_key) DO UPDATE SET
            school_id = excluded.school_id, moodle_id = excluded.moodle_id, source_hash = excluded.source_hash,
            mapping = excluded.mapping, applied = excluded.applied, active = true
        """,
        district_id,
        run_id,
        list(created),
        list(created.values()),
        mapping.VERSION,
    )


async def record_changed(conn: Connection, district_id: str, run_id: UUID, seqs: Sequence[int]) -> None:
    """Remember what operations on linked objects applied, and whether these are active now."""
    if not seqs:
        return
    await conn.execute(
        """
        UPDATE link SET
            school_id = p.school_id,
            source_hash = coalesce(o.source_hash, link.source_hash),
            mapping = $4,
            applied = link.applied || o.after,
            active = CASE o.kind WHEN 'update' THEN link.active ELSE o.kind = 'reactivate' END
        FROM operation o JOIN plan p USING (district_id, run_id)
        WHERE o.district_id = $1 AND o.run_id = $2 AND o.seq = ANY($3::bigint[])
          AND (link.district_id, link.target_id, link.source_id) = (p.district_id, p.target_id, p.source_id)
          AND link.entity = o.entity AND link.source_key = o.source_key
        """,
        district_id,
        run_id,
        seqs,
        mapping.VERSION,
    )


async def record_enrolments(conn: Connection, district_id: str, run_id: UUID, seqs: Sequence[int]) -> None:
    """Write the links of enrolments that were done."""
    await conn.execute(
        """
        INSERT INTO enrolment_link (district_id, target_id, source_id, school_id, class_key, user_key, record_key,
                                    role_id, time_start, time_end, active)
        SELECT p.district_id, p.target_id, p.source_id, p.school_id, o.source_key, o.user_key, o.after->>'record_key',
               (o.after->>'role_id')::int, (o.after->>'time_start')::bigint, (o.after->>'time_end')::bigint,
               (o.after->>'active')::boolean
        FROM operation o JOIN plan p USING (district_id, run_id)
        WHERE o.district_id = $1 AND o.run_id = $2 AND o.seq = ANY($3::bigint[])
        ON CONFLICT (district_id, target_id, source_id, class_key, user_key) DO UPDATE SET
            school_id = excluded.school_id, record_key = excluded.record_key, role_id = excluded.role_id,
            time_start = excluded.time_start, time_end = excluded.time_end, active = excluded.active
        """,
        district_id,
        run_id,
        seqs,
    )
