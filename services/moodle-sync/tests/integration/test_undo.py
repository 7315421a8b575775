"""A run is taken back from what it kept; what has changed since is left alone, and named."""

from uuid import UUID, uuid4, uuid5

import pytest

from common.event_model import RunScope
from common.events import SyncCompleted, SyncErrorsFound, SyncFailed, SyncHeld, SyncRequested
from common.testing.probe import EventProbe
from common.uow import UnitOfWork
from moodle_sync.moodle.reading import READS
from simulators.moodle import MoodleSimulator
from simulators.moodle.rows import User

from ..support.acting import decide
from ..support.bench import Bench
from ..support.district import DISTRICT, a_school, school_id


async def undo(bench: Bench, run_id: UUID, *, key: str = "", dry_run: bool = False) -> SyncCompleted | SyncFailed:
    """Ask for it as the scheduler does, and wait for the end."""
    return await bench.ended(await ask_for_undo(bench, run_id, uuid4(), key=key, dry_run=dry_run))


async def ask_for_undo(
    bench: Bench, run_id: UUID, own_id: UUID, *, key: str = "", dry_run: bool = False
) -> SyncRequested:
    """Does not wait."""
    event = SyncRequested(
        district_id=DISTRICT,
        run_id=own_id,
        school_id=school_id("hill"),
        kind="undo",
        mode="full",
        dry_run=dry_run,
        scope=RunScope(undo_of=run_id, entity="user" if key else "", key=key),
    )
    async with UnitOfWork(bench.scheduler, "scheduler") as uow:
        uow.emit(event)
    return event


ROSTER = a_school(students=12, classes=2)
CHANGED = (
    ROSTER.with_person("hill-s0", given_name="Renamed")
    .without("hill-s1")
    .without("hill-c0-hill-s2-student")
    .with_person("new")
    .with_enrolment("hill-c0", "new")
)


async def changed_run(bench: Bench) -> UUID:
    """The run that renamed one, let two go, and took in one."""
    await bench.run(ROSTER)
    ended = await bench.run(CHANGED)
    assert isinstance(ended, SyncCompleted)
    assert ended.actions == {
        "user": {"update": 1, "suspend": 1, "create": 1},
        "enrolment": {"create": 1, "suspend": 3},
    }
    return ended.run_id


async def test_a_run_is_taken_back(bench: Bench, moodle: MoodleSimulator) -> None:
    run_id = await changed_run(bench)
    ended = await undo(bench, run_id)
    assert isinstance(ended, SyncCompleted)
    assert (ended.outcome, ended.actions) == (
        "clean",
        {"user": {"update": 1, "reactivate": 1, "suspend": 1}, "enrolment": {"suspend": 1, "reactivate": 3}},
    )
    assert moodle.site.user("hill-s0").firstname == "Hill-S0"
    assert sorted(user.username for user in moodle.site.users() if user.suspended) == ["new"]
    assert [e.username for e in moodle.site.enrolments() if e.suspended] == ["new"]


async def test_a_preview_of_it_only_looks(bench: Bench, moodle: MoodleSimulator) -> None:
    run_id = await changed_run(bench)
    moodle.reset_calls()
    ended = await undo(bench, run_id, dry_run=True)
    assert isinstance(ended, SyncCompleted)
    assert ended.outcome == "previewed"
    assert set(moodle.calls) <= READS
    assert await bench.sync.fetchval("SELECT count(*) FROM operation WHERE run_id = $1", ended.run_id) == 7


async def test_one_record_of_a_run_is_taken_back(bench: Bench, moodle: MoodleSimulator) -> None:
    run_id = await changed_run(bench)
    ended = await undo(bench, run_id, key="hill-s1")
    assert isinstance(ended, SyncCompleted)
    assert ended.actions == {"user": {"reactivate": 1}, "enrolment": {"reactivate": 2}}
    assert moodle.site.user("hill-s0").firstname == "Renamed"


async def test_what_somebody_changed_since_is_left_alone_and_named(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    run_id = await changed_run(bench)
    moodle.site.change_user("hill-s0", firstname="By hand")
    ended = await undo(bench, run_id)
    assert isinstance(ended, SyncCompleted)
    assert "update" not in ended.actions["user"]
    assert moodle.site.user("hill-s0").firstname == "By hand"
    found = [error for event in await probe.wait_for(SyncErrorsFound) for error in event.errors]
    assert [(error.code, error.severity, error.source_id) for error in found] == [
        ("CHANGED_SINCE", "warning", "hill-s0")
    ]


async def test_to_take_back_a_first_load_is_a_removal_of_everything_and_waits(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    first = await bench.run(ROSTER)
    ended = await undo(bench, first.run_id)
    assert isinstance(ended, SyncCompleted)
    assert ended.outcome == "held"
    (hold,) = await probe.wait_for(SyncHeld)
    assert hold.operations == {
        "user": {"suspend": 13},
        "course": {"hide": 2},
        "enrolment": {"suspend": 26},
    }
    assert not [user for user in moodle.site.users() if user.suspended]


async def test_the_run_of_a_decision_waits_for_the_decision_itself(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    first = await bench.run(ROSTER)
    await undo(bench, first.run_id)
    (hold,) = await probe.wait_for(SyncHeld)
    follow_up = await ask_for_undo(bench, first.run_id, uuid5(hold.hold_id, str(hold.school_id)))
    await bench.run(a_school("lake"))
    assert await bench.sync.fetchval("SELECT count(*) FROM plan WHERE run_id = $1", follow_up.run_id) == 0
    await decide(bench, hold, "approve")
    ended = await bench.ended(follow_up)
    assert isinstance(ended, SyncCompleted)
    assert (ended.outcome, ended.actions["user"]) == ("clean", {"suspend": 13})


@pytest.mark.parametrize("first_contact", [False, True], ids=["made", "found"])
async def test_whoever_another_school_has_keeps_the_account(
    bench: Bench, moodle: MoodleSimulator, first_contact: bool
) -> None:
    await bench.run(ROSTER)
    if first_contact:
        row = User(moodle.site.tables.users.next_id, "both", "Both", "Quill", "both@old.test", suspended=True)
        moodle.site.add_user(row)
    taken_in = await bench.run(ROSTER.with_person("both").with_person("only"))
    await bench.run(a_school("dale").with_person("both"))
    await undo(bench, taken_in.run_id)
    assert {user.username for user in moodle.site.users() if user.suspended} == {"only"}


async def test_the_next_full_run_does_again_what_the_source_still_says(bench: Bench, moodle: MoodleSimulator) -> None:
    await undo(bench, await changed_run(bench))
    ended = await bench.run(CHANGED)
    assert isinstance(ended, SyncCompleted)
    assert ended.actions == {
        "user": {"update": 1, "suspend": 1, "reactivate": 1},
        "enrolment": {"suspend": 3, "reactivate": 1},
    }


async def test_to_close_accounts_that_were_found_closed_counts_as_removal(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    for n in range(10):
        row = User(100 + n, f"found{n}", f"Found{n}", "Quill", f"found{n}@school.test", suspended=True)
        moodle.site.add_user(row)
    await bench.run(ROSTER)
    both = ROSTER
    for n in range(10):
        both = both.with_person(f"found{n}")
    taken_in = await bench.run(both)
    await undo(bench, taken_in.run_id)
    (hold,) = await probe.wait_for(SyncHeld)
    assert hold.operations == {"user": {"suspend": 10}}
    assert not [user for user in moodle.site.users() if user.suspended]
    follow_up = await ask_for_undo(bench, taken_in.run_id, uuid5(hold.hold_id, str(hold.school_id)))
    await decide(bench, hold, "approve")
    await bench.ended(follow_up)
    assert len([user for user in moodle.site.users() if user.suspended]) == 10
    assert await bench.sync.fetchval("SELECT count(*) FROM link WHERE entity = 'user' AND NOT active") == 10
