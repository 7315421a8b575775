"""The table `ruling`: what people decided about operations. The next plan honours it for the very same operation."""

from collections.abc import Sequence
from uuid import UUID

from common.db import Connection
from moodle_sync.scope import Scope


async def honour(conn: Connection, scope: Scope) -> None:
    """Mark the plan's operations that were decided on: approved ones are done, rejected ones left alone."""
    await conn.execute(
        """
        UPDATE operation o SET
            ruling = r.ruling,
            state = CASE WHEN r.ruling = 'reject' THEN 'rejected' ELSE o.state END,
            kind = CASE WHEN r.ruling = 'suspend' AND o.kind = 'unenrol' THEN 'suspend' ELSE o.kind END
        FROM ruling r
        WHERE o.district_id = $1 AND o.run_id = $2 AND o.state = 'planned'
          AND r.district_id = $1 AND r.school_id = $3 AND r.entity = o.entity AND r.kind = o.kind
          AND r.source_key = o.source_key AND r.user_key = coalesce(o.user_key, '') AND r.fingerprint = fingerprint(o)
        """,
        *scope.run,
        scope.school.id,
    )


async def add(conn: Connection, district_id: str, hold_id: UUID, decision: str, selected: Sequence[int] | None) -> None:
    """Keep what was decided about a hold's operations; those that were not selected are rejected."""
    await conn.execute(
        """
        INSERT INTO ruling (district_id, school_id, entity, kind, source_key, user_key, fingerprint, ruling, hold_id)
        SELECT h.district_id, h.school_id, o.entity, o.kind, o.source_key, coalesce(o.user_key, ''), fingerprint(o),
               CASE WHEN $4::bigint[] IS NULL OR o.seq = ANY($4) THEN $3 ELSE 'reject' END, h.id
        FROM hold h JOIN operation o ON o.district_id = h.district_id AND o.run_id = h.run_id AND o.state = 'held'
        WHERE h.district_id = $1 AND h.id = $2
        ON CONFLICT (district_id, school_id, entity, kind, source_key, user_key) DO UPDATE SET
            fingerprint = excluded.fingerprint, ruling = excluded.ruling, hold_id = excluded.hold_id
        """,
        district_id,
        hold_id,
        decision,
        selected,
    )


async def forget_stale(conn: Connection, scope: Scope) -> None:
    """Forget approvals of what a plan of the whole school does not mean to do any more.

    Otherwise the same removal, a year later, would pass the limits unseen. A decision about an undo is about that undo.
    """
    if scope.dry_run or scope.kind != "roster" or not scope.applies_all or not scope.narrowed.whole:
        return
    await conn.execute(
        """
        DELETE FROM ruling r USING hold h, plan p
        WHERE r.district_id = $1 AND r.school_id = $3 AND r.ruling <> 'reject'
          AND h.district_id = $1 AND h.id = r.hold_id AND p.district_id = $1 AND p.run_id = h.run_id
          AND p.kind = 'roster'
          AND NOT EXISTS (SELECT FROM operation o
                          WHERE o.district_id = $1 AND o.run_id = $2 AND o.entity = r.entity
                            AND o.source_key = r.source_key AND coalesce(o.user_key, '') = r.user_key
                            AND o.ruling = r.ruling)
        """,
        *scope.run,
        scope.school.id,
    )


async def forget_done(conn: Connection, district_id: str, run_id: UUID, seqs: Sequence[int]) -> None:
    """Forget approvals of what has been done: the same removal a year later is another matter."""
    await conn.execute(
        """
        DELETE FROM ruling r USING operation o, plan p
        WHERE o.district_id = $1 AND o.run_id = $2 AND o.seq = ANY($3::bigint[]) AND o.ruling <> ''
          AND p.district_id = $1 AND p.run_id = $2
          AND r.district_id = $1 AND r.school_id = p.school_id AND r.entity = o.entity
          AND r.source_key = o.source_key AND r.user_key = coalesce(o.user_key, '')
        """,
        district_id,
        run_id,
        seqs,
    )
