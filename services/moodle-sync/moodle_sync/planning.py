"""Makes a run's plan: the school's current roster against the links, in the caller's transaction and nothing else.

Only what differs leaves the database: rows whose record has another hash than their link, or no link. Enrolments, by
far the most rows, are compared and planned without leaving it at all (`enrolment_planning.py`).
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from common.db import Connection, Row
from common.events import CountByEntity, Mode
from common.registry import School, Target
from moodle_sync import enrolment_planning, links, mapping, operations
from moodle_sync.claims import Claims
from moodle_sync.plan import Applied, Entity, Planned, operations_for

if TYPE_CHECKING:
    from asyncpg.cursor import Cursor

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
    claims = Claims()
    for entity in DIFFERING:
        cursor = await _differing(conn, scope, entity)
        while rows := await cursor.fetch(CHUNK):
            await _plan_records(conn, scope, entity, rows, claims)
    if scope.mode == "full":
        await operations.add(conn, scope.district_id, scope.run_id, await _removals(conn, scope))
    await enrolment_planning.plan_enrolments(conn, scope)
    return await operations.count_planned(conn, scope.district_id, scope.run_id)


async def _plan_records(conn: Connection, scope: Scope, entity: Entity, rows: list[Row], claims: Claims) -> None:
    """Plan what is to be done about records that may differ; some turn out the same in Moodle's fields."""
    zone = ZoneInfo(scope.school.timezone)
    wanted = [_wanted(entity, row, scope.school.source_school_id, zone) for row in rows]
    if entity == "user":
        names, emails = ([str(fields[f]).lower() for fields in wanted] for f in ("username", "email"))
        claims.note(await links.owners(conn, scope, names, emails))
    planned, unchanged = [], []
    for row, fields in zip(rows, wanted, strict=True):
        operations_ = _operations(entity, row, fields, claims, scope.mode)
        planned += operations_
        if not operations_ and scope.mode == "full":
            unchanged.append((row["source_key"], row["hash"]))
    await operations.add(conn, scope.district_id, scope.run_id, planned)
    await links.refresh_hashes(conn, scope, entity, unchanged)


def _operations(entity: Entity, row: Row, wanted: mapping.Fields, claims: Claims, mode: Mode) -> list[Planned]:
    key, error, warning = row["source_key"], "", ""
    if entity == "user":
        wanted, error, warning = claims.settle(key, wanted)
    applied = Applied(row["applied"], row["active"]) if row["applied"] is not None else None
    planned = operations_for(entity, key, wanted, row["hash"], applied, enabled=row["enabled"], mode=mode)
    if error or warning:
        return [replace(p, error=error, warning=warning) for p in planned[:1]] + ([] if error else planned[1:])
    return planned


async def _differing(conn: Connection, scope: Scope, entity: Entity) -> "Cursor[Row]":
    return await conn.cursor(
        DIFFERING[entity],
        scope.district_id,
        scope.school.id,
        scope.target.id,
        scope.school.source_id,
        mapping.VERSION,
    )


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
    + "AND r.role IN ('student', 'teacher', 'administrator') ORDER BY r.role = 'student', r.source_key",
}
"""Records that may differ from what was applied. $1 district, $2 school, $3 target, $4 source, $5 mapping."""

# Proof of a removal: the fetcher closed the record, which it does only when every endpoint that could show it was
# read to its end, or when the source itself reported the deletion.
GONE_COURSES = """
    SELECT DISTINCT r.source_key FROM roster.record r
    JOIN link l ON l.district_id = $1 AND l.target_id = $3 AND l.source_id = $4 AND l.entity = 'course'
         AND l.source_key = r.source_key AND l.school_id = $2 AND l.active
    WHERE r.district_id = $1 AND r.school_id = $2 AND r.entity = 'class' AND r.last_snapshot IS NOT NULL
      AND NOT EXISTS (SELECT FROM roster.record now WHERE now.district_id = $1 AND now.school_id = $2
                      AND now.entity = 'class' AND now.source_key = r.source_key AND now.last_snapshot IS NULL)
"""

# A person's account is suspended only when no school that uses this source has the person any more.
GONE_USERS = """
    SELECT DISTINCT r.source_key FROM roster.record r
    JOIN link l ON l.district_id = $1 AND l.target_id = $3 AND l.source_id = $4 AND l.entity = 'user'
         AND l.source_key = r.source_key AND l.active
    WHERE r.district_id = $1 AND r.school_id = $2 AND r.entity = 'user' AND r.last_snapshot IS NOT NULL
      AND NOT EXISTS (SELECT FROM roster.record now
                      JOIN registry.school s ON s.district_id = $1 AND s.id = now.school_id
                      WHERE now.district_id = $1 AND now.entity = 'user' AND now.source_key = r.source_key
                        AND now.last_snapshot IS NULL AND s.source_id = $4)
"""
