"""Guardians have accounts, and the parent's role at their children's, where the district shares families."""

from common.events import HoldDecided, SyncHeld
from common.testing.waiting import wait_for
from common.uow import UnitOfWork
from simulators.moodle import MoodleSimulator

from ..support.acting import completed
from ..support.bench import Bench
from ..support.district import Roster, a_school, declare_policy, declare_roles

PARENT = 9


def a_family_school(key: str = "hill") -> Roster:
    """Eight students, a guardian each."""
    roster = a_school(key, students=8)
    for n in range(8):
        roster = roster.with_guardian(f"{key}-g{n}", f"{key}-s{n}")
    return roster


async def share_families(bench: Bench) -> None:
    await declare_policy(bench.dashboard, families=True)
    await declare_roles(bench.dashboard, guardian=PARENT)


async def approve(bench: Bench) -> None:
    """Decide that what waits is to be done."""
    hold = bench.probe.all(SyncHeld)[-1]
    fields = hold.model_dump(include={"district_id", "pool", "run_id", "school_id", "hold_id", "plan_hash"})
    async with UnitOfWork(bench.dashboard, "dashboard-api") as uow:
        uow.emit(HoldDecided(**fields, decision="approve", decided_by="somebody"))

    async def decided() -> bool:
        return bool(await bench.sync.fetchval("SELECT state <> 'open' FROM hold WHERE id = $1", hold.hold_id))

    await wait_for(decided, what="the decision")


async def test_unless_families_are_shared_guardians_have_nothing(bench: Bench, moodle: MoodleSimulator) -> None:
    await declare_roles(bench.dashboard, guardian=PARENT)
    ended = await completed(bench, a_family_school())
    assert ended.actions["user"] == {"create": 9}
    assert moodle.site.roles_at_user("hill-s0") == []


async def test_guardians_get_accounts_and_their_role_at_the_child(bench: Bench, moodle: MoodleSimulator) -> None:
    await share_families(bench)
    school = a_family_school().with_guardian("hill-g0", "hill-s1")
    ended = await completed(bench, school)
    assert (ended.actions["user"], ended.actions["guardian"]) == ({"create": 17}, {"add": 9})
    assert moodle.site.roles_at_user("hill-s0") == [("hill-g0", "parent")]
    assert moodle.site.roles_at_user("hill-s1") == [("hill-g0", "parent"), ("hill-g1", "parent")]
    assert (await completed(bench, school)).outcome == "nothing_to_do"


async def test_without_a_role_for_guardians_they_see_nothing_of_the_child(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await declare_policy(bench.dashboard, families=True)
    await completed(bench, a_family_school())
    assert moodle.site.roles_at_user("hill-s0") == []


async def test_who_is_only_to_be_called_in_an_emergency_has_neither_role_nor_account(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await share_families(bench)
    await completed(bench, a_family_school().with_guardian("aunt", "hill-s0", contact_only=True))
    assert moodle.site.roles_at_user("hill-s0") == [("hill-g0", "parent")]
    assert "aunt" not in {user.username for user in moodle.site.users()}


async def test_a_guardian_who_becomes_a_contact_only_loses_the_role(bench: Bench, moodle: MoodleSimulator) -> None:
    await share_families(bench)
    await completed(bench, a_family_school())
    ended = await completed(bench, a_family_school().with_guardian("hill-g0", "hill-s0", contact_only=True))
    assert ended.actions == {"guardian": {"remove": 1}}
    assert moodle.site.roles_at_user("hill-s0") == []
    assert moodle.site.roles_at_user("hill-s1") == [("hill-g1", "parent")]


async def test_when_families_are_shared_no_longer_the_roles_end_once_somebody_has_agreed(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await share_families(bench)
    await completed(bench, a_family_school())
    await completed(bench, a_family_school("dale"))
    await declare_policy(bench.dashboard)
    assert (await completed(bench, a_family_school())).outcome == "held"
    await approve(bench)
    ended = await completed(bench, a_family_school())
    assert ended.actions == {"guardian": {"remove": 8}}
    assert moodle.site.roles_at_user("hill-s0") == []
    assert moodle.site.roles_at_user("dale-s0") == [("dale-g0", "parent")]


async def test_the_guardian_of_a_child_at_two_schools_stays_until_both_have_said_otherwise(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await share_families(bench)
    both = {key: a_family_school(key).with_person("child").with_guardian("mother", "child") for key in ("hill", "dale")}
    for key in ("hill", "dale"):
        await completed(bench, both[key])
    await completed(bench, both["hill"].without("child"))
    assert moodle.site.roles_at_user("child") == [("mother", "parent")]
    await completed(bench, both["dale"].without("mother-child"))
    assert moodle.site.roles_at_user("child") == []
    assert (await completed(bench, both["hill"].without("child"))).outcome == "nothing_to_do"


async def test_whichever_school_made_the_guardian_the_last_one_ends_it(bench: Bench, moodle: MoodleSimulator) -> None:
    await share_families(bench)
    both = {key: a_family_school(key).with_person("child").with_guardian("mother", "child") for key in ("hill", "dale")}
    for key in ("hill", "dale"):
        await completed(bench, both[key])
    await completed(bench, both["dale"].without("mother-child"))
    assert moodle.site.roles_at_user("child") == [("mother", "parent")]
    await completed(bench, both["hill"].without("mother-child"))
    assert moodle.site.roles_at_user("child") == []


async def test_a_child_whose_account_was_deleted_gets_its_guardian_at_the_new_one(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await share_families(bench)
    await completed(bench, a_family_school())
    digest = "0123456789abcdef" * 2
    moodle.site.change_user("hill-s0", deleted=True, email=digest, idnumber="")
    gone = moodle.site.user("hill-s0")
    moodle.site.tables.users.remove(gone.id)
    moodle.site.add_user(type(gone)(gone.id, "mangled", "S", "Quill", digest, deleted=True))
    ended = await completed(bench, a_family_school())
    assert ended.actions == {"user": {"create": 1}, "guardian": {"add": 1}}
    assert moodle.site.roles_at_user("hill-s0") == [("hill-g0", "parent")]
