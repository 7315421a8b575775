"""What Moodle has of a school's categories and courses."""

from typing import Any

from common.db import Connection, Row
from common.errors import Permanent
from common.uow import UnitOfWork
from moodle_sync.moodle.errors import NO_SUCH_RECORD, Refused
from moodle_sync.moodle.reading import MoodleReader
from moodle_sync.progress import Progress
from moodle_sync.scope import Scope
from moodle_sync.survey.places import enrolled

CHUNK = 200
COURSE_FIELDS = ("fullname", "shortname", "idnumber", "startdate", "enddate")


async def survey_categories(uow: UnitOfWork, scope: Scope, moodle: MoodleReader) -> None:
    """Set the links of the school's categories right; one that is gone is found or made anew."""
    rows = await _links(uow, scope, "category", "", 10_000)
    if not rows:
        return
    ids = ",".join(str(row["moodle_id"]) for row in rows)
    told = await moodle.call(
        "core_course_get_categories", {"criteria": [{"key": "ids", "value": ids}], "addsubcategories": False}
    )
    seen = {int(category["id"]): category for category in told}
    there = [(row, seen[row["moodle_id"]]) for row in rows if row["moodle_id"] in seen]
    missing = [row["source_key"] for row in rows if row["moodle_id"] not in seen]
    deleted = missing if missing and await _tells_of_others(moodle) else []
    async with uow.step() as step:
        fields = [{name: category[name] for name in ("name", "idnumber")} for _, category in there]
        await _note(step.conn, scope, "category", [row for row, _ in there], fields, [True] * len(there))
        await _give_up(step.conn, scope, "category", deleted)


async def _tells_of_others(moodle: MoodleReader) -> bool:
    """Whether Moodle answers at all when asked for categories: each site has at least one at the top."""
    criteria = [{"key": "parent", "value": "0"}]
    return bool(await moodle.call("core_course_get_categories", {"criteria": criteria, "addsubcategories": False}))


async def survey_courses(uow: UnitOfWork, scope: Scope, moodle: MoodleReader, progress: Progress) -> None:
    """Set the links of the school's courses right; those that were deleted are made anew."""
    after = ""
    while rows := await _links(uow, scope, "course", after, CHUNK):
        after = rows[-1]["source_key"]
        told = await moodle.call("core_course_get_courses", {"options": {"ids": [row["moodle_id"] for row in rows]}})
        seen = {int(course["id"]): course for course in told}
        there = [(row, seen[row["moodle_id"]]) for row in rows if row["moodle_id"] in seen]
        missing = [row for row in rows if row["moodle_id"] not in seen]
        deleted = [row["source_key"] for row in missing if await _is_deleted(moodle, row["moodle_id"])]
        async with uow.step() as step:
            fields = [_fields(row, course) for row, course in there]
            visible = [bool(course["visible"]) for _, course in there]
            await _note(step.conn, scope, "course", [row for row, _ in there], fields, visible)
            await _give_up(step.conn, scope, "course", deleted)
            await progress.add(step, len(rows))


async def _is_deleted(moodle: MoodleReader, course_id: int) -> bool:
    """Asked who is in the course, Moodle says that there is none. One that we may not see, it calls closed."""
    try:
        await enrolled(moodle, course_id, "onlyactive")
    except Refused as refused:
        return refused.errorcode == NO_SUCH_RECORD
    except Permanent:
        return False
    return False


def _fields(row: Row, course: dict[str, Any]) -> dict[str, Any]:
    """What Moodle has; a course that stands elsewhere than in its category has none of ours."""
    fields = {name: course[name] for name in COURSE_FIELDS}
    if row["category_id"] != course["categoryid"]:
        fields["category_key"] = ""
    return fields


async def _links(uow: UnitOfWork, scope: Scope, entity: str, after: str, most: int) -> list[Row]:
    async with uow.step() as step:
        return await step.conn.fetch(LINKS, *scope.keys, entity, after, most)


async def _note(
    conn: Connection, scope: Scope, entity: str, rows: list[Row], fields: list[dict[str, Any]], active: list[bool]
) -> None:
    keys = [row["source_key"] for row in rows]
    await conn.execute(NOTE, *scope.keys, entity, keys, fields, active)


async def _give_up(conn: Connection, scope: Scope, entity: str, keys: list[str]) -> None:
    """Forget links to what is not in Moodle any more, and whatever stood in it."""
    if not keys:
        return
    await conn.execute(
        "DELETE FROM link WHERE district_id = $1 AND target_id = $3 AND source_id = $4 AND entity = $5 "
        "AND source_key = ANY($6::text[]) AND $2::uuid IS NOT NULL",
        *scope.keys,
        entity,
        keys,
    )
    if entity == "course":
        await conn.execute(
            "DELETE FROM enrolment_link WHERE district_id = $1 AND school_id = $2 AND target_id = $3 "
            "AND source_id = $4 AND class_key = ANY($5::text[])",
            *scope.keys,
            keys,
        )
        await conn.execute(GIVE_UP_GROUPS, *scope.keys, keys)


GIVE_UP_GROUPS = """
    WITH gone AS (
        DELETE FROM link WHERE district_id = $1 AND school_id = $2 AND target_id = $3 AND source_id = $4
          AND entity = 'group' AND applied->>'course_key' = ANY($5::text[]) RETURNING source_key
    )
    DELETE FROM membership_link m USING gone
    WHERE m.district_id = $1 AND m.target_id = $3 AND m.source_id = $4 AND m.entity = 'group_member'
      AND m.container_key = gone.source_key
"""
"""Groups of courses that were deleted, and who was in them. $1–$4 as everywhere, $5 the courses."""

LINKS = """
    SELECT l.source_key, l.moodle_id, l.active, l.applied, c.moodle_id AS category_id FROM link l
    LEFT JOIN link c ON c.district_id = $1 AND c.target_id = $3 AND c.source_id = $4 AND c.entity = 'category'
         AND c.source_key = l.applied->>'category_key'
    WHERE l.district_id = $1 AND l.school_id = $2 AND l.target_id = $3 AND l.source_id = $4 AND l.entity = $5
      AND l.source_key > $6
    ORDER BY l.source_key LIMIT $7
"""
"""$1 district, $2 school, $3 target, $4 source, $5 entity, $6 after which key, $7 most."""

NOTE = """
    UPDATE link l SET applied = l.applied || seen.fields, active = seen.active, drifted = true
    FROM unnest($6::text[], $7::jsonb[], $8::boolean[]) AS seen (source_key, fields, active)
    WHERE l.district_id = $1 AND l.school_id = $2 AND l.target_id = $3 AND l.source_id = $4 AND l.entity = $5
      AND l.source_key = seen.source_key AND (l.applied || seen.fields <> l.applied OR l.active <> seen.active)
"""
