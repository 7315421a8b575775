"""Makes a run's plan: the school's current roster against the links, in the caller's transaction and nothing else.

Only what differs leaves the database: rows whose record has another hash than their link, or no link. Enrolments, by
far the most rows, are compared and planned without leaving it at all (`enrolment_planning.py`).
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from common.db import Connection, Row
from common.events import CountByEntity, Mode
from common.registry import School, Target
from moodle_sync import enrolment_planning, links, mapping, operations
from moodle_sync.plan import Applied, Entity, Planned, operations_for

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Scope:
    """What a plan is for."""

    district_id: str
    run_id: UUID
    school: School
    target: Target
    mode: Mode


async def make_plan(conn: Connection, scope: Scope) -> CountByEntity:
    """Write the run's operations; how many there are by entity and kind."""
    unchanged: list[tuple[Entity, str, bytes]] = []
    planned: list[Planned] = []
    async for row_plan in _record_plans(conn, scope, unchanged):
        planned += row_plan
        if len(planned) >= CHUNK:
            await operations.add(conn, scope.district_id, scope.run_id, planned)
            planned = []
    if scope.mode == "full":
        planned += await _removals(conn, scope)
    await operations.add(conn, scope.district_id, scope.run_id, planned)
    await links.refresh_hashes(conn, scope, unchanged)
    await enrolment_planning.plan_enrolments(conn, scope)
    return await operations.count_planned(conn, scope.district_id, scope.run_id)


async def _record_plans(
    conn: Connection, scope: Scope, unchanged: list[tuple[Entity, str, bytes]]
) -> AsyncIterator[list[Planned]]:
    """The operations of each record that may differ; what turns out the same in Moodle's fields goes to `unchanged`."""
    zone = ZoneInfo(scope.school.timezone)
    async for entity, row in _differing(conn, scope):
        planned = operations_for(
            entity,
            row["source_key"],
            _wanted(entity, row, scope.school.source_school_id, zone),
            row["hash"],
            Applied(row["applied"], row["active"]) if row["applied"] is not None else None,
            enabled=row["enabled"],
            mode=scope.mode,
        )
        if planned:
            yield planned
        elif scope.mode == "full":
            unchanged.append((entity, row["source_key"], row["hash"]))


async def _differing(conn: Connection, scope: Scope) -> AsyncIterator[tuple[Entity, Row]]:
    for entity, sql in DIFFERING.items():
        cursor = conn.cursor(
            sql,
            scope.district_id,
            scope.school.id,
            scope.target.id,
            scope.school.source_id,
            mapping.VERSION,
            prefetch=CHUNK,
        )
        async for row in cursor:
            yield entity, row


def _wanted(entity: Entity, row: Row, category_key: str, zone: ZoneInfo) -> mapping.Fields:
    key = row["source_key"]
    if entity == "category":
        return mapping.category_fields(key, row["name"])
    if entity == "course":
        texts = {name: row[name] or "" for name in ("title", "code", "course_title")}
        class_ = mapping.SchoolClass(key, **texts, starts_on=row["starts_on"], ends_on=row["ends_on"])
        return mapping.course_fields(class_, category_key, zone)
    texts = {name: row[name] or "" for name in ("given_name", "family_name", "email", "username", "identifier")}
    return mapping.user_fields(mapping.Person(key, **texts))


async def _removals(conn: Connection, scope: Scope) -> list[Planned]:
    courses = await conn.fetch(GONE_COURSES, *_scope_keys(scope))
    users = await conn.fetch(GONE_USERS, *_scope_keys(scope))
    return [Planned("course", "hide", row["source_key"], {}) for row in courses] + [
        Planned("user", "suspend", row["source_key"], {}) for row in users
    ]


def _scope_keys(scope: Scope) -> tuple[str, UUID, str, str]:
    return scope.district_id, scope.school.id, scope.target.id, scope.school.source_id


_LINK = """
    LEFT JOIN link l ON l.district_id = $1 AND l.target_id = $3 AND l.source_id = $4
         AND l.entity = '{entity}' AND l.source_key = r.source_key
    WHERE r.district_id = $1 AND r.school_id = $2
      AND (l.source_key IS NULL OR l.source_hash <> r.hash OR l.mapping <> $5 OR l.active <> {enabled})
"""

DIFFERING: dict[Entity, str] = {
    "category": "SELECT r.source_key, r.hash, r.name, true AS enabled, l.applied, l.active FROM roster.school r"
    + _LINK.format(entity="category", enabled="true"),
    "course": "SELECT r.source_key, r.hash, r.title, r.code, r.course_title, r.starts_on, r.ends_on, "
    "true AS enabled, l.applied, l.active FROM roster.class r" + _LINK.format(entity="course", enabled="true"),
    "user": "SELECT r.source_key, r.hash, r.given_name, r.family_name, r.email, r.username, r.identifier, "
    "r.enabled, l.applied, l.active FROM roster.user r"
    + _LINK.format(entity="user", enabled="r.enabled")
    + "AND r.role IN ('student', 'teacher', 'administrator')",
}
"""Records that may differ from what was applied. $1 district, $2 school, $3 target, $4 source, $5 mapping."""

# Proof of a removal: the fetcher closed the record, which it does only when every endpoint that could show it was
# read to its end, or when the source itself reported the deletion.
GONE_COURSES = """
    SELECT l.source_key FROM link l
    WHERE l.district_id = $1 AND l.school_id = $2 AND l.target_id = $3 AND l.source_id = $4
      AND l.entity = 'course' AND l.active
      AND EXISTS (SELECT FROM roster.record r WHERE r.district_id = $1 AND r.school_id = $2 AND r.entity = 'class'
                  AND r.source_key = l.source_key AND r.last_snapshot IS NOT NULL)
      AND NOT EXISTS (SELECT FROM roster.record r WHERE r.district_id = $1 AND r.school_id = $2 AND r.entity = 'class'
                      AND r.source_key = l.source_key AND r.last_snapshot IS NULL)
"""

# A person's account is suspended only when no school that uses this source has the person any more.
GONE_USERS = """
    SELECT l.source_key FROM link l
    WHERE l.district_id = $1 AND l.target_id = $3 AND l.source_id = $4 AND l.entity = 'user' AND l.active
      AND EXISTS (SELECT FROM roster.record r WHERE r.district_id = $1 AND r.school_id = $2 AND r.entity = 'user'
                  AND r.source_key = l.source_key AND r.last_snapshot IS NOT NULL)
      AND NOT EXISTS (SELECT FROM roster.record r JOIN registry.school s USING (district_id)
                      WHERE r.district_id = $1 AND r.entity = 'user' AND r.source_key = l.source_key
                        AND r.last_snapshot IS NULL AND s.id = r.school_id AND s.source_id = $4)
"""
