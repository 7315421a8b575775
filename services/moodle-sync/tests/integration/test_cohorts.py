"""Cohorts of schools and grades, in the school's category, with the students in them."""

from simulators.moodle import MoodleSimulator

from ..support.acting import completed
from ..support.bench import Bench
from ..support.district import Roster, declare_policy


def a_graded_school(key: str = "hill") -> Roster:
    """Eight students, half of grade 7 and half of grade 8, one without, and a teacher."""
    roster = Roster(key).with_person(f"{key}-teacher", "teacher").with_person(f"{key}-none")
    for n in range(8):
        roster = roster.with_person(f"{key}-s{n}", grade="07" if n < 4 else "08")
    return roster


async def test_without_a_policy_there_are_no_cohorts(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, a_graded_school())
    assert list(moodle.site.tables.cohorts) == []


async def test_cohorts_of_school_and_grades_are_made_in_the_schools_category(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await declare_policy(bench.dashboard, cohorts=["school", "grade"])
    await completed(bench, a_graded_school("dale"))
    ended = await completed(bench, a_graded_school())
    assert (ended.actions["cohort"], ended.actions["cohort_member"]) == ({"create": 3}, {"add": 17})
    category = next(c.id for c in moodle.site.categories() if c.idnumber == "hill")
    ours = [cohort for cohort in moodle.site.tables.cohorts if cohort.categoryid == category]
    assert sorted((c.name, c.idnumber) for c in ours) == [
        ("hill", "hill/cohort"), ("hill 07", "hill/cohort/07"), ("hill 08", "hill/cohort/08"),
    ]  # fmt: skip
    assert moodle.site.members_of_cohort("hill/cohort/07") == [f"hill-s{n}" for n in range(4)]
    assert len(moodle.site.members_of_cohort("hill/cohort")) == 9
    assert (await completed(bench, a_graded_school())).outcome == "nothing_to_do"


async def test_who_changes_grade_moves_and_who_leaves_goes_out(bench: Bench, moodle: MoodleSimulator) -> None:
    await declare_policy(bench.dashboard, cohorts=["grade"])
    await completed(bench, a_graded_school("dale"))
    await completed(bench, a_graded_school())
    changed = a_graded_school().with_person("hill-s0", grade="09").without("hill-s7")
    ended = await completed(bench, changed)
    assert ended.actions["cohort_member"] == {"add": 1, "remove": 2}
    assert moodle.site.members_of_cohort("hill/cohort/07") == ["hill-s1", "hill-s2", "hill-s3"]
    assert moodle.site.members_of_cohort("hill/cohort/08") == ["hill-s4", "hill-s5", "hill-s6"]
    assert moodle.site.members_of_cohort("hill/cohort/09") == ["hill-s0"]
    assert len(moodle.site.members_of_cohort("dale/cohort/07")) == 4


async def test_a_nightly_run_adds_members_and_takes_none(bench: Bench, moodle: MoodleSimulator) -> None:
    await declare_policy(bench.dashboard, cohorts=["grade"])
    await completed(bench, a_graded_school())
    await completed(bench, a_graded_school().with_person("new", grade="07").without("hill-s0"), mode="nightly")
    assert moodle.site.members_of_cohort("hill/cohort/07") == ["hill-s0", "hill-s1", "hill-s2", "hill-s3", "new"]


async def test_members_that_were_taken_out_by_hand_are_put_back_and_others_stay(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await declare_policy(bench.dashboard, cohorts=["grade"])
    await completed(bench, a_graded_school())
    tables = moodle.site.tables
    cohort = tables.cohorts.first("idnumber", "hill/cohort/07")
    assert cohort
    (first, *_) = tables.cohort_members.find("owner", cohort.id)
    tables.cohort_members.remove(first.id)
    teacher = moodle.site.user("hill-teacher").id
    tables.cohort_members.put(type(first)(tables.cohort_members.next_id, cohort.id, teacher))
    ended = await completed(bench, a_graded_school())
    assert ended.actions == {"cohort_member": {"add": 1}}
    assert len(moodle.site.members_of_cohort("hill/cohort/07")) == 5
    assert (await completed(bench, a_graded_school(), mode="nightly")).outcome == "nothing_to_do"


async def test_a_cohort_that_was_deleted_is_made_anew_with_everybody_in_it(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await declare_policy(bench.dashboard, cohorts=["school", "grade"])
    await completed(bench, a_graded_school())
    tables = moodle.site.tables
    cohort = tables.cohorts.first("idnumber", "hill/cohort/07")
    assert cohort
    tables.cohorts.remove(cohort.id)
    for member in list(tables.cohort_members.find("owner", cohort.id)):
        tables.cohort_members.remove(member.id)
    ended = await completed(bench, a_graded_school())
    assert ended.actions == {"cohort": {"create": 1}, "cohort_member": {"add": 4}}
    assert len(moodle.site.members_of_cohort("hill/cohort/07")) == 4


async def test_a_cohort_that_moodle_has_already_is_the_one(bench: Bench, moodle: MoodleSimulator) -> None:
    await declare_policy(bench.dashboard, cohorts=["school"])
    await completed(bench, a_graded_school())
    await bench.sync.execute("DELETE FROM link WHERE entity = 'cohort'")
    await bench.sync.execute("DELETE FROM membership_link")
    await completed(bench, a_graded_school())
    assert len(list(moodle.site.tables.cohorts)) == 1
    assert len(moodle.site.members_of_cohort("hill/cohort")) == 9
