"""The tables `link`, `enrolment_link`, `membership_link`: which Moodle object a record is, what Moodle has of it."""

from collections.abc import Sequence

from common.db import Connection, Row
from moodle_sync.plan import Entity
from moodle_sync.scope import Scope


async def linked(conn: Connection, scope: Scope, entity: Entity, keys: Sequence[str]) -> dict[str, int]:
    """Moodle ids of those of the records that are linked, by source key."""
    return {key: row["moodle_id"] for key, row in (await rows(conn, scope, entity, keys)).items()}


async def rows(conn: Connection, scope: Scope, entity: Entity, keys: Sequence[str]) -> dict[str, Row]:
    """`source_key, moodle_id, applied, active, drifted` of those of the records that are linked, by source key."""
    found = await conn.fetch(
        """
        SELECT source_key, moodle_id, applied, active, drifted FROM link
        WHERE district_id = $1 AND target_id = $2 AND source_id = $3 AND entity = $4 AND source_key = ANY($5::text[])
        """,
        scope.district_id,
        scope.target.id,
        scope.school.source_id,
        entity,
        keys,
    )
    return {row["source_key"]: row for row in found}


async def owners(
    conn: Connection, scope: Scope, usernames: Sequence[str], emails: Sequence[str]
) -> list[tuple[str, str, str]]:
    """Source key, user name and address of linked accounts that have one of these, in lower case.

    Accounts of people whom no school has any more are left out: they may be taken over.
    """
    found = await conn.fetch(
        f"""
        SELECT l.source_key, l.applied->>'username' AS username, l.applied->>'email' AS email FROM link l
        WHERE l.district_id = $1 AND l.target_id = $2 AND l.entity = 'user'
          AND (lower(l.applied->>'username') = ANY($3::text[]) OR lower(l.applied->>'email') = ANY($4::text[]))
          AND {STILL_HERE}
        """,
        scope.district_id,
        scope.target.id,
        usernames,
        emails,
    )
    return [(row["source_key"], row["username"], row["email"]) for row in found]


async def taken_accounts(conn: Connection, scope: Scope, moodle_ids: Sequence[int]) -> set[int]:
    """Those of the accounts that belong to people whom some school still has."""
    found = await conn.fetch(
        f"""
        SELECT l.moodle_id FROM link l
        WHERE l.district_id = $1 AND l.target_id = $2 AND l.entity = 'user' AND l.moodle_id = ANY($3::bigint[])
          AND {STILL_HERE}
        """,
        scope.district_id,
        scope.target.id,
        moodle_ids,
    )
    return {row["moodle_id"] for row in found}


STILL_HERE = """
    EXISTS (SELECT FROM roster.record r JOIN registry.school s ON s.district_id = $1 AND s.id = r.school_id
            WHERE r.district_id = $1 AND r.entity = 'user' AND r.source_key = l.source_key
              AND r.last_snapshot IS NULL AND s.source_id = l.source_id)
"""


async def elsewhere(conn: Connection, scope: Scope, people: Sequence[str]) -> set[str]:
    """Those of the people whom this school does not have, and another of the source has, by source key."""
    found = await conn.fetch(
        """
        SELECT r.source_key FROM roster.record r JOIN registry.school s ON s.district_id = $1 AND s.id = r.school_id
        WHERE r.district_id = $1 AND r.entity = 'user' AND r.source_key = ANY($4::text[])
          AND r.last_snapshot IS NULL AND s.source_id = $3
        GROUP BY 1 HAVING bool_and(r.school_id <> $2)
        """,
        scope.district_id,
        scope.school.id,
        scope.school.source_id,
        people,
    )
    return {row["source_key"] for row in found}


INHERIT = """
    UPDATE {table} p SET user_key = o.source_key
    FROM operation o, unnest($3::bigint[], $4::bigint[]) AS d (seq, moodle_id), link former
    WHERE o.district_id = $1 AND o.run_id = $2 AND o.seq = d.seq AND o.kind = 'link' AND o.entity = 'user'
      AND former.district_id = $1 AND former.target_id = $5 AND former.source_id = $6 AND former.entity = 'user'
      AND former.moodle_id = d.moodle_id AND former.source_key <> o.source_key
      AND p.district_id = $1 AND p.target_id = $5 AND p.source_id = $6 AND p.user_key = former.source_key
"""
"""Places of whoever had an account before go to who has it now, who is new and has none."""


async def refresh_hashes(conn: Connection, scope: Scope, entity: Entity, same: Sequence[tuple[str, bytes]]) -> None:
    """The records' sources changed, but nothing that Moodle has: remember the new hashes by source key."""
    if not same:
        return
    await conn.execute(
        """
        UPDATE link SET source_hash = s.hash, mapping = $5, drifted = false
        FROM unnest($6::text[], $7::bytea[]) AS s (source_key, hash)
        WHERE district_id = $1 AND target_id = $2 AND source_id = $3 AND entity = $4 AND link.source_key = s.source_key
        """,
        scope.district_id,
        scope.target.id,
        scope.school.source_id,
        entity,
        scope.mapping,
        [key for key, _ in same],
        [hash_ for _, hash_ in same],
    )


async def record_made(conn: Connection, scope: Scope, made: dict[int, int]) -> None:
    """Link the records of creations and links that were done; `made` gives the Moodle id by `seq`.

    An account that somebody else had before, who is gone, is nobody else's any more, nor are its places.
    """
    for table in ("enrolment_link", "membership_link"):
        await conn.execute(
            INHERIT.format(table=table),
            *scope.run,
            list(made),
            list(made.values()),
            scope.target.id,
            scope.school.source_id,
        )
    await conn.execute(
        """
        DELETE FROM link l USING operation o, unnest($3::bigint[], $4::bigint[]) AS d (seq, moodle_id)
        WHERE o.district_id = $1 AND o.run_id = $2 AND o.seq = d.seq AND o.kind = 'link'
          AND l.district_id = $1 AND l.target_id = $5 AND l.entity = o.entity AND l.moodle_id = d.moodle_id
          AND l.source_key <> o.source_key
        """,
        *scope.run,
        list(made),
        list(made.values()),
        scope.target.id,
    )
    await conn.execute(
        """
        INSERT INTO link (district_id, target_id, source_id, entity, source_key, school_id, moodle_id, source_hash,
                          mapping, applied, active)
        SELECT o.district_id, $5, $6, o.entity, o.source_key, $7, d.moodle_id, o.source_hash, $8,
               o.after - 'suspended', coalesce(o.after->>'suspended', '0') = '0'
        FROM unnest($3::bigint[], $4::bigint[]) AS d (seq, moodle_id)
        JOIN operation o ON o.district_id = $1 AND o.run_id = $2 AND o.seq = d.seq
        ON CONFLICT (district_id, target_id, source_id, entity, source_key) DO UPDATE SET
            school_id = excluded.school_id, moodle_id = excluded.moodle_id, source_hash = excluded.source_hash,
            mapping = excluded.mapping, applied = excluded.applied, active = excluded.active, drifted = false
        """,
        *scope.run,
        list(made),
        list(made.values()),
        scope.target.id,
        scope.school.source_id,
        scope.school.id,
        scope.mapping,
    )


async def record_changed(conn: Connection, scope: Scope, seqs: Sequence[int]) -> None:
    """Remember what operations on linked objects applied, and whether these are active now.

    After an undo the record is compared anew by the next full run: Moodle is not as the source says.
    """
    if not seqs:
        return
    await conn.execute(
        """
        UPDATE link SET
            school_id = $4,
            source_hash = CASE WHEN $8 THEN '' ELSE coalesce(o.source_hash, link.source_hash) END,
            mapping = CASE WHEN o.source_hash IS NULL THEN link.mapping ELSE $7 END,
            applied = link.applied || o.after,
            active = CASE o.kind WHEN 'update' THEN link.active ELSE o.kind = 'reactivate' END,
            drifted = link.drifted AND o.kind <> 'update'
        FROM operation o
        WHERE o.district_id = $1 AND o.run_id = $2 AND o.seq = ANY($3::bigint[])
          AND (link.district_id, link.target_id, link.source_id) = ($1, $5, $6)
          AND link.entity = o.entity AND link.source_key = o.source_key
        """,
        *scope.run,
        seqs,
        scope.school.id,
        scope.target.id,
        scope.school.source_id,
        scope.mapping,
        scope.kind == "undo",
    )


async def record_enrolments(conn: Connection, scope: Scope, seqs: Sequence[int]) -> None:
    """Write the links of enrolments that were done; what was taken away has none any more."""
    await conn.execute(
        """
        DELETE FROM enrolment_link l USING operation o
        WHERE o.district_id = $1 AND o.run_id = $2 AND o.seq = ANY($3::bigint[]) AND o.kind = 'unenrol'
          AND (l.district_id, l.target_id, l.source_id, l.class_key, l.user_key)
              = ($1, $4, $5, o.source_key, o.user_key)
        """,
        *scope.run,
        seqs,
        scope.target.id,
        scope.school.source_id,
    )
    await conn.execute(
        """
        INSERT INTO enrolment_link (district_id, target_id, source_id, school_id, class_key, user_key, record_key,
                                    role_id, time_start, time_end, active)
        SELECT o.district_id, $4, $5, $6, o.source_key, o.user_key, o.after->>'record_key',
               (o.after->>'role_id')::int, (o.after->>'time_start')::bigint, (o.after->>'time_end')::bigint,
               (o.after->>'active')::boolean
        FROM operation o
        WHERE o.district_id = $1 AND o.run_id = $2 AND o.seq = ANY($3::bigint[]) AND o.kind <> 'unenrol'
        ON CONFLICT (district_id, target_id, source_id, class_key, user_key) DO UPDATE SET
            school_id = excluded.school_id, record_key = excluded.record_key, role_id = excluded.role_id,
            time_start = excluded.time_start, time_end = excluded.time_end, active = excluded.active
        """,
        *scope.run,
        seqs,
        scope.target.id,
        scope.school.source_id,
        scope.school.id,
    )


async def record_memberships(conn: Connection, scope: Scope, seqs: Sequence[int]) -> None:
    """Write the links of memberships that were added, and delete those of memberships that were removed."""
    await conn.execute(
        """
        DELETE FROM membership_link l USING operation o
        WHERE o.district_id = $1 AND o.run_id = $2 AND o.seq = ANY($3::bigint[]) AND o.kind = 'remove'
          AND (l.district_id, l.target_id, l.source_id, l.entity, l.container_key, l.user_key)
              = ($1, $4, $5, o.entity, o.source_key, o.user_key)
          AND l.role_id = coalesce((o.before->>'role_id')::int, l.role_id)
        """,
        *scope.run,
        seqs,
        scope.target.id,
        scope.school.source_id,
    )
    await conn.execute(
        """
        INSERT INTO membership_link (district_id, target_id, source_id, entity, container_key, user_key, school_id,
                                     role_id)
        SELECT o.district_id, $4, $5, o.entity, o.source_key, o.user_key, $6, (o.after->>'role_id')::int
        FROM operation o
        WHERE o.district_id = $1 AND o.run_id = $2 AND o.seq = ANY($3::bigint[]) AND o.kind = 'add'
        ON CONFLICT (district_id, target_id, source_id, entity, container_key, user_key) DO UPDATE SET
            school_id = excluded.school_id, role_id = excluded.role_id
        """,
        *scope.run,
        seqs,
        scope.target.id,
        scope.school.source_id,
        scope.school.id,
    )
