"""What a district's templates make of records, and what Moodle's limits make of that."""

from simulators.moodle import MoodleSimulator

from ..support.acting import completed, told
from ..support.bench import Bench
from ..support.district import Roster, a_school, declare_policy


async def test_people_get_the_user_name_and_address_that_the_district_wants(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await declare_policy(
        bench.dashboard,
        templates={
            "username": ["{given_name:.1}.{family_name}.{identifier}", "{id}"],
            "email": ["{identifier}@pupils.test", "{email}"],
        },
    )
    await completed(bench, Roster("hill").with_person("ann", identifier="4711").with_person("bob", identifier=""))
    ann, bob = moodle.site.user("a.quill.4711"), moodle.site.user("bob")
    assert (ann.email, bob.email) == ("4711@pupils.test", "bob@school.test")


async def test_courses_get_the_names_that_the_district_wants(bench: Bench, moodle: MoodleSimulator) -> None:
    await declare_policy(
        bench.dashboard,
        templates={
            "course_full_name": ["{title} ({school}, {term_start} to {term_end})", "{title}"],
            "course_short_name": ["{subject:.3}-{code}"],
        },
    )
    roster = Roster("hill").with_class("7a", subjects=["Music"], starts_on="2026-08-24", ends_on="2027-07-01")
    await completed(bench, roster.with_class("7b", subjects=["Maths"]))
    assert {course.shortname: course.fullname for course in moodle.site.courses()} == {
        "Mus-7A": "Class 7a (hill, 2026-08-24 to 2027-06-30)",
        "Mat-7B": "Class 7b",
    }


async def test_courses_stand_below_the_school_by_subject_and_grade(bench: Bench, moodle: MoodleSimulator) -> None:
    await declare_policy(bench.dashboard, templates={"category": ["{school}", "{subject}", "Grade {grade}"]})
    roster = (
        Roster("hill")
        .with_class("7a", subjects=["Music"], grades=["07"])
        .with_class("7b", subjects=["Music"], grades=["08"])
        .with_class("7c", subjects=["Maths"], grades=[])
        .with_class("7d", subjects=[], grades=["07"])
    )
    await completed(bench, roster)
    categories = {category.id: category for category in moodle.site.categories()}

    def path(number: int) -> str:
        category = categories.get(number)
        return f"{path(category.parent)}/{category.name}" if category else ""

    assert {course.idnumber: path(course.categoryid) for course in moodle.site.courses()} == {
        "7a": "/hill/Music/Grade 07",
        "7b": "/hill/Music/Grade 08",
        "7c": "/hill/Maths",
        "7d": "/hill/Grade 07",
    }
    assert len(categories) == 6
    assert (await completed(bench, roster)).outcome == "nothing_to_do"


async def test_id_numbers_may_say_which_source_they_come_from(bench: Bench, moodle: MoodleSimulator) -> None:
    await declare_policy(bench.dashboard, templates={"idnumber": "{source}:{id}"})
    roster = a_school(students=1, classes=1)
    await completed(bench, roster)
    assert sorted(user.idnumber for user in moodle.site.users()) == ["sis:hill-s0", "sis:hill-teacher"]
    assert [c.idnumber for c in moodle.site.courses()] == ["sis:hill-c0"]
    assert [c.idnumber for c in moodle.site.categories()] == ["sis:hill"]
    assert (await completed(bench, roster)).outcome == "nothing_to_do"


async def test_templates_that_were_changed_are_applied_by_the_next_full_run_only(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    roster = a_school(students=2, classes=2)
    await completed(bench, roster)
    dale = a_school("dale", students=1, classes=1)
    await completed(bench, dale)
    await declare_policy(
        bench.dashboard,
        templates={
            "username": ["n-{id}"],
            "course_full_name": ["{code}"],
            "category": ["{school}", "All"],
            "idnumber": "x-{id}",
        },
    )
    assert (await completed(bench, roster, mode="nightly")).outcome == "nothing_to_do"
    ended = await completed(bench, roster)
    assert ended.actions == {
        "category": {"update": 1, "create": 1}, "course": {"update": 2}, "user": {"update": 3},
    }  # fmt: skip
    assert {user.username for user in moodle.site.users()} == {
        "n-hill-s0", "n-hill-s1", "n-hill-teacher", "dale-s0", "dale-teacher",
    }  # fmt: skip
    ours = [course for course in moodle.site.courses() if course.idnumber.startswith("x-")]
    assert {course.fullname for course in ours} == {"HILL-C0", "HILL-C1"}
    assert {category.idnumber for category in moodle.site.categories()} == {"x-hill", "x-hill/All", "dale"}
    assert (await completed(bench, roster)).outcome == "nothing_to_do"


async def test_what_is_too_long_for_moodle_is_cut_and_told(bench: Bench, moodle: MoodleSimulator) -> None:
    roster = (
        Roster("hill")
        .with_person("ann", given_name="A" * 120)
        .with_person("bob")
        .with_class("long", title="T" * 300)
        .with_class("short")
    )
    ended = await completed(bench, roster)
    assert (ended.outcome, ended.errors) == ("clean", 0)
    assert await told(bench, ended) == [("VALUE_TRUNCATED", "ann"), ("VALUE_TRUNCATED", "long")]
    assert len(moodle.site.user("ann").firstname) == 100
    assert max(len(course.fullname) for course in moodle.site.courses()) == 254
    assert (await completed(bench, roster)).outcome == "nothing_to_do"


async def test_characters_that_moodle_has_not_in_user_names_are_left_out_and_told(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    roster = (
        Roster("hill")
        .with_person("ann", username="Ann O'Neil")
        .with_person("zoe", username="ZOË")
        .with_person("kim", username="김")
    )
    ended = await completed(bench, roster)
    assert await told(bench, ended) == [("INVALID_USERNAME", "ann")]
    assert {user.username for user in moodle.site.users()} == {"annoneil", "zoe", "kim"}


async def test_a_very_long_id_still_has_a_course_of_its_own(bench: Bench, moodle: MoodleSimulator) -> None:
    roster = Roster("hill").with_class("k" * 120).with_class("k" * 121)
    await completed(bench, roster)
    assert len({course.idnumber for course in moodle.site.courses()}) == 2
    assert (await completed(bench, roster)).outcome == "nothing_to_do"
