"""Links that were lost are found again in Moodle, by ID numbers."""

from typing import Any

import pytest

from moodle_sync.moodle.reading import READS
from simulators.moodle import MoodleSimulator
from simulators.moodle.rows import User

from ..support.acting import completed, rebuilt, told
from ..support.bench import Bench
from ..support.district import Roster, a_school, declare_policy
from .test_drift import delete_course

TABLES = ("link", "enrolment_link", "membership_link")


async def forget(bench: Bench) -> dict[str, list[tuple[object, ...]]]:
    """Lose all links; what they were."""
    before = await links(bench)
    for table in TABLES:
        await bench.sync.execute(f"DELETE FROM {table}")
    return before


async def links(bench: Bench) -> dict[str, list[tuple[object, ...]]]:
    columns = {
        "link": "entity, source_key, school_id, moodle_id, applied, active",
        "enrolment_link": "class_key, user_key, record_key, school_id, role_id, active",
        "membership_link": "entity, container_key, user_key, school_id, role_id",
    }
    found = {
        table: await bench.sync.fetch(f"SELECT {names} FROM {table} ORDER BY 1, 2, 3")
        for table, names in columns.items()
    }
    return {table: [tuple(row) for row in rows] for table, rows in found.items()}


def a_varied_school() -> Roster:
    """Classes of two courses and two subjects, students of two grades."""
    roster = a_school(classes=3)
    for n in range(6):
        roster = roster.with_person(f"s{n}", grade="07" if n < 3 else "08").with_enrolment(f"hill-c{n % 3}", f"s{n}")
    for n, (course, subject) in enumerate((("maths", "Maths"), ("maths", "Maths"), ("music", "Music"))):
        roster = roster.with_class(f"hill-c{n}", course_key=course, course_title=subject, subjects=[subject])
    return roster


@pytest.mark.parametrize(
    "policy",
    [
        {},
        {"courses": "course"},
        {"cohorts": ["school", "grade"]},
        {"templates": {"category": ["{school}", "{subject}"], "idnumber": "{source}:{id}"}},
    ],
    ids=["usual", "shared courses", "cohorts", "sub-categories"],
)
async def test_lost_links_are_found_and_a_full_run_then_has_nothing_to_do(
    bench: Bench, moodle: MoodleSimulator, policy: dict[str, Any]
) -> None:
    await declare_policy(bench.dashboard, **policy)
    await completed(bench, a_varied_school())
    before = await forget(bench)
    moodle.reset_calls()
    ended = await rebuilt(bench)
    assert (ended.outcome, set(moodle.calls) <= READS) == ("clean", True)
    assert await links(bench) == before
    assert (await completed(bench, a_varied_school())).outcome == "nothing_to_do"


async def test_what_was_suspended_or_hidden_is_known_to_be(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, a_varied_school())
    moodle.site.change_user("s0", suspended=True)
    await forget(bench)
    await rebuilt(bench)
    ended = await completed(bench, a_varied_school(), mode="nightly")
    assert ended.actions == {"user": {"reactivate": 1}}


async def test_links_that_are_there_stay_as_they_are(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, a_varied_school())
    await bench.sync.execute("DELETE FROM link WHERE source_key = 's0'")
    moodle.site.change_user("s1", firstname="Other")
    await rebuilt(bench)
    applied = await bench.sync.fetch(
        "SELECT source_key, applied->>'firstname' AS name FROM link WHERE source_key IN ('s0', 's1') ORDER BY 1"
    )
    assert [(row["source_key"], row["name"]) for row in applied] == [("s0", "S0"), ("s1", "S1")]
    assert await bench.sync.fetchval("SELECT count(*) FROM enrolment_link") == 9


async def test_another_schools_links_are_not_looked_for(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, a_varied_school())
    await completed(bench, a_school("dale", students=2, classes=1))
    await forget(bench)
    await rebuilt(bench)
    rows = await bench.sync.fetch("SELECT DISTINCT source_key FROM link WHERE source_key LIKE 'dale%'")
    assert rows == []


async def test_an_id_number_that_two_accounts_bear_is_nobodys(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, a_varied_school())
    await forget(bench)
    second = moodle.site.tables.users.next_id
    moodle.site.add_user(User(second, "second", "S0", "Quill", "second@x.test", idnumber="s0"))
    await rebuilt(bench)
    assert await bench.sync.fetchval("SELECT count(*) FROM link WHERE source_key = 's0'") == 0
    assert await bench.sync.fetchval("SELECT count(*) FROM link WHERE entity = 'user'") == 6


async def test_what_moodle_has_of_others_is_not_linked(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, a_varied_school())
    await forget(bench)
    smaller = a_varied_school().without("s0").without("hill-c2")
    await completed(bench, smaller, mode="refresh", dry_run=True)
    await rebuilt(bench)
    keys = {row["source_key"] for row in await bench.sync.fetch("SELECT source_key FROM link")}
    assert not {"s0", "hill-c2"} & keys


async def test_a_course_that_was_deleted_keeps_nobody_else_from_being_found(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await completed(bench, a_school(students=3, classes=2))
    await bench.sync.execute("DELETE FROM enrolment_link")
    delete_course(moodle, "hill-c0")
    assert (await rebuilt(bench)).actions == {"enrolment": {"link": 4}}


async def test_an_account_with_the_id_number_and_another_name_is_left_to_whose_it_is(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    roster = a_school(students=2, classes=1)
    await completed(bench, roster)
    await bench.sync.execute("DELETE FROM link WHERE entity = 'user'")
    moodle.site.change_user("hill-s0", firstname="Otto", email="otto@else.test")
    assert (await rebuilt(bench)).actions["user"] == {"link": 2}
    ended = await completed(bench, roster)
    assert await told(bench, ended) == [("AMBIGUOUS_MATCH", "hill-s0")]
    assert moodle.site.user("hill-s0").firstname == "Otto"
