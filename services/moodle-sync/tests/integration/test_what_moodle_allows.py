"""A function or a capability that is missing is named, and nothing is written that would be half of something."""

import pytest

from common.events import SyncFailed
from moodle_sync.capabilities import NEEDED, OTHERWISE
from moodle_sync.moodle.functions import BEHIND
from moodle_sync.moodle.reading import READS
from moodle_sync.plan import ADD_MEMBERS, PHASES
from simulators.moodle import MoodleSimulator

from ..support.acting import completed
from ..support.bench import Bench
from ..support.district import Roster, a_school, declare_policy, declare_roles


def a_whole_school() -> Roster:
    """A school in which there is something to do of each kind."""
    school = a_school(students=2, classes=2).with_guardian("mother", "hill-s0").with_person("head", "administrator")
    for n in range(2):
        school = school.with_class(f"hill-c{n}", course_key="maths")
    return school


async def all_is_kept(bench: Bench) -> None:
    await declare_policy(bench.dashboard, courses="course", cohorts=["school"], families=True)
    await declare_roles(bench.dashboard, administrator=1, guardian=9)


@pytest.mark.parametrize(
    ("function", "capability"),
    [
        ("core_course_create_categories", "moodle/category:manage"),
        ("core_course_create_courses", "moodle/course:create"),
        ("core_user_create_users", "moodle/user:create"),
        ("enrol_manual_enrol_users", "enrol/manual:enrol"),
        ("core_group_add_group_members", "moodle/course:managegroups"),
        ("core_cohort_create_cohorts", "moodle/cohort:manage"),
        ("core_role_assign_roles", "moodle/role:assign"),
    ],
)
async def test_a_function_that_is_missing_is_named_with_its_capability_before_anything_is_written(
    bench: Bench, moodle: MoodleSimulator, function: str, capability: str
) -> None:
    await all_is_kept(bench)
    moodle.mishaps.revoked.add(function)
    ended = await bench.run(a_whole_school())
    assert isinstance(ended, SyncFailed)
    assert ended.code == "LMS_NOT_ALLOWED"
    assert function in ended.detail
    assert capability in ended.detail
    assert set(moodle.calls) <= READS
    moodle.mishaps.clear()
    assert (await completed(bench, a_whole_school())).outcome == "clean"


async def test_a_function_that_nothing_needs_may_be_missing(bench: Bench, moodle: MoodleSimulator) -> None:
    moodle.mishaps.revoked |= {"core_role_assign_roles", "core_cohort_create_cohorts", "core_group_create_groups"}
    assert (await completed(bench, a_school(students=1, classes=1))).outcome == "clean"


async def test_a_function_for_looking_that_is_missing_is_named(bench: Bench, moodle: MoodleSimulator) -> None:
    await completed(bench, a_school(students=1, classes=1))
    moodle.mishaps.revoked.add("core_enrol_get_enrolled_users")
    ended = await bench.run(a_school(students=1, classes=1))
    assert isinstance(ended, SyncFailed)
    assert (ended.code, "core_enrol_get_enrolled_users" in ended.detail) == ("LMS_NOT_ALLOWED", True)


@pytest.mark.parametrize(
    ("capability", "written"),
    [("moodle/category:manage", (0, 0)), ("moodle/user:create", (1, 0)), ("enrol/manual:enrol", (1, 4))],
)
async def test_a_capability_that_is_missing_is_named_and_nothing_is_written_that_needs_it(
    bench: Bench, moodle: MoodleSimulator, capability: str, written: tuple[int, int]
) -> None:
    moodle.caller.capabilities.discard(capability)
    ended = await bench.run(a_school(students=3, classes=1))
    assert isinstance(ended, SyncFailed)
    assert (ended.code, capability in ended.detail) == ("LMS_NOT_ALLOWED", True)
    summary = moodle.summary()
    assert (summary["courses"], summary["users"], summary["enrolments"]) == (*written, 0)
    moodle.caller.capabilities.add(capability)
    assert (await completed(bench, a_school(students=3, classes=1))).outcome == "clean"


def test_of_each_function_that_is_called_the_capability_is_known() -> None:
    kinds = (*NEEDED.values(), *OTHERWISE.values())
    called = {function for functions in kinds for function in functions} | READS
    assert called - {"core_webservice_get_site_info"} == set(BEHIND)


def test_of_each_kind_of_operation_the_functions_are_known() -> None:
    unknown = [kind for kind in PHASES if kind not in NEEDED and kind[0] not in OTHERWISE]
    assert unknown == [("group", "link"), ("cohort", "link")], "these are found, and never sent"
    assert all((entity, "add") in NEEDED or entity in OTHERWISE for entity in ADD_MEMBERS)
