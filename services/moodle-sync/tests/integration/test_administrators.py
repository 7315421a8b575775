"""Administrators of a school have a role in its category, where the district says which."""

from simulators.moodle import MoodleSimulator
from simulators.moodle.contexts import CATEGORY
from simulators.moodle.rows import RoleAssignment

from ..support.acting import completed
from ..support.bench import Bench
from ..support.district import Roster, declare_roles

MANAGER, COURSE_CREATOR = 1, 2


def a_school_with_heads(key: str = "hill", heads: int = 6) -> Roster:
    """A school, the heads of which are many enough that one may go without anybody being asked."""
    roster = Roster(key).with_person(f"{key}-s0")
    for n in range(heads):
        roster = roster.with_person(f"{key}-head{n}", "administrator")
    return roster


async def test_without_a_role_for_them_administrators_only_have_accounts(bench: Bench, moodle: MoodleSimulator) -> None:
    ended = await completed(bench, a_school_with_heads())
    assert ended.actions == {"category": {"create": 1}, "user": {"create": 7}}
    assert moodle.site.roles_in_category("hill") == []


async def test_administrators_get_their_role_in_their_own_schools_category(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await declare_roles(bench.dashboard, administrator=MANAGER)
    await completed(bench, a_school_with_heads("dale", 1))
    ended = await completed(bench, a_school_with_heads("hill", 2))
    assert ended.actions["administrator"] == {"add": 2}
    assert moodle.site.roles_in_category("hill") == [("hill-head0", "manager"), ("hill-head1", "manager")]
    assert moodle.site.roles_in_category("dale") == [("dale-head0", "manager")]
    assert (await completed(bench, a_school_with_heads("hill", 2))).outcome == "nothing_to_do"


async def test_whoever_administers_two_schools_has_the_role_in_both_until_they_leave_one(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await declare_roles(bench.dashboard, administrator=MANAGER)
    both = {key: a_school_with_heads(key).with_person("both", "administrator") for key in ("hill", "dale")}
    await completed(bench, both["hill"])
    await completed(bench, both["dale"])
    await completed(bench, both["hill"].without("both"))
    assert ("both", "manager") not in moodle.site.roles_in_category("hill")
    assert ("both", "manager") in moodle.site.roles_in_category("dale")
    assert not moodle.site.user("both").suspended


async def test_an_administrator_who_is_one_no_more_or_may_not_sign_in_loses_the_role(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await declare_roles(bench.dashboard, administrator=MANAGER)
    await completed(bench, a_school_with_heads())
    changed = a_school_with_heads().with_person("hill-head0", "teacher")
    changed = changed.with_person("hill-head1", "administrator", enabled=False)
    ended = await completed(bench, changed)
    assert ended.actions["administrator"] == {"remove": 2}
    assert [name for name, _ in moodle.site.roles_in_category("hill")] == [f"hill-head{n}" for n in range(2, 6)]


async def test_another_role_takes_the_place_of_the_former_and_roles_of_others_stay(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await declare_roles(bench.dashboard, administrator=MANAGER)
    school = a_school_with_heads(heads=2)
    await completed(bench, school)
    (category,) = moodle.site.categories()
    table = moodle.site.tables.role_assignments
    table.put(RoleAssignment(table.next_id, moodle.site.user("hill-s0").id, MANAGER, CATEGORY, category.id))
    await declare_roles(bench.dashboard, administrator=COURSE_CREATOR)
    ended = await completed(bench, school)
    assert ended.actions == {"administrator": {"add": 2, "remove": 2}}
    assert moodle.site.roles_in_category("hill") == [
        ("hill-head0", "coursecreator"), ("hill-head1", "coursecreator"), ("hill-s0", "manager"),
    ]  # fmt: skip
    assert (await completed(bench, school)).outcome == "nothing_to_do"
