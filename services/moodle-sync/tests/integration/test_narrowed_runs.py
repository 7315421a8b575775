"""Runs for one person, for one class, or for what failed before: everything else stays as it is."""

import pytest

from simulators.moodle import MoodleSimulator

from ..support.acting import completed, only
from ..support.bench import Bench
from ..support.district import Roster, a_school, declare_policy, declare_roles

SCHOOL = a_school(students=4, classes=2)


async def planned(bench: Bench) -> set[tuple[str, str, str, str | None]]:
    """Entity, kind and keys of the last run's operations."""
    rows = await bench.sync.fetch(
        "SELECT entity, kind, source_key, user_key FROM operation "
        "WHERE run_id = (SELECT run_id FROM plan ORDER BY started_at DESC LIMIT 1)"
    )
    return {(row["entity"], row["kind"], row["source_key"], row["user_key"]) for row in rows}


def changed() -> Roster:
    """Everybody has another name, a student left, and a class with a new student is new."""
    roster = SCHOOL
    for key in SCHOOL.people:
        roster = roster.with_person(key, SCHOOL.people[key]["role"], given_name="New")
    roster = roster.without("hill-s3").with_class("hill-c0", title="New")
    roster = roster.with_class("new").with_person("newcomer").with_enrolment("new", "newcomer")
    return roster.with_enrolment("new", "hill-s0").with_enrolment("hill-c1", "newcomer")


async def test_a_run_for_one_person_changes_the_account_and_its_places_and_makes_what_they_stand_in(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await completed(bench, SCHOOL)
    await completed(bench, changed(), scope=only("user", "hill-s0"))
    assert await planned(bench) == {
        ("user", "update", "hill-s0", None),
        ("course", "create", "new", None),
        ("enrolment", "create", "new", "hill-s0"),
    }
    assert [user.username for user in moodle.site.users() if user.firstname == "New"] == ["hill-s0"]


async def test_a_run_for_somebody_who_left_ends_theirs_only(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, SCHOOL)
    ended = await completed(bench, changed().without("hill-s2"), scope=only("user", "hill-s3"))
    assert ended.actions == {"user": {"suspend": 1}, "enrolment": {"suspend": 2}}
    assert [user.username for user in moodle.site.users() if user.suspended] == ["hill-s3"]


async def test_a_first_run_for_one_person_makes_all_that_is_needed(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, SCHOOL, scope=only("user", "hill-s0"))
    assert moodle.summary()["users"] == 1
    assert (moodle.summary()["courses"], moodle.summary()["enrolments"]) == (2, 2)
    assert (await completed(bench, SCHOOL)).outcome == "clean"
    assert moodle.summary()["enrolments"] == 10


async def test_a_run_for_one_class_changes_its_course_and_who_is_in_it(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, SCHOOL)
    await completed(bench, changed(), scope=only("class", "hill-c1"))
    assert await planned(bench) == {
        ("user", "create", "newcomer", None),
        ("enrolment", "create", "hill-c1", "newcomer"),
        ("enrolment", "suspend", "hill-c1", "hill-s3"),
    }
    await completed(bench, changed(), scope=only("class", "hill-c0"))
    assert await planned(bench) == {
        ("course", "update", "hill-c0", None),
        ("enrolment", "suspend", "hill-c0", "hill-s3"),
    }


async def test_a_run_for_a_class_that_is_gone_hides_its_course_only(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, SCHOOL)
    limits = {"removals": {"count": 100, "percent": 100}}
    await declare_policy(bench.dashboard, limits=limits)
    school = a_school(students=4, classes=3)
    await completed(bench, school)
    await completed(bench, school.without("hill-c0").without("hill-c1"), scope=only("class", "hill-c0"))
    assert {c.idnumber: c.visible for c in moodle.site.courses()} == {"hill-c0": 0, "hill-c1": 1, "hill-c2": 1}


async def test_a_run_for_one_class_of_a_shared_course_leaves_the_other_alone(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await declare_policy(bench.dashboard, courses="course")
    school = Roster("hill")
    for key in ("7a", "7b"):
        school = school.with_class(key, course_key="maths").with_person(f"{key}-s").with_enrolment(key, f"{key}-s")
    await completed(bench, school, scope=only("class", "7a"))
    assert [user.username for user in moodle.site.users()] == ["7a-s"]
    assert (moodle.site.members_of_group("7a"), len(moodle.site.courses())) == (["7a-s"], 1)
    assert [group.idnumber for group in moodle.site.tables.groups] == ["7a"]


async def test_a_run_for_a_child_brings_its_guardian(bench: Bench, moodle: MoodleSimulator) -> None:
    await declare_policy(bench.dashboard, families=True)
    await declare_roles(bench.dashboard, guardian=9)
    school = SCHOOL.with_guardian("mother", "hill-s0").with_guardian("father", "hill-s1")
    await completed(bench, school, scope=only("user", "hill-s0"))
    assert {user.username for user in moodle.site.users()} == {"hill-s0", "mother"}
    assert moodle.site.roles_at_user("hill-s0") == [("mother", "parent")]


@pytest.mark.parametrize("entity", ["user", "class"])
async def test_a_run_for_a_record_that_is_not_there_does_nothing(
    bench: Bench, moodle: MoodleSimulator, entity: str
) -> None:
    await completed(bench, SCHOOL)
    assert (await completed(bench, changed(), scope=only(entity, "nobody"))).outcome == "nothing_to_do"


async def test_what_failed_in_a_run_is_done_again_and_nothing_else(bench: Bench, moodle: MoodleSimulator) -> None:
    moodle.mishaps.refuse("core_user_create_users", lambda user: user["username"] == "hill-s0")
    failed = await completed(bench, SCHOOL)
    assert failed.outcome == "with_errors"
    moodle.mishaps.clear()
    scope = only("", "").model_copy(update={"failed_in": failed.run_id})
    ended = await completed(bench, changed(), scope=scope)
    assert ended.actions == {"user": {"create": 1}, "enrolment": {"create": 2}}
    assert moodle.site.user("hill-s0").firstname == "New"
    assert moodle.site.user("hill-s1").firstname == "Hill-S1"


async def test_of_a_run_without_failures_there_is_nothing_to_do_again(bench: Bench, moodle: MoodleSimulator) -> None:
    first = await completed(bench, SCHOOL)
    other = a_school("dale", students=1)
    moodle.mishaps.refuse("core_user_create_users", lambda user: user["username"] == "dale-s0")
    await completed(bench, other)
    moodle.mishaps.clear()
    scope = only("", "").model_copy(update={"failed_in": first.run_id})
    assert (await completed(bench, other, scope=scope)).outcome == "nothing_to_do"
