"""Finds groups and cohorts anew, and who is in them. Roles in categories and at accounts cannot be read in Moodle."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from common.uow import UnitOfWork
from moodle_sync import links, operations
from moodle_sync.moodle.errors import Refused
from moodle_sync.moodle.reading import MoodleReader
from moodle_sync.plan import ADD_MEMBERS, Entity, Planned
from moodle_sync.planning.classes import NEW_GROUPS
from moodle_sync.planning.memberships import Membership, new_cohorts, wanted_memberships
from moodle_sync.scope import Scope
from moodle_sync.survey.places import enrolled
from rules.classes import CourseRules

Found = tuple[str, int, dict[str, Any], bool]
"""Key, Moodle id, what Moodle has, whether it is active."""


async def keep(uow: UnitOfWork, scope: Scope, entity: Entity, found: Sequence[Found]) -> None:
    """Link what was found."""
    planned = [
        Planned(
            entity,
            "link",
            key,
            {**fields, "suspended": 0 if active else 1},
            source_hash=b"",
            moodle_id=moodle_id,
            match="idnumber",
        )
        for key, moodle_id, fields, active in found
    ]
    async with uow.step() as step:
        await operations.add(step.conn, scope, planned)
        rows = await operations.settle_found(step.conn, scope, entity)
        await links.record_made(step.conn, scope, rows)


async def rebuild_groups(uow: UnitOfWork, scope: Scope, moodle: MoodleReader) -> None:
    """Groups of classes that share a course, as far as the course is linked."""
    if scope.policy.courses != "course":
        return
    rules = CourseRules(scope.policy.templates)
    async with uow.step() as step:
        rows = await step.conn.fetch(NEW_GROUPS, *scope.keys)
        courses = await links.linked(step.conn, scope, "course", [row["course_key"] for row in rows])
    for course_key, classes in groupby(sorted(rows, key=lambda r: str(r["course_key"])), lambda r: r["course_key"]):
        if course_key not in courses:
            continue
        keys = {rules.idnumber(row["source_key"], scope.school.source_id): row["source_key"] for row in classes}
        try:
            told = await moodle.call("core_group_get_course_groups", {"courseid": courses[course_key]})
        except Refused:
            continue  # The course may have been deleted.
        found = {keys[group["idnumber"]]: group for group in told if group["idnumber"] in keys}
        kept = [
            (key, int(g["id"]), {"name": g["name"], "idnumber": g["idnumber"], "course_key": course_key}, True)
            for key, g in found.items()
        ]
        await keep(uow, scope, "group", kept)
        members = {key: await enrolled(moodle, courses[course_key], "groupid", id_) for key, id_, _, _ in kept}
        await _keep_members(
            uow, scope, "group_member", [(key, user) for key, users in members.items() for user in users]
        )


async def rebuild_cohorts(uow: UnitOfWork, scope: Scope, moodle: MoodleReader) -> None:
    """Cohorts in the school's category that bear the ID numbers of ours."""
    async with uow.step() as step:
        wanted = {str(planned.after["idnumber"]): planned for planned in await new_cohorts(step.conn, scope)}
        places = await links.linked(step.conn, scope, "category", [scope.school.source_school_id])
    for place in places.values() if wanted else ():
        context: dict[str, Any] = {"contextlevel": "coursecat", "instanceid": place}
        for idnumber, planned in wanted.items():
            question: dict[str, Any] = {"query": idnumber, "context": context, "includes": "self", "limitnum": 100}
            told = (await moodle.call("core_cohort_search_cohorts", question))["cohorts"]
            ids = [int(cohort["id"]) for cohort in told if cohort["idnumber"] == idnumber]
            await keep(uow, scope, "cohort", [(planned.source_key, id_, dict(planned.after), True) for id_ in ids[:1]])
            members = await moodle.call("core_cohort_get_cohort_members", {"cohortids": ids[:1]}) if ids else []
            seen = [(planned.source_key, int(user)) for cohort in members for user in cohort["userids"]]
            await _keep_members(uow, scope, "cohort_member", seen)


async def _keep_members(uow: UnitOfWork, scope: Scope, entity: Membership, seen: Sequence[tuple[str, int]]) -> None:
    """Whoever should be in it and is, is there through us."""
    wanted = next(wanted for wanted in wanted_memberships(scope) if wanted.entity == entity)
    async with uow.step() as step:
        await step.conn.execute(
            f"WITH wanted AS ({wanted.query}) {MEMBERS}",
            *scope.keys,
            wanted.argument,
            scope.run_id,
            entity,
            [key for key, _ in seen],
            [user for _, user in seen],
            ADD_MEMBERS[entity],
        )


MEMBERS = """
    , made AS (
        INSERT INTO membership_link (district_id, target_id, source_id, entity, container_key, user_key, school_id)
        SELECT $1, $3, $4, $7, w.container_key, w.user_key, $2
        FROM wanted w
        JOIN link u ON u.district_id = $1 AND u.target_id = $3 AND u.source_id = $4 AND u.entity = 'user'
             AND u.source_key = w.user_key
        JOIN unnest($8::text[], $9::bigint[]) AS seen (container_key, moodle_id)
             ON seen.container_key = w.container_key AND seen.moodle_id = u.moodle_id
        ON CONFLICT DO NOTHING
        RETURNING container_key, user_key
    )
    INSERT INTO operation (district_id, run_id, phase, entity, kind, source_key, user_key, after, state, match,
                           settled_at)
    SELECT $1, $6, $10, $7, 'link', container_key, user_key, '{"role_id": 0}', 'done', 'link', now() FROM made
"""
"""$1 district, $2 school, $3 target, $4 source, $5 the query's own, $6 run, $7 entity, $8 and $9 who is where,
$10 phase."""
