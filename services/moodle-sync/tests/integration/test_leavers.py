"""Who leaves: first the places in courses end, then, after the days that the district wants, the account is closed."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from common.events import SyncCompleted
from simulators.moodle import MoodleSimulator
from simulators.moodle.rows import Grade, GradeItem

from ..support.acting import completed
from ..support.bench import Bench
from ..support.district import DISTRICT, a_school, declare_policy, school_id

SCHOOL = a_school(students=8, classes=2)


def grade(moodle: MoodleSimulator, course: str, username: str) -> None:
    """Graded work of somebody in a course."""
    tables = moodle.site.tables
    (found,) = [c for c in moodle.site.courses() if c.idnumber == course]
    item = tables.grade_items.put(GradeItem(tables.grade_items.next_id, found.id, "mod", "Essay"))
    tables.grades.put(Grade(tables.grades.next_id, item.id, moodle.site.user(username).id, 70, 0))


def places(moodle: MoodleSimulator, username: str) -> dict[str, bool]:
    """Whether each place of somebody is suspended, by course."""
    return {e.course[5:7]: e.suspended for e in moodle.site.enrolments() if e.username == username}


async def days_pass(bench: Bench, days: int) -> None:
    """The school's snapshots are older than they were."""
    await bench.fetcher.execute(
        "UPDATE snapshot SET taken_at = $3 WHERE district_id = $1 AND school_id = $2",
        DISTRICT, school_id("hill"), datetime.now(UTC) - timedelta(days=days),
    )  # fmt: skip


async def test_usually_places_are_suspended_and_the_account_is_closed(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, SCHOOL)
    ended = await completed(bench, SCHOOL.without("hill-s0"))
    assert ended.actions == {"enrolment": {"suspend": 2}, "user": {"suspend": 1}}
    assert places(moodle, "hill-s0") == {"C0": True, "C1": True}
    assert moodle.site.user("hill-s0").suspended
    assert (await completed(bench, SCHOOL.without("hill-s0"))).outcome == "nothing_to_do"


async def test_where_the_district_wants_leavers_are_unenrolled(bench: Bench, moodle: MoodleSimulator) -> None:
    await declare_policy(bench.dashboard, leavers="unenrol")
    await completed(bench, SCHOOL)
    ended = await completed(bench, SCHOOL.without("hill-c0-hill-s0-student"))
    assert ended.actions == {"enrolment": {"unenrol": 1}}
    assert places(moodle, "hill-s0") == {"C1": False}
    assert places(moodle, "hill-s1") == {"C0": False, "C1": False}


async def test_nobody_is_unenrolled_who_has_grades(bench: Bench, moodle: MoodleSimulator) -> None:
    await declare_policy(bench.dashboard, leavers="unenrol")
    await completed(bench, SCHOOL)
    grade(moodle, "hill-c0", "hill-s0")
    ended = await completed(bench, SCHOOL.without("hill-s0").without("hill-c0-hill-s1-student"))
    assert ended.actions["enrolment"] == {"suspend": 1, "unenrol": 2}
    assert places(moodle, "hill-s0") == {"C0": True}
    assert places(moodle, "hill-s1") == {"C1": False}


async def test_where_grades_cannot_be_seen_nobody_is_unenrolled(bench: Bench, moodle: MoodleSimulator) -> None:
    await declare_policy(bench.dashboard, leavers="unenrol")
    await completed(bench, SCHOOL)
    grade(moodle, "hill-c0", "hill-s0")
    moodle.mishaps.revoked.add("gradereport_user_get_grade_items")
    ended = await completed(bench, SCHOOL.without("hill-s0"))
    assert ended.actions["enrolment"] == {"suspend": 2}
    moodle.mishaps.clear()
    moodle.caller.capabilities.discard("moodle/grade:viewall")
    await completed(bench, SCHOOL.without("hill-s0").without("hill-s1"))
    assert places(moodle, "hill-s1") == {"C0": True, "C1": True}


async def test_many_are_looked_at_together_and_who_is_not_told_of_keeps_the_place(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    """Asked for a whole course, Moodle leaves out whose enrolment is over by its dates."""
    limits = {"removals": {"count": 100, "percent": 100}, "class_turnover": 100}
    await declare_policy(bench.dashboard, leavers="unenrol", limits=limits)
    big = a_school(students=25, classes=1).with_enrolment("hill-c0", "hill-s0", ends_on="2020-07-01")
    await completed(bench, big)
    grade(moodle, "hill-c0", "hill-s0")
    grade(moodle, "hill-c0", "hill-s1")
    left = big
    for n in range(22):
        left = left.without(f"hill-c0-hill-s{n}-student")
    moodle.reset_calls()
    ended = await completed(bench, left)
    assert moodle.calls["gradereport_user_get_grade_items"] == 1
    assert ended.actions["enrolment"] == {"suspend": 2, "unenrol": 20}
    assert {name for name in ("hill-s0", "hill-s1", "hill-s2") if places(moodle, name)} == {"hill-s0", "hill-s1"}


async def test_an_account_stays_open_for_as_many_days_as_the_district_wants(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await declare_policy(bench.dashboard, account_days=30)
    await completed(bench, SCHOOL)
    gone = SCHOOL.without("hill-s0")
    ended = await completed(bench, gone)
    assert ended.actions == {"enrolment": {"suspend": 2}}
    await days_pass(bench, 29)
    assert (await completed(bench, gone)).outcome == "nothing_to_do"
    await days_pass(bench, 31)
    ended = await completed(bench, gone)
    assert ended.actions == {"user": {"suspend": 1}}
    assert [user.username for user in moodle.site.users() if user.suspended] == ["hill-s0"]


async def test_whoever_another_school_has_keeps_the_account(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, SCHOOL)
    await completed(bench, a_school("dale", students=2, classes=1).with_person("hill-s0"))
    ended = await completed(bench, SCHOOL.without("hill-s0"))
    assert ended.actions == {"enrolment": {"suspend": 2}}
    assert not moodle.site.user("hill-s0").suspended


async def test_half_a_school_that_leaves_at_once_is_planned_before_anybody_gives_up(bench: Bench) -> None:
    """PostgreSQL knows nothing yet of the tables, and each of the people must not be compared with all others."""
    await completed(bench, a_school(students=600))
    ended = await completed(bench, a_school(students=300), dry_run=True)
    counted = "SELECT count(*) FROM operation WHERE run_id = $1 AND kind = 'suspend'"
    assert await bench.sync.fetchval(counted, ended.run_id) == 300


async def test_a_class_that_goes_to_another_school_keeps_its_course_and_its_people(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await completed(
        bench, SCHOOL.with_class("goes").with_enrolment("goes", "hill-s0").with_enrolment("goes", "hill-s1")
    )
    dale = a_school("dale").with_person("hill-s0").with_class("goes").with_enrolment("goes", "hill-s0")
    await completed(bench, dale, mode="nightly")
    ended = await completed(bench, SCHOOL.without("hill-s0"))
    assert ended.actions == {"enrolment": {"suspend": 3}}
    (course,) = [course for course in moodle.site.courses() if course.idnumber == "goes"]
    assert course.visible
    assert {e.username: e.suspended for e in moodle.site.enrolments(course.shortname)} == {
        "hill-s0": False,
        "hill-s1": True,
    }
    await completed(bench, dale.without("goes"))
    ended = await completed(bench, SCHOOL.without("hill-s0"))
    assert ended.actions == {"enrolment": {"suspend": 1}, "course": {"hide": 1}}


async def test_whoever_comes_to_another_school_while_the_plan_is_carried_out_keeps_the_account(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await completed(bench, SCHOOL)
    gate = moodle.mishaps.hold("enrol_manual_enrol_users")
    event = await bench.fetched(SCHOOL.without("hill-s0").without("hill-s1"))
    await asyncio.wait_for(gate.reached.wait(), 20)
    await completed(bench, a_school("dale").with_person("hill-s0"))
    gate.release()
    ended = await bench.ended(event)
    assert isinstance(ended, SyncCompleted)
    assert ended.actions == {"enrolment": {"suspend": 4}, "user": {"suspend": 1}}
    assert [user.username for user in moodle.site.users() if user.suspended] == ["hill-s1"]


@pytest.mark.parametrize("mode", ["nightly", "full"])
async def test_whoever_comes_back_has_the_same_account_and_places(
    bench: Bench, moodle: MoodleSimulator, mode: str
) -> None:
    await completed(bench, SCHOOL)
    before = moodle.site.user("hill-s0").id
    await completed(bench, SCHOOL.without("hill-s0"))
    ended = await completed(bench, SCHOOL, mode=mode)
    assert ended.actions == {"user": {"reactivate": 1}, "enrolment": {"reactivate": 2}}
    assert (moodle.site.user("hill-s0").id, moodle.site.user("hill-s0").suspended) == (before, False)
    assert places(moodle, "hill-s0") == {"C0": False, "C1": False}


async def test_whoever_comes_back_after_being_unenrolled_is_enrolled_again(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await declare_policy(bench.dashboard, leavers="unenrol")
    await completed(bench, SCHOOL)
    await completed(bench, SCHOOL.without("hill-s0"))
    assert places(moodle, "hill-s0") == {}
    ended = await completed(bench, SCHOOL)
    assert ended.actions == {"user": {"reactivate": 1}, "enrolment": {"create": 2}}
