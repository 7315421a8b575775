"""A full run compares with what Moodle really holds: what we look after is put back, everything else is left alone."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from simulators.moodle import MoodleSimulator
from simulators.moodle.contexts import COURSE
from simulators.moodle.rows import Category, Course, Enrolment, RoleAssignment, User

from ..support.acting import completed, told
from ..support.bench import Bench
from ..support.district import a_school, declare_policy

SCHOOL = a_school(students=4, classes=2)


def the_course(moodle: MoodleSimulator, key: str) -> Course:
    return next(course for course in moodle.site.courses() if course.idnumber == key)


def change_course(moodle: MoodleSimulator, key: str, **fields: Any) -> None:
    moodle.site.tables.courses.put(replace(the_course(moodle, key), **fields))


def the_enrolment(moodle: MoodleSimulator, course: str, username: str) -> Enrolment:
    pair = (moodle.site.user(username).id, the_course(moodle, course).id)
    found = moodle.site.tables.enrolments.first("pair", pair)
    assert found
    return found


def roles(moodle: MoodleSimulator, course: str, username: str) -> list[int]:
    return moodle.site.roles_in_course(moodle.site.user(username).id, the_course(moodle, course).id)


def a_category(moodle: MoodleSimulator, name: str) -> int:
    table = moodle.site.tables.categories
    return table.put(Category(table.next_id, name)).id


def delete_account(moodle: MoodleSimulator, username: str) -> None:
    """As an administrator does in Moodle: the account stays, mangled."""
    site = moodle.site
    user, other = site.user(username), moodle.site.tables
    digest = "0123456789abcdef" * 2
    site.tables.users.put(replace(user, deleted=True, username=f"{user.email}.1700000000", email=digest, idnumber=""))
    for enrolment in list(other.enrolments.find("user", user.id)):
        other.enrolments.remove(enrolment.id)


def delete_course(moodle: MoodleSimulator, key: str) -> None:
    course = the_course(moodle, key)
    moodle.site.tables.courses.remove(course.id)
    for row in list(moodle.site.tables.enrolments.find("course", course.id)):
        moodle.site.tables.enrolments.remove(row.id)


async def links(bench: Bench) -> dict[str, int]:
    tables = ("link", "enrolment_link", "membership_link")
    return {table: await bench.sync.fetchval(f"SELECT count(*) FROM {table}") for table in tables}


async def test_names_addresses_and_user_names_that_were_changed_by_hand_are_put_back_and_told(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await completed(bench, SCHOOL)
    before = moodle.site.users()
    moodle.site.change_user("hill-s0", firstname="Other", email="other@x.test", city="Utrecht")
    moodle.site.change_user("hill-s1", lastname="Other", idnumber="")
    ended = await completed(bench, SCHOOL)
    assert ended.actions == {"user": {"update": 2}}
    assert await told(bench, ended) == [("LMS_CONFLICT", "hill-s0"), ("LMS_CONFLICT", "hill-s1")]
    assert [(u.username, u.firstname, u.email, u.idnumber) for u in moodle.site.users()] == [
        (u.username, u.firstname, u.email, u.idnumber) for u in before
    ]
    assert moodle.site.user("hill-s0").city == "Utrecht"
    assert (await completed(bench, SCHOOL)).outcome == "nothing_to_do"


async def test_an_account_that_was_suspended_by_hand_is_opened(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, SCHOOL)
    moodle.site.change_user("hill-s0", suspended=True)
    ended = await completed(bench, SCHOOL)
    assert (ended.actions, await told(bench, ended)) == ({"user": {"reactivate": 1}}, [])
    assert not moodle.site.user("hill-s0").suspended


async def test_names_and_dates_of_courses_are_put_back_and_told(bench: Bench, moodle: MoodleSimulator) -> None:
    school = SCHOOL.with_class("hill-c0", starts_on="2026-08-24", ends_on="2027-07-01")
    await completed(bench, school)
    before = the_course(moodle, "hill-c0")
    change_course(moodle, "hill-c0", fullname="Other", shortname="OTHER", startdate=5, summary="Welcome")
    change_course(moodle, "hill-c1", enddate=5)
    ended = await completed(bench, school)
    assert ended.actions == {"course": {"update": 2}}
    assert await told(bench, ended) == [("LMS_CONFLICT", "hill-c0"), ("LMS_CONFLICT", "hill-c1")]
    course = the_course(moodle, "hill-c0")
    assert (course.fullname, course.shortname, course.startdate) == (
        before.fullname,
        before.shortname,
        before.startdate,
    )
    assert course.summary == "Welcome"


async def test_a_course_that_was_moved_or_hidden_by_hand_is_put_back(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, SCHOOL)
    home = the_course(moodle, "hill-c0").categoryid
    change_course(moodle, "hill-c0", categoryid=a_category(moodle, "Elsewhere"))
    change_course(moodle, "hill-c1", visible=0)
    moodle.site.tables.enrolments.put(replace(the_enrolment(moodle, "hill-c1", "hill-s0"), suspended=True))
    ended = await completed(bench, SCHOOL)
    assert ended.actions == {"course": {"update": 1, "reactivate": 1}, "enrolment": {"reactivate": 1}}
    assert (the_course(moodle, "hill-c0").categoryid, the_course(moodle, "hill-c1").visible) == (home, 1)
    assert (await completed(bench, SCHOOL)).outcome == "nothing_to_do"


async def test_a_course_that_was_deleted_is_made_anew_with_everybody_in_it(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await completed(bench, SCHOOL)
    delete_course(moodle, "hill-c0")
    ended = await completed(bench, SCHOOL)
    assert ended.actions == {"course": {"create": 1}, "enrolment": {"create": 5}}
    assert len(moodle.site.enrolments()) == 10


async def test_a_category_that_was_renamed_or_deleted_is_put_back_with_the_courses_in_it(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await declare_policy(bench.dashboard, templates={"category": ["{school}", "{subject}"]})
    school = SCHOOL.with_class("hill-c0", subjects=["Maths"]).with_class("hill-c1", subjects=["Music"])
    await completed(bench, school)
    maths, music = moodle.site.categories()[1:]
    moodle.site.tables.categories.put(replace(maths, name="Other"))
    moodle.site.tables.categories.remove(music.id)
    change_course(moodle, "hill-c1", categoryid=1)
    ended = await completed(bench, school)
    assert ended.actions == {"category": {"update": 1, "create": 1}, "course": {"update": 1}}
    assert ("LMS_CONFLICT", "hill/Maths") in await told(bench, ended)
    hill, first, second = moodle.site.categories()
    assert (first.name, second.name, second.parent) == ("Maths", "Music", hill.id)
    assert the_course(moodle, "hill-c1").categoryid == second.id
    assert (await completed(bench, school)).outcome == "nothing_to_do"


async def test_a_school_whose_only_category_was_deleted_gets_it_again(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, SCHOOL)
    (category,) = moodle.site.categories()
    moodle.site.tables.categories.remove(category.id)
    for key in ("hill-c0", "hill-c1"):
        change_course(moodle, key, categoryid=1)
    ended = await completed(bench, SCHOOL)
    assert ended.actions == {"category": {"create": 1}, "course": {"update": 2}}
    assert the_course(moodle, "hill-c0").categoryid == moodle.site.categories()[0].id


async def test_an_account_that_was_deleted_is_made_anew_with_its_places(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, SCHOOL)
    old = moodle.site.user("hill-s0").id
    delete_account(moodle, "hill-s0")
    ended = await completed(bench, SCHOOL)
    assert ended.actions == {"user": {"create": 1}, "enrolment": {"create": 2}}
    assert moodle.site.user("hill-s0").id != old


async def test_enrolments_that_were_suspended_removed_or_given_another_role_are_put_back(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await completed(bench, SCHOOL)
    tables = moodle.site.tables
    tables.enrolments.put(replace(the_enrolment(moodle, "hill-c0", "hill-s0"), suspended=True))
    tables.enrolments.remove(the_enrolment(moodle, "hill-c0", "hill-s1").id)
    student = moodle.site.user("hill-s2").id
    ours = tables.role_assignments.first("exact", (student, 5, COURSE, the_course(moodle, "hill-c0").id))
    assert ours
    tables.role_assignments.put(replace(ours, roleid=4))
    ended = await completed(bench, SCHOOL)
    assert ended.actions == {"enrolment": {"reactivate": 1, "create": 1, "update": 1}}
    assert [the_enrolment(moodle, "hill-c0", f"hill-s{n}").suspended for n in (0, 1)] == [False, False]
    assert roles(moodle, "hill-c0", "hill-s2") == [4, 5]
    assert (await completed(bench, SCHOOL)).outcome == "nothing_to_do"


async def test_what_others_did_in_moodle_is_left_alone(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, SCHOOL)
    tables = moodle.site.tables
    guest = moodle.site.add_user(User(tables.users.next_id, "guest-teacher", "Guest", "Teacher", "guest@x.test"))
    course = the_course(moodle, "hill-c0")
    tables.enrolments.put(Enrolment(tables.enrolments.next_id, guest.id, course.id, False, 0, 0, 0))
    further = RoleAssignment(tables.role_assignments.next_id, moodle.site.user("hill-s0").id, 4, COURSE, course.id)
    tables.role_assignments.put(further)
    tables.courses.put(Course(tables.courses.next_id, "Staff room", "STAFF", course.categoryid))
    before = (moodle.site.users(), moodle.site.courses(), moodle.site.enrolments())
    assert (await completed(bench, SCHOOL)).outcome == "nothing_to_do"
    assert (moodle.site.users(), moodle.site.courses(), moodle.site.enrolments()) == before


async def test_another_schools_records_are_not_looked_at(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, SCHOOL)
    dale = a_school("dale", students=1, classes=1)
    await completed(bench, dale)
    moodle.site.change_user("dale-s0", firstname="Other")
    change_course(moodle, "dale-c0", fullname="Other")
    assert (await completed(bench, SCHOOL)).outcome == "nothing_to_do"
    assert (await completed(bench, dale)).actions == {"user": {"update": 1}, "course": {"update": 1}}


@pytest.mark.parametrize("mode", ["nightly", "partial"])
async def test_nightly_and_partial_runs_put_nothing_back(bench: Bench, moodle: MoodleSimulator, mode: str) -> None:
    await completed(bench, SCHOOL)
    moodle.site.change_user("hill-s0", firstname="Other", suspended=True)
    change_course(moodle, "hill-c0", fullname="Other", visible=0)
    delete_course(moodle, "hill-c1")
    calls = moodle.calls.total()
    ended = await completed(bench, SCHOOL, mode=mode)
    assert (ended.outcome, moodle.calls.total()) == ("nothing_to_do", calls)


async def test_where_all_changes_are_applied_nightly_runs_change_and_end_but_do_not_look(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await declare_policy(bench.dashboard, changes="all")
    await completed(bench, SCHOOL)
    moodle.site.change_user("hill-s0", firstname="Other")
    moodle.reset_calls()
    changed = SCHOOL.with_person("hill-s1", given_name="New").without("hill-s2")
    ended = await completed(bench, changed, mode="nightly")
    assert ended.actions == {"user": {"update": 1, "suspend": 1}, "enrolment": {"suspend": 2}}
    assert (moodle.site.user("hill-s0").firstname, moodle.site.user("hill-s1").firstname) == ("Other", "New")
    assert set(moodle.calls) <= {"core_webservice_get_site_info", "core_user_update_users", "enrol_manual_enrol_users"}


async def test_an_enrolment_outside_its_dates_is_not_taken_for_a_suspended_one(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    school = (
        SCHOOL.with_enrolment("hill-c0", "hill-s0", ends_on="2020-07-01")
        .with_enrolment("hill-c0", "hill-s1", starts_on="2090-07-01")
        .with_enrolment("hill-c0", "hill-s2", starts_on=str(date(2020, 1, 1)), ends_on="2090-07-01")
    )
    await completed(bench, school)
    assert (await completed(bench, school)).outcome == "nothing_to_do"


SILENT = {
    "moodle/user:viewdetails": "accounts are not told",
    "moodle/course:view": "courses are not told and closed",
}


@pytest.mark.parametrize("capability", SILENT)
async def test_what_moodle_does_not_show_is_not_given_up(
    bench: Bench, moodle: MoodleSimulator, capability: str
) -> None:
    await completed(bench, SCHOOL)
    before = await links(bench)
    moodle.caller.capabilities.discard(capability)
    await bench.run(SCHOOL, dry_run=True)
    assert await links(bench) == before
    moodle.caller.capabilities.add(capability)
    assert (await completed(bench, SCHOOL)).outcome == "nothing_to_do"


async def test_a_full_course_that_looks_empty_is_not_filled_again(bench: Bench, moodle: MoodleSimulator) -> None:
    """As with separate groups, when the token's account may not see all of them."""
    await completed(bench, SCHOOL)
    table = moodle.site.tables.enrolments
    rows = list(table)
    for row in rows:
        table.remove(row.id)
    assert (await completed(bench, SCHOOL)).outcome == "nothing_to_do"


async def test_the_end_of_a_place_is_told_even_where_moodle_does_not_show_it(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await completed(bench, SCHOOL)
    moodle.site.tables.enrolments.remove(the_enrolment(moodle, "hill-c0", "hill-s0").id)
    ended = await completed(bench, SCHOOL.without("hill-c0-hill-s0-student"))
    assert ended.actions == {"enrolment": {"suspend": 1}}


async def test_what_a_preview_finds_changed_is_in_its_plan_and_stays_as_it_is(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await completed(bench, SCHOOL)
    moodle.site.change_user("hill-s0", firstname="Other")
    ended = await completed(bench, SCHOOL, dry_run=True)
    assert await told(bench, ended) == [("LMS_CONFLICT", "hill-s0")]
    assert moodle.site.user("hill-s0").firstname == "Other"
