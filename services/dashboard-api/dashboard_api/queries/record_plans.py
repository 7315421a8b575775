"""moodle-sync's published views, one record at a time: what was planned for it, and what it is in Moodle."""

from collections.abc import Sequence
from uuid import UUID

from common.db import Pool, Row
from dashboard_api.queries.record_history import RecordKey

MOST = 200
ENTITIES = {"user": "user", "class": "course", "enrolment": "enrolment", "school": "category"}
"""What a record is called in Moodle."""


async def operations(pool: Pool, district_id: str, record: RecordKey, keys: Sequence[str]) -> list[Row]:
    """What runs planned for a record, the newest first; `keys` are those under which Moodle's object may be known.

    Beside the operation's own columns those of its run, and of the hold that it waits in or was decided in.
    """
    return await pool.fetch(
        """
        SELECT o.run_id, o.seq, o.entity, o.kind, o.source_key, o.user_key, o.before, o.after, o.state, o.code,
               o.answer, o.warning, o.match, o.ruling, o.graded, o.moodle_id, o.settled_at,
               r.school_id, r.source_id, r.snapshot, r.kind AS run_kind, r.mode, r.dry_run, r.started_at,
               hold.id AS hold_id, hold.opened_at AS held_since, hold.decided_at, hold.decided_by_name, hold.decision
        FROM plan.operation o
        JOIN plan.run r ON r.district_id = o.district_id AND r.run_id = o.run_id
        LEFT JOIN LATERAL (
            SELECT h.id, h.opened_at, coalesce(d.decided_at, h.closed_at) AS decided_at,
                   CASE WHEN o.state = 'held' AND o.seq <> ALL(d.operations) THEN 'reject'
                        WHEN h.state = 'superseded' THEN 'superseded'
                        ELSE coalesce(d.decision, h.decision) END AS decision,
                   coalesce((SELECT name FROM operator WHERE id::text = coalesce(d.decided_by, h.decided_by)),
                            (SELECT name FROM api_key WHERE id::text = coalesce(d.decided_by, h.decided_by)))
                       AS decided_by_name
            FROM plan.hold h LEFT JOIN hold_decision d ON d.district_id = h.district_id AND d.hold_id = h.id
            WHERE h.district_id = o.district_id AND h.school_id = r.school_id
              AND (o.state = 'held' AND h.run_id = o.run_id
                   OR o.state = 'rejected' AND (h.run_id = o.run_id OR h.opened_at <= r.started_at)
                      AND coalesce(d.decision, h.decision) IS NOT NULL)
            ORDER BY h.run_id = o.run_id DESC, h.opened_at DESC LIMIT 1) hold ON true
        WHERE o.district_id = $1 AND o.entity = $2 AND o.source_key = ANY($3::text[])
          AND o.user_key IS NOT DISTINCT FROM $4
        ORDER BY r.started_at DESC, o.seq DESC LIMIT $5
        """,
        district_id,
        ENTITIES[record.entity],
        list(keys),
        record.user_key,
        MOST,
    )


async def links(pool: Pool, district_id: str, entity: str, keys: Sequence[str]) -> list[Row]:
    """What records with these keys are in Moodle: `source_id, source_key, target, base_url, moodle_id, active, applied,
    linked_at`."""
    return await pool.fetch(
        """
        SELECT l.source_id, l.source_key, coalesce(t.name, l.target_id) AS target, t.base_url, l.moodle_id,
               l.active, l.applied, l.linked_at
        FROM plan.link l LEFT JOIN target t ON t.district_id = l.district_id AND t.id = l.target_id
        WHERE l.district_id = $1 AND l.entity = $2 AND l.source_key = ANY($3::text[])
        ORDER BY l.source_id, l.source_key
        """,
        district_id,
        entity,
        list(keys),
    )


async def places(pool: Pool, district_id: str, keys: Sequence[str] | None, user_key: str) -> list[Row]:
    """Somebody's places in courses; `keys` None: in all. `source_id, course_key, course, role_id, active`."""
    return await pool.fetch(
        """
        SELECT e.source_id, e.course_key, c.applied->>'fullname' AS course, e.role_id, e.active,
               nullif(e.time_start, 0) AS time_start, nullif(e.time_end, 0) AS time_end
        FROM plan.enrolment_link e
        LEFT JOIN plan.link c ON c.district_id = e.district_id AND c.target_id = e.target_id
             AND c.source_id = e.source_id AND c.entity = 'course' AND c.source_key = e.course_key
        WHERE e.district_id = $1 AND e.user_key = $3 AND ($2::text[] IS NULL OR e.course_key = ANY($2))
        ORDER BY course, e.course_key
        """,
        district_id,
        None if keys is None else list(keys),
        user_key,
    )


async def planned(pool: Pool, district_id: str, schools: Sequence[UUID]) -> list[Row]:
    """The whole runs of these schools that planned what the source shares: `school_id, snapshot, mode`."""
    return await pool.fetch(
        """
        SELECT school_id, snapshot, mode FROM plan.run
        WHERE district_id = $1 AND school_id = ANY($2::uuid[]) AND kind = 'roster' AND NOT dry_run
          AND planned_at IS NOT NULL AND scope->>'failed_in' IS NULL AND coalesce(scope->>'entity', '') = ''
        """,
        district_id,
        list(schools),
    )


async def settings(pool: Pool, district_id: str) -> list[Row]:
    """The district's schools with what decides whether their records go to Moodle.

    `id, name, source_id, source_school_id, shared, set_up, timezone, roles, policy`.
    """
    return await pool.fetch(
        """
        SELECT s.id, s.name, s.source_id, s.source_school_id, s.shared, s.target_id IS NOT NULL AS set_up,
               coalesce(s.timezone, d.timezone) AS timezone, coalesce(t.roles, '{}') AS roles, d.policy
        FROM school s JOIN district d ON d.id = s.district_id
        LEFT JOIN target t ON t.district_id = s.district_id AND t.id = s.target_id
        WHERE s.district_id = $1 ORDER BY lower(s.name), s.id
        """,
        district_id,
    )
