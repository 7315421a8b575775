"""Plans categories, courses and groups: classes whose record differs from what Moodle has, a chunk at a time."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from common.db import Row
from common.uow import UnitOfWork
from moodle_sync import links, lookup, operations
from moodle_sync.moodle.reading import MoodleReader
from moodle_sync.plan import Applied, Planned, operations_for
from moodle_sync.planning.keys import COURSE_OF_CLASS, shared_course
from moodle_sync.scope import Scope
from rules.classes import Category, CourseRules, midnight
from rules.people import Fields
from rules.records import class_fields

CHUNK = 1000


class ClassPlanner:
    """Plans one school's classes. Categories that Moodle has already are known by their ID numbers."""

    def __init__(self, uow: UnitOfWork, scope: Scope, moodle: MoodleReader) -> None:
        self._uow = uow
        self._scope = scope
        self._moodle = moodle
        self._rules = CourseRules(scope.policy.templates)
        self._zone = ZoneInfo(scope.school.timezone)
        self._planned: set[str] = set()
        self._there: dict[str, dict[str, Any]] = {}

    async def plan(self) -> None:
        """Write the operations of the school's categories, courses and groups."""
        await self._plan_school()
        after = ""
        while rows := await self._differing(after):
            after = rows[-1]["source_key"]
            await self._plan_chunk(rows)
        if self._scope.policy.courses == "course":
            await self._plan_groups()

    async def _plan_school(self) -> None:
        """The school's own category, which stands whether or not there are classes."""
        scope = self._scope
        async with self._uow.step() as step:
            row = await step.conn.fetchrow(SCHOOL, *scope.keys)
        if row is None:
            return
        (category, *_) = self._rules.categories(self._fields(EMPTY_CLASS))
        if row["applied"] is None:
            await self._look_up_categories(str(category.fields["idnumber"]))
        await self._add_categories([category], {category.key: row})

    async def _look_up_categories(self, idnumber: str) -> None:
        found = await lookup.categories_like(self._moodle, idnumber)
        self._there = {category["idnumber"]: category for category in found if category["idnumber"]}

    async def _add_categories(self, categories: Sequence[Category], known: dict[str, Row]) -> None:
        planned: list[Planned] = []
        for category in categories:
            row, there = known.get(category.key), self._there.get(str(category.fields["idnumber"]))
            applied = _applied(row)
            for operation in operations_for(
                "category", category.key, category.fields, b"", applied, everything=self._scope.applies_all
            ):
                found = _as_link(operation, there, {"name": there["name"]} if there else {})
                planned.append(replace(found, depth=category.depth))
            self._planned.add(category.key)
        async with self._uow.step() as step:
            await operations.add(step.conn, self._scope, planned)

    async def _plan_chunk(self, rows: Sequence[Row]) -> None:
        scope = self._scope
        paths = [self._rules.categories(self._fields(row)) for row in rows]
        placed = [path for row, path in zip(rows, paths, strict=True) if scope.applies_all or row["applied"] is None]
        levels = {category.key: category for path in placed for category in path}
        new = [category for key, category in levels.items() if key not in self._planned]
        async with self._uow.step() as step:
            known = await links.rows(step.conn, scope, "category", [category.key for category in new])
        await self._add_categories(new, known)
        there = await self._look_up_courses(rows)
        planned, unchanged = [], []
        for row, path in zip(rows, paths, strict=True):
            operations_ = self._course(row, path[-1].key, there)
            planned += operations_
            if not operations_ and scope.applies_all:
                unchanged.append((row["source_key"], row["hash"]))
        async with self._uow.step() as step:
            await operations.add(step.conn, scope, planned)
            await links.refresh_hashes(step.conn, scope, "course", unchanged)

    async def _look_up_courses(self, rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
        source = self._scope.school.source_id
        new = [self._rules.idnumber(row["source_key"], source) for row in rows if row["applied"] is None]
        if not new:
            return {}
        return await lookup.courses_like(self._moodle, new, [int(c["id"]) for c in self._there.values()])

    def _course(self, row: Row, category_key: str, there: dict[str, dict[str, Any]]) -> list[Planned]:
        dates = midnight(row["starts_on"], self._zone), midnight(row["ends_on"], self._zone)
        course = self._rules.course(row["source_key"], self._fields(row), category_key, dates)
        planned = operations_for(
            "course", row["source_key"], course.fields, row["hash"], _applied(row), everything=self._scope.applies_all
        )
        found = there.get(str(course.fields["idnumber"]))
        linked = [_as_link(operation, found, _told(found)) for operation in planned]
        return [replace(operation, warning=operation.warning or course.warning) for operation in linked]

    async def _plan_groups(self) -> None:
        """A group for each class of a course that several classes share."""
        scope = self._scope
        async with self._uow.step() as step:
            rows = await step.conn.fetch(NEW_GROUPS, *scope.keys)
            planned = [Planned("group", "create", row["source_key"], self._group(row), source_hash=b"") for row in rows]
            await operations.add(step.conn, scope, planned)

    def _group(self, row: Row) -> Fields:
        return {
            "name": (row["title"] or row["code"] or row["source_key"])[:254],
            "idnumber": self._rules.idnumber(row["source_key"], self._scope.school.source_id),
            "course_key": row["course_key"],
        }

    async def _differing(self, after: str) -> list[Row]:
        scope, query = self._scope, DIFFERING[self._scope.policy.courses]
        async with self._uow.step() as step:
            return await step.conn.fetch(query, *scope.keys, scope.mapping, after, CHUNK)

    def _fields(self, row: Any) -> dict[str, str]:
        return template_fields(row, self._scope)


def template_fields(row: Any, scope: Scope) -> dict[str, str]:
    """What templates are made of, from a row of `DIFFERING`."""
    school = scope.school
    return class_fields(dict(row), source=school.source_id, school=school.name, school_id=school.source_school_id)


def _applied(row: Row | None) -> Applied | None:
    """What the row's link says, if there is one."""
    if row is None or row["applied"] is None:
        return None
    return Applied(row["applied"], row["active"], row["moodle_id"], row["drifted"])


def _as_link(operation: Planned, there: dict[str, Any] | None, before: Fields) -> Planned:
    """A creation becomes a link where Moodle has the object already; what differs is changed then."""
    if operation.kind != "create" or there is None:
        return operation
    differing = {name: value for name, value in before.items() if operation.after.get(name) != value}
    return replace(operation, kind="link", before=differing, moodle_id=int(there["id"]), match="idnumber")


def _told(course: dict[str, Any] | None) -> Fields:
    """What Moodle has of a course, as far as we look after it."""
    return {name: course[name] for name in ("fullname", "shortname", "startdate", "enddate")} if course else {}


EMPTY_CLASS: dict[str, Any] = {
    **dict.fromkeys(("source_key", "title", "code", "course_key", "course_title"), ""),
    **dict.fromkeys(("starts_on", "ends_on"), None),
    "subjects": [],
    "grades": [],
}

SCHOOL = """
    SELECT r.source_key, l.applied, l.active, l.moodle_id, l.drifted FROM roster.school r
    LEFT JOIN link l ON l.district_id = $1 AND l.target_id = $3 AND l.source_id = $4
         AND l.entity = 'category' AND l.source_key = r.source_key
    WHERE r.district_id = $1 AND r.school_id = $2
"""

_LINKED = """
    LEFT JOIN link l ON l.district_id = $1 AND l.target_id = $3 AND l.source_id = $4
         AND l.entity = 'course' AND l.source_key = r.source_key
    WHERE r.source_key > $6
      AND (l.source_key IS NULL OR l.source_hash <> r.hash OR l.mapping <> $5 OR NOT l.active OR l.drifted
           OR EXISTS (SELECT FROM link c WHERE c.district_id = $1 AND c.target_id = $3 AND c.source_id = $4
                      AND c.entity = 'category' AND c.school_id = $2 AND c.drifted
                      AND starts_with(l.applied->>'category_key', c.source_key)))
    ORDER BY r.source_key LIMIT $7
"""
_COLUMNS = """
    SELECT r.source_key, r.hash, r.title, r.code, r.course_key, r.course_title, r.subjects, r.grades,
           r.starts_on, r.ends_on, l.applied, l.active, l.moodle_id, l.drifted
"""

DIFFERING = {
    "class": f"{_COLUMNS} FROM (SELECT * FROM roster.class WHERE district_id = $1 AND school_id = $2) r {_LINKED}",
    "course": f"""{_COLUMNS} FROM (
        SELECT {COURSE_OF_CLASS} AS source_key,
               decode(md5(string_agg(encode(hash, 'hex'), '' ORDER BY source_key)), 'hex') AS hash,
               coalesce(nullif(min(course_title), ''), min(title)) AS title, min(code) AS code,
               min(course_key) AS course_key, min(course_title) AS course_title,
               (array_agg(subjects ORDER BY source_key))[1] AS subjects,
               (array_agg(grades ORDER BY source_key))[1] AS grades,
               CASE WHEN bool_and(starts_on IS NOT NULL) THEN min(starts_on) END AS starts_on,
               CASE WHEN bool_and(ends_on IS NOT NULL) THEN max(ends_on) END AS ends_on
        FROM roster.class c WHERE district_id = $1 AND school_id = $2 GROUP BY 1) r {_LINKED}""",
}
"""Courses that may differ, by what becomes one: each class, or each course with its classes.

$1 district, $2 school, $3 target, $4 source, $5 mapping, $6 after which key, $7 most.
"""

_SHARED = shared_course("r.course_key", "r.source_key")
NEW_GROUPS = f"""
    SELECT r.source_key, r.title, r.code, {_SHARED} AS course_key FROM roster.class r
    LEFT JOIN link l ON l.district_id = $1 AND l.target_id = $3 AND l.source_id = $4
         AND l.entity = 'group' AND l.source_key = r.source_key
    WHERE r.district_id = $1 AND r.school_id = $2 AND r.course_key <> ''
      AND (l.source_key IS NULL OR l.applied->>'course_key' <> {_SHARED})
      AND EXISTS (SELECT FROM roster.class o WHERE o.district_id = $1 AND o.school_id = $2
                  AND o.course_key = r.course_key AND o.source_key <> r.source_key)
    ORDER BY r.source_key
"""
"""Classes that share a course with others and have no group there yet. $1 district, $2 school, $3 target, $4 source."""
