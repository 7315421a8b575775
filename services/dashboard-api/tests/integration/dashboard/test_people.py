"""People counted once, and what of a school is in Moodle."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from dashboard_api.declare.model import SOURCE_ID, TARGET_ID
from dashboard_api.housekeeping import count_people
from dashboard_api.queries import people

from .asking import get, south_too
from .surroundings import BEGINNING, TWO_SOURCES, Dashboard, completed, fetched, school
from .surroundings import north as north_with
from .workers import Workers, person

Roster = dict[tuple[str, str], dict[str, Any]]


def roster(*students: str, teachers: tuple[str, ...] = ()) -> Roster:
    pupils: Roster = {("user", name): person(name) for name in students}
    return pupils | {("user", name): person(name, role="teacher") for name in teachers}


async def share(dashboard: Dashboard, workers: Workers, key: str, records: Roster, district_id: str = "north") -> None:
    """A school's roster is read, and told of."""
    number, run_id = await workers.snapshot(records, key, district_id=district_id)
    roles = [body["role"] for body in records.values()]
    counts = {"user": len(roles), **{role: roles.count(role) for role in set(roles)}}
    about = {"district_id": district_id, "school_id": school(key, district_id), "counts": counts}
    await dashboard.handle(fetched(run_id, key, number, **about))


async def counted(dashboard: Dashboard, district_id: str = "north") -> dict[str, tuple[int, int]]:
    """People and those at several schools, by kind."""
    _, body = await get(dashboard, f"/districts/{district_id}", await dashboard.bearer())
    return {kind: (one["people"], one["at_several"]) for kind, one in body["people"].items()}


async def test_a_person_at_two_schools_counts_once(north: Dashboard, workers: Workers) -> None:
    await share(north, workers, "1", roster("ada", "bo", teachers=("tom",)))
    await share(north, workers, "2", roster("bo", "cy", teachers=("tom", "una")))
    await count_people(north.pool)
    assert await counted(north) == {"student": (3, 1), "teacher": (2, 1), "user": (5, 2)}
    _, body = await get(north, "/districts/north", await north.bearer())
    assert (body["counts"]["student"], body["people_counted_at"] is None) == (4, False)


async def test_who_teaches_here_and_learns_there_is_one_person_in_two_roles(north: Dashboard, workers: Workers) -> None:
    await share(north, workers, "1", roster("ada"))
    await share(north, workers, "2", roster(teachers=("ada",)))
    await count_people(north.pool)
    assert await counted(north) == {"student": (1, 0), "teacher": (1, 0), "user": (1, 1)}


async def test_people_are_counted_again_only_when_a_roster_changed(north: Dashboard, workers: Workers) -> None:
    await share(north, workers, "1", roster("ada", "bo"))
    await share(north, workers, "2", roster("bo"))
    assert [district for district, _ in await people.outdated(north.pool)] == ["north"]
    await count_people(north.pool)
    assert await people.outdated(north.pool) == []
    await share(north, workers, "2", roster("cy"))
    await count_people(north.pool)
    assert await counted(north) == {"student": (3, 0), "user": (3, 0)}


async def test_a_school_that_is_no_longer_shared_does_not_count(north: Dashboard, workers: Workers) -> None:
    await share(north, workers, "1", roster("ada", "bo"))
    await share(north, workers, "2", roster("bo"))
    await count_people(north.pool)
    await north.list_schools({"1": "Ashgrove Primary"})
    await count_people(north.pool)
    assert await counted(north) == {"student": (2, 0), "user": (2, 0)}


async def test_the_same_id_in_two_districts_is_two_people(north: Dashboard, workers: Workers) -> None:
    await south_too(north)
    await share(north, workers, "1", roster("ada"))
    await share(north, workers, "1", roster("ada"), "south")
    await count_people(north.pool)
    assert await counted(north) == await counted(north, "south") == {"student": (1, 0), "user": (1, 0)}


async def test_the_same_id_at_two_sources_is_two_people(dashboard: Dashboard, workers: Workers) -> None:
    await dashboard.declare(north_with(**TWO_SOURCES))
    await dashboard.list_schools({"1": "Ashgrove Primary"}, source_id="sis")
    await dashboard.list_schools({"2": "Beech Hill School"}, source_id="clever")
    ids = [row["id"] for row in await dashboard.pool.fetch("SELECT id FROM school ORDER BY name")]
    for id_ in ids:
        await dashboard.handle(fetched(uuid4(), school_id=id_, counts={"user": 1, "student": 1}))
        await dashboard.fetcher.execute(
            "INSERT INTO record (district_id, school_id, entity, source_key, first_snapshot, hash, body) "
            "VALUES ('north', $1, 'user', 'ada', 1, '', $2)",
            id_,
            person("ada"),
        )
    await count_people(dashboard.pool)
    assert await counted(dashboard) == {"student": (2, 0), "user": (2, 0)}


async def test_what_is_in_moodle_is_counted_when_a_sync_ends(north: Dashboard, workers: Workers) -> None:
    await share(north, workers, "1", roster("ada", "bo", "cy", teachers=("tom",)))
    for number, name in enumerate(("ada", "tom", "gone")):
        await workers.link("user", name, number, {})
    await workers.link("user", "bo", 9, {}, active=False)
    await workers.link("course", "c-1", 10, {})
    await workers.link("course", "c-2", 11, {}, school_id=school("2"))
    await workers.place("c-1", "ada")
    await workers.place("c-1", "bo", active=False)
    await north.handle(completed(uuid4()), at=BEGINNING + timedelta(days=1))
    _, body = await get(north, "/schools", await north.bearer())
    first, second = body["schools"]
    assert first["in_moodle"] == {"student": 1, "teacher": 1, "user": 2, "course": 1, "enrolment": 1}
    assert (first["in_moodle_at"][:10], second["in_moodle"]) == ("2026-11-23", None)
    _, district = await get(north, "/districts/north", await north.bearer())
    assert district["in_moodle"] == first["in_moodle"]


async def test_who_left_counts_in_moodle_as_long_as_they_have_a_place_there(north: Dashboard, workers: Workers) -> None:
    await share(north, workers, "1", roster("ada", "bo", "cy"))
    await share(north, workers, "1", roster("ada"))
    for number, name in enumerate(("ada", "bo", "cy")):
        await workers.link("user", name, number, {})
    await workers.link("course", "c-1", 10, {})
    await workers.place("c-1", "ada")
    await workers.place("c-1", "bo")
    await workers.place("c-1", "cy", active=False)
    await north.handle(completed(uuid4(), outcome="held"))
    _, body = await get(north, "/schools", await north.bearer())
    assert body["schools"][0]["in_moodle"] == {"student": 2, "user": 2, "course": 1, "enrolment": 2}


async def test_the_people_of_a_large_school_are_counted_in_a_moment(north: Dashboard, workers: Workers) -> None:
    await north.handle(completed(uuid4()))
    people_of = "generate_series(1, 4000) n"
    await workers.fetcher.execute(
        "INSERT INTO record (district_id, school_id, entity, source_key, first_snapshot, last_snapshot, hash, body) "
        f"SELECT 'north', $1, 'user', 'u-' || n, 1, CASE WHEN n <= 400 THEN 1 END, '', $2 FROM {people_of}",
        school("1"),
        person("Ada"),
    )
    await workers.moodle.execute(
        "INSERT INTO link (district_id, target_id, source_id, entity, source_key, school_id, moodle_id, source_hash, "
        f"mapping, applied) SELECT 'north', $2, $3, 'user', 'u-' || n, $1, n, '', 1, '{{}}' FROM {people_of}",
        *(school("1"), TARGET_ID, SOURCE_ID),
    )
    await workers.moodle.execute(
        "INSERT INTO enrolment_link (district_id, target_id, source_id, school_id, class_key, user_key, record_key, "
        "role_id, time_start, time_end, active) SELECT 'north', $2, $3, $1, 'c-' || c, 'u-' || n, 'e', 5, 0, 0, true "
        f"FROM {people_of}, generate_series(1, 8) c",
        *(school("1"), TARGET_ID, SOURCE_ID),
    )
    async with north.pool.acquire() as conn, conn.transaction():
        await conn.execute("SET LOCAL statement_timeout = '4s'")
        await people.note_in_moodle(conn, "north", school("1"), BEGINNING)
    assert (await north.row("SELECT in_moodle FROM school_state"))["in_moodle"]["student"] == 4000
