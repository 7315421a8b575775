"""Finds links anew in Moodle: whatever bears the ID number that a record would get is the record's.

An account must bear the person's name too; one that does not is left to the first contact, which names it.

For a database that was lost, or a Moodle that was filled by somebody else with the same ID numbers. Nothing is written
to Moodle, and links that are there stay as they are. Each link is kept as an operation that is done.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from common.db import Row
from common.uow import UnitOfWork
from moodle_sync import links, lookup, operations
from moodle_sync.matching import Account
from moodle_sync.moodle.errors import Refused
from moodle_sync.moodle.reading import MoodleReader
from moodle_sync.planning.classes import DIFFERING, EMPTY_CLASS, template_fields
from moodle_sync.planning.keys import COURSE_OF_CLASS
from moodle_sync.progress import Progress
from moodle_sync.rebuilding_groups import keep, rebuild_cohorts, rebuild_groups
from moodle_sync.scope import Scope
from moodle_sync.survey.places import enrolled
from rules.classes import Category, CourseRules
from rules.people import AccountRules, is_named

CHUNK = 1000


async def rebuild_links(uow: UnitOfWork, scope: Scope, moodle: MoodleReader, progress: Progress) -> None:
    """Link what Moodle has of the school's roster. Raises what Moodle's client raises."""
    async with uow.step() as step:
        await operations.remove_all(step.conn, *scope.run)
    await _rebuild_classes(uow, scope, moodle, progress)
    await _rebuild_people(uow, scope, moodle, progress)
    await _rebuild_enrolments(uow, scope, moodle, progress)
    await rebuild_groups(uow, scope, moodle)
    await rebuild_cohorts(uow, scope, moodle)


async def _rebuild_classes(uow: UnitOfWork, scope: Scope, moodle: MoodleReader, progress: Progress) -> None:
    """Categories, and the courses in them."""
    rules = CourseRules(scope.policy.templates)
    (own, *_) = rules.categories(template_fields(EMPTY_CLASS, scope))
    found = await lookup.categories_like(moodle, str(own.fields["idnumber"]))
    there = {category["idnumber"]: category for category in found if category["idnumber"]}
    await _keep_categories(uow, scope, {own.key: own}, there)
    after = ""
    while rows := await _unlinked(uow, scope, after):
        after = rows[-1]["source_key"]
        paths = [rules.categories(template_fields(row, scope)) for row in rows]
        levels = {category.key: category for path in paths for category in path}
        await _keep_categories(uow, scope, levels, there)
        await _rebuild_courses(uow, scope, moodle, [row["source_key"] for row in rows], list(there.values()))
        async with uow.step() as step:
            await progress.add(step, len(rows))


async def _keep_categories(
    uow: UnitOfWork, scope: Scope, wanted: Mapping[str, Category], there: Mapping[str, dict[str, Any]]
) -> None:
    async with uow.step() as step:
        linked = await links.linked(step.conn, scope, "category", list(wanted))
    found = [
        (category, there[str(category.fields["idnumber"])])
        for key, category in wanted.items()
        if key not in linked and category.fields["idnumber"] in there
    ]
    kept = [
        (category.key, int(told["id"]), {**category.fields, "name": told["name"]}, True) for category, told in found
    ]
    await keep(uow, scope, "category", kept)


async def _rebuild_courses(
    uow: UnitOfWork, scope: Scope, moodle: MoodleReader, courses: Sequence[str], categories: Sequence[dict[str, Any]]
) -> None:
    rules = CourseRules(scope.policy.templates)
    keys = {rules.idnumber(key, scope.school.source_id): key for key in courses}
    found = await lookup.courses_like(moodle, list(keys), [int(category["id"]) for category in categories])
    async with uow.step() as step:
        stand = {row["moodle_id"]: row["source_key"] for row in await step.conn.fetch(CATEGORIES, *scope.keys)}
    kept = [
        (keys[idnumber], int(course["id"]), _course(course, stand), bool(course["visible"]))
        for idnumber, course in found.items()
    ]
    await keep(uow, scope, "course", kept)


async def _rebuild_people(uow: UnitOfWork, scope: Scope, moodle: MoodleReader, progress: Progress) -> None:
    rules = AccountRules(scope.policy.templates)
    after = ""
    while rows := await _people(uow, scope, after):
        after = rows[-1]["source_key"]
        source = scope.school.source_id
        people = {rules.idnumber({"id": row["source_key"], "source": source}): row for row in rows}
        found: dict[str, list[Account]] = {}
        async for account in lookup.accounts_by(moodle, "idnumber", list(people)):
            found.setdefault(account.idnumber, []).append(account)
        async with uow.step() as step:
            ids = [account.id for accounts in found.values() for account in accounts]
            taken = await links.taken_accounts(step.conn, scope, ids)
        alone = [
            (people[idnumber]["source_key"], accounts[0])
            for idnumber, accounts in found.items()
            if len(accounts) == 1 and accounts[0].id not in taken and _is_of(people[idnumber], accounts[0])
        ]
        await keep(uow, scope, "user", [(key, a.id, a.fields, not a.suspended) for key, a in alone])
        async with uow.step() as step:
            await progress.add(step, len(rows))


def _is_of(person: Row, account: Account) -> bool:
    """Whether the account bears the person's name: another's may have the same ID number, from another source."""
    given, family = person["given_name"], person["family_name"]
    return is_named({"firstname": given or family, "lastname": family or given}, account.firstname, account.lastname)


async def _people(uow: UnitOfWork, scope: Scope, after: str) -> list[Row]:
    async with uow.step() as step:
        return await step.conn.fetch(PEOPLE, *scope.keys, after, CHUNK)


async def _rebuild_enrolments(uow: UnitOfWork, scope: Scope, moodle: MoodleReader, progress: Progress) -> None:
    """Whoever should be in a course and is there with our role is there through us."""
    roles = [role for role in ("teacher", "student") if role in scope.target.roles]
    async with uow.step() as step:
        courses = await step.conn.fetch(LINKED_COURSES, *scope.keys)
    for course in courses:
        try:
            active = await enrolled(moodle, course["moodle_id"], "onlyactive")
            suspended = await enrolled(moodle, course["moodle_id"], "onlysuspended")
        except Refused:
            continue  # Of a course that cannot be looked into nothing is known; it may have been deleted.
        places = [(user, role, True) for user, held in active.items() for role in held]
        places += [(user, role, False) for user, held in suspended.items() for role in held]
        async with uow.step() as step:
            users, role_ids, states = zip(*places, strict=True) if places else ((), (), ())
            await step.conn.execute(
                PLACES[scope.policy.courses],
                *scope.keys,
                scope.run_id,
                course["source_key"],
                list(users),
                list(role_ids),
                list(states),
                roles,
                [scope.target.roles[role] for role in roles],
            )
            await progress.add(step, len(places))


async def _unlinked(uow: UnitOfWork, scope: Scope, after: str) -> list[Row]:
    """The next courses that have no link, with what their names and categories are made of."""
    async with uow.step() as step:
        rows = await step.conn.fetch(DIFFERING[scope.policy.courses], *scope.keys, scope.mapping, after, CHUNK)
    new = [row for row in rows if row["applied"] is None]
    return new if new or not rows else await _unlinked(uow, scope, rows[-1]["source_key"])


def _course(course: dict[str, Any], categories: Mapping[int, str]) -> dict[str, Any]:
    """What Moodle has of a course; outside our categories it stands in none."""
    names = ("fullname", "shortname", "idnumber", "startdate", "enddate")
    return {**{name: course[name] for name in names}, "category_key": categories.get(course["categoryid"], "")}


CATEGORIES = """
    SELECT source_key, moodle_id FROM link
    WHERE district_id = $1 AND target_id = $3 AND source_id = $4 AND entity = 'category' AND $2::uuid IS NOT NULL
"""
PEOPLE = """
    SELECT u.source_key, u.given_name, u.family_name FROM roster.user u
    WHERE u.district_id = $1 AND u.school_id = $2 AND u.source_key > $5
      AND NOT EXISTS (SELECT FROM link l WHERE l.district_id = $1 AND l.target_id = $3 AND l.source_id = $4
                      AND l.entity = 'user' AND l.source_key = u.source_key)
    ORDER BY 1 LIMIT $6
"""
"""Keys and names of people without a link. $1 district, $2 school, $3 target, $4 source, $5 after whom, $6 most."""

LINKED_COURSES = """
    SELECT source_key, moodle_id FROM link
    WHERE district_id = $1 AND school_id = $2 AND target_id = $3 AND source_id = $4 AND entity = 'course'
"""

_PLACES = """
    WITH made AS (
        INSERT INTO enrolment_link (district_id, target_id, source_id, school_id, class_key, user_key, record_key,
                                    role_id, time_start, time_end, active)
        SELECT DISTINCT ON (e.user_key) $1, $3, $4, $2, $6, e.user_key, e.source_key, seen.role_id, 0, 0, seen.active
        FROM unnest($7::bigint[], $8::int[], $9::boolean[]) AS seen (moodle_id, role_id, active)
        JOIN link u ON u.district_id = $1 AND u.target_id = $3 AND u.source_id = $4 AND u.entity = 'user'
             AND u.moodle_id = seen.moodle_id
        JOIN roster.enrolment e ON e.district_id = $1 AND e.school_id = $2 AND e.user_key = u.source_key
        JOIN roster.class c ON c.district_id = $1 AND c.school_id = $2 AND c.source_key = e.class_key
        JOIN unnest($10::text[], $11::int[]) AS role (name, id) ON role.name = e.role AND role.id = seen.role_id
        WHERE {course} = $6
        ORDER BY e.user_key, e.source_key
        ON CONFLICT DO NOTHING
        RETURNING class_key, user_key, role_id, active, record_key
    )
    INSERT INTO operation (district_id, run_id, phase, entity, kind, source_key, user_key, after, state, match,
                           settled_at)
    SELECT $1, $5, 40, 'enrolment', 'link', class_key, user_key,
           jsonb_build_object('role_id', role_id, 'active', active, 'record_key', record_key), 'done', 'link', now()
    FROM made
"""
PLACES = {
    "class": _PLACES.format(course="c.source_key"),
    "course": _PLACES.format(course=COURSE_OF_CLASS),
}
"""$1 district, $2 school, $3 target, $4 source, $5 run, $6 course, $7–$9 who is there, $10 and $11 our roles."""
