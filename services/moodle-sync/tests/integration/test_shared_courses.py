"""Where a district lets classes of one course share a Moodle course, each class is a group in it."""

import pytest

from simulators.moodle import MoodleSimulator
from simulators.moodle.rows import Course

from ..support.acting import completed
from ..support.bench import Bench
from ..support.district import Roster, a_school, declare_policy


@pytest.fixture(autouse=True)
async def _classes_share_courses(bench: Bench) -> None:
    await declare_policy(bench.dashboard, courses="course")


def two_classes_of_maths() -> Roster:
    """7A and 7B learn maths with one teacher; 7C learns music alone."""
    roster = Roster("hill").with_person("teacher", "teacher")
    for key, course in (("7a", "maths"), ("7b", "maths"), ("7c", "music")):
        roster = roster.with_class(key, course_key=course, course_title=course.title())
        roster = roster.with_enrolment(key, "teacher", "teacher")
        for n in (1, 2):
            roster = roster.with_person(f"{key}-s{n}").with_enrolment(key, f"{key}-s{n}")
    return roster


def the_course(moodle: MoodleSimulator, key: str) -> Course:
    (found,) = [course for course in moodle.site.courses() if course.idnumber in (key, f"hill/{key}")]
    return found


def people(moodle: MoodleSimulator, key: str) -> set[str]:
    """User names of those who are active in a course."""
    shortname = the_course(moodle, key).shortname
    return {e.username for e in moodle.site.enrolments(shortname) if not e.suspended}


async def test_classes_of_one_course_share_it_with_a_group_for_each(bench: Bench, moodle: MoodleSimulator) -> None:
    ended = await completed(bench, two_classes_of_maths())
    assert ended.actions["course"] == {"create": 2}
    assert (ended.actions["group"], ended.actions["group_member"]) == ({"create": 2}, {"add": 6})
    assert people(moodle, "maths") == {"teacher", "7a-s1", "7a-s2", "7b-s1", "7b-s2"}
    assert moodle.site.members_of_group("7a") == ["7a-s1", "7a-s2", "teacher"]
    assert moodle.site.members_of_group("7b") == ["7b-s1", "7b-s2", "teacher"]
    assert moodle.site.members_of_group("7c") == []
    assert (await completed(bench, two_classes_of_maths())).outcome == "nothing_to_do"


async def test_whoever_goes_to_the_other_class_stays_in_the_course_and_changes_group(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await completed(bench, two_classes_of_maths())
    moved = two_classes_of_maths().without("7a-7a-s1-student").with_enrolment("7b", "7a-s1")
    ended = await completed(bench, moved)
    assert ended.actions == {"group_member": {"add": 1, "remove": 1}}
    assert moodle.site.members_of_group("7a") == ["7a-s2", "teacher"]
    assert moodle.site.members_of_group("7b") == ["7a-s1", "7b-s1", "7b-s2", "teacher"]
    assert people(moodle, "maths") == {"teacher", "7a-s1", "7a-s2", "7b-s1", "7b-s2"}


async def test_a_class_that_ends_takes_only_its_own_people_out_of_the_course(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    school = two_classes_of_maths().with_enrolment("7b", "7a-s1")
    await completed(bench, school)
    await completed(bench, school.without("7b"))
    assert people(moodle, "maths") == {"teacher", "7a-s1", "7a-s2"}
    assert the_course(moodle, "maths").visible == 1
    assert (await completed(bench, school.without("7b"))).outcome == "nothing_to_do"


async def test_a_course_without_any_class_is_hidden(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, two_classes_of_maths())
    await completed(bench, two_classes_of_maths().without("7c"))
    assert (the_course(moodle, "music").visible, the_course(moodle, "maths").visible) == (0, 1)


async def test_a_class_that_goes_to_another_course_takes_its_people_along(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    school = two_classes_of_maths()
    await completed(bench, school)
    moved = school.with_class("7b", course_key="music", course_title="Music")
    ended = await completed(bench, moved)
    assert ended.outcome == "clean"
    assert people(moodle, "maths") == {"teacher", "7a-s1", "7a-s2"}
    assert people(moodle, "music") == {"teacher", "7b-s1", "7b-s2", "7c-s1", "7c-s2"}
    groups = {group.courseid: group for group in moodle.site.tables.groups if group.idnumber == "7b"}
    members = moodle.site.tables.group_members.find("owner", groups[the_course(moodle, "music").id].id)
    assert len(members) == 3
    assert (await completed(bench, moved)).outcome == "nothing_to_do"


async def test_a_second_class_makes_groups_of_both(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, two_classes_of_maths().without("7b"))
    assert moodle.site.members_of_group("7a") == []
    ended = await completed(bench, two_classes_of_maths(), mode="nightly")
    assert ended.actions["group"] == {"create": 2}
    assert moodle.site.members_of_group("7a") == ["7a-s1", "7a-s2", "teacher"]


async def test_over_several_classes_the_teachers_role_wins_and_its_dates_with_it(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    school = two_classes_of_maths().with_enrolment("7a", "7b-s1", "teacher", ends_on="2090-01-01")
    await completed(bench, school)
    shortname = the_course(moodle, "maths").shortname
    (place,) = [e for e in moodle.site.enrolments(shortname) if e.username == "7b-s1"]
    assert place.roles == {"editingteacher"}
    assert place.timeend > 3_000_000_000


async def test_the_course_lasts_as_long_as_its_classes(bench: Bench, moodle: MoodleSimulator) -> None:
    school = (
        two_classes_of_maths()
        .with_class("7a", course_key="maths", starts_on="2026-01-01", ends_on="2026-07-01")
        .with_class("7b", course_key="maths", starts_on="2026-02-01", ends_on="2026-12-01")
    )
    await completed(bench, school)
    course = the_course(moodle, "maths")
    assert (course.enddate - course.startdate) // 86_400 == 334


async def test_a_group_name_that_the_course_has_already_gets_a_mark(bench: Bench, moodle: MoodleSimulator) -> None:
    school = two_classes_of_maths()
    same = school.with_class("7b", course_key="maths", title="Class 7a")
    await completed(bench, same)
    names = sorted(group.name for group in moodle.site.tables.groups)
    assert names[0] == "Class 7a"
    assert names[1].startswith("Class 7a ")
    assert moodle.site.members_of_group("7b") == ["7b-s1", "7b-s2", "teacher"]


async def test_a_course_that_was_deleted_by_hand_gets_its_groups_again(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, two_classes_of_maths())
    gone, tables = the_course(moodle, "maths"), moodle.site.tables
    tables.courses.remove(gone.id)
    for enrolment in list(tables.enrolments.find("course", gone.id)):
        tables.enrolments.remove(enrolment.id)
    for group in list(tables.groups.find("course", gone.id)):
        tables.groups.remove(group.id)
    ended = await completed(bench, two_classes_of_maths())
    assert ended.actions == {
        "course": {"create": 1}, "enrolment": {"create": 5}, "group": {"create": 2}, "group_member": {"add": 6},
    }  # fmt: skip
    assert moodle.site.members_of_group("7a") == ["7a-s1", "7a-s2", "teacher"]


async def test_schools_that_teach_the_same_course_have_one_each(bench: Bench, moodle: MoodleSimulator) -> None:
    """Districts often keep one catalogue of courses for all schools."""
    hill = a_school(classes=1).with_class("hill-c0", course_key="maths")
    dale = a_school("dale", classes=1).with_class("dale-c0", course_key="maths", title="Dale's")
    await completed(bench, hill)
    await completed(bench, dale)
    assert len(moodle.site.courses()) == 2
    assert (await completed(bench, hill)).outcome == "nothing_to_do"
    assert (await completed(bench, dale)).outcome == "nothing_to_do"


async def test_courses_from_before_the_district_let_classes_share_stay_as_they_are(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await declare_policy(bench.dashboard)
    await completed(bench, two_classes_of_maths())
    await declare_policy(bench.dashboard, courses="course")
    ended = await completed(bench, two_classes_of_maths())
    assert ended.outcome == "clean"
    assert {c.idnumber: c.visible for c in moodle.site.courses()} == dict.fromkeys(
        ("7a", "7b", "7c", "hill/maths", "hill/music"), 1
    )
    assert people(moodle, "7a") == {"teacher", "7a-s1", "7a-s2"}
    assert (await completed(bench, two_classes_of_maths())).outcome == "nothing_to_do"


@pytest.mark.parametrize("before", ["class", "course"])
async def test_whoever_stays_in_a_class_keeps_the_places_that_another_policy_gave(
    bench: Bench, moodle: MoodleSimulator, before: str
) -> None:
    await declare_policy(bench.dashboard, courses=before)
    await completed(bench, two_classes_of_maths())
    changed = two_classes_of_maths().with_enrolment("7a", "7a-s1", primary=True)
    await completed(bench, changed)
    await declare_policy(bench.dashboard, courses="class" if before == "course" else "course")
    ended = await completed(bench, changed)
    assert ended.actions["enrolment"].keys() == {"create"}
    ended = await completed(bench, changed.without("7a-7a-s1-student"))
    assert ended.actions["enrolment"] == {"suspend": 2}
