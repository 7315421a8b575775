"""Too much at once waits for a person; what was decided is honoured by the next plan, for the very same operation."""

from uuid import uuid5

from common.events import SyncCompleted, SyncHeld
from common.testing.probe import EventProbe
from moodle_sync.moodle.reading import READS
from simulators.moodle import MoodleSimulator

from ..support.acting import decide
from ..support.bench import Bench
from ..support.district import Roster, a_school, keep_snapshot

SHRUNK = a_school(students=20, classes=2)
for gone in range(8):
    SHRUNK = SHRUNK.without(f"hill-s{gone}")
"""A school of twenty students, after eight of them have left."""


async def held(bench: Bench, probe: EventProbe, roster: Roster = SHRUNK) -> SyncHeld:
    """A school whose last run wanted to take too much."""
    await bench.run(a_school(students=20, classes=2))
    ended = await bench.run(roster)
    assert isinstance(ended, SyncCompleted)
    assert ended.outcome == "held"
    (hold,) = await probe.wait_for(SyncHeld)
    return hold


async def waiting(bench: Bench) -> dict[str, list[int]]:
    """The numbers of the operations that wait, by the person they are about."""
    rows = await bench.sync.fetch(
        "SELECT coalesce(user_key, source_key) AS person, array_agg(seq ORDER BY seq) AS seqs FROM operation "
        "WHERE state = 'held' AND run_id = (SELECT run_id FROM plan ORDER BY started_at DESC LIMIT 1) GROUP BY 1"
    )
    return {row["person"]: row["seqs"] for row in rows}


def suspended(moodle: MoodleSimulator) -> int:
    return sum(user.suspended for user in moodle.site.users())


async def test_removals_beyond_the_limit_wait_and_creations_go_on(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    hold = await held(bench, probe, SHRUNK.with_person("new").with_enrolment("hill-c0", "new"))
    assert hold.operations == {"user": {"suspend": 8}, "enrolment": {"suspend": 16}}
    assert {(guard.code, guard.entity, guard.count, guard.of, guard.limit) for guard in hold.guards} == {
        ("CHANGE_THRESHOLD", "user", 8, 21, 5),
        ("CHANGE_THRESHOLD", "enrolment", 16, 42, 5),
    }
    assert suspended(moodle) == 0
    assert moodle.site.user("new").idnumber == "new"
    assert len(moodle.site.enrolments()) == 43


async def test_accounts_that_are_made_closed_are_taken_from_nobody(bench: Bench, moodle: MoodleSimulator) -> None:
    roster = a_school(students=3)
    for disabled in range(8):
        roster = roster.with_person(f"off{disabled}", enabled=False)
    ended = await bench.run(roster)
    assert isinstance(ended, SyncCompleted)
    assert (ended.outcome, suspended(moodle)) == ("clean", 8)


async def test_what_is_approved_is_done_by_the_next_run(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    await decide(bench, await held(bench, probe), "approve")
    ended = await bench.run(SHRUNK)
    assert isinstance(ended, SyncCompleted)
    assert (ended.outcome, ended.actions) == ("clean", {"user": {"suspend": 8}, "enrolment": {"suspend": 16}})
    assert suspended(moodle) == 8
    assert await bench.sync.fetchval("SELECT count(*) FROM ruling") == 0


async def test_what_is_approved_in_part_is_done_in_part_and_the_rest_is_not_asked_again(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    hold = await held(bench, probe)
    seqs = await waiting(bench)
    await decide(bench, hold, "approve", tuple(seqs["hill-s0"] + seqs["hill-s1"]))
    ended = await bench.run(SHRUNK)
    assert isinstance(ended, SyncCompleted)
    assert (ended.outcome, ended.actions) == ("clean", {"user": {"suspend": 2}, "enrolment": {"suspend": 4}})
    assert sorted(user.username for user in moodle.site.users() if user.suspended) == ["hill-s0", "hill-s1"]
    again = await bench.run(SHRUNK)
    assert isinstance(again, SyncCompleted)
    assert again.outcome == "nothing_to_do"


async def test_what_is_rejected_is_left_alone(bench: Bench, moodle: MoodleSimulator, probe: EventProbe) -> None:
    await decide(bench, await held(bench, probe), "reject")
    ended = await bench.run(SHRUNK)
    assert isinstance(ended, SyncCompleted)
    assert (ended.outcome, suspended(moodle)) == ("nothing_to_do", 0)


async def test_only_what_is_new_since_the_approval_is_asked_again(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    await decide(bench, await held(bench, probe), "approve")
    smaller = SHRUNK
    for more in range(8, 15):
        smaller = smaller.without(f"hill-s{more}")
    ended = await bench.run(smaller)
    assert isinstance(ended, SyncCompleted)
    assert (ended.outcome, ended.actions["user"], suspended(moodle)) == ("held", {"suspend": 8}, 8)
    _, second = await probe.wait_for(SyncHeld, count=2)
    assert second.operations == {"user": {"suspend": 7}, "enrolment": {"suspend": 14}}


async def test_an_approval_does_not_hold_for_an_operation_that_has_become_another(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    hold = await held(bench, probe)
    await decide(bench, hold, "approve")
    part = [f"hill-s{student}" for student in range(4)]
    await bench.sync.execute("UPDATE enrolment_link SET time_end = 4102444800 WHERE user_key = ANY($1)", part)
    ended = await bench.run(SHRUNK)
    assert isinstance(ended, SyncCompleted)
    assert (ended.outcome, ended.actions["enrolment"]) == ("held", {"suspend": 8})
    assert (await probe.wait_for(SyncHeld, count=2))[1].operations == {"enrolment": {"suspend": 8}}


async def test_an_approval_of_what_is_not_planned_any_more_is_forgotten(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    await decide(bench, await held(bench, probe), "approve")
    ended = await bench.run(a_school(students=20, classes=2))
    assert isinstance(ended, SyncCompleted)
    assert ended.outcome == "nothing_to_do"
    assert await bench.sync.fetchval("SELECT count(*) FROM ruling") == 0
    ended = await bench.run(SHRUNK)
    assert isinstance(ended, SyncCompleted)
    assert (ended.outcome, suspended(moodle)) == ("held", 0)


async def test_an_enrolment_that_would_be_taken_away_can_be_suspended_instead(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    await bench.dashboard.execute('UPDATE district SET policy = \'{"leavers": "unenrol"}\'')
    hold = await held(bench, probe)
    assert hold.operations["enrolment"] == {"unenrol": 16}
    await decide(bench, hold, "suspend")
    ended = await bench.run(SHRUNK)
    assert isinstance(ended, SyncCompleted)
    assert ended.actions["enrolment"] == {"suspend": 16}
    assert len(moodle.site.enrolments()) == 42


async def test_a_decision_about_another_plan_than_the_one_that_waits_changes_nothing(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    first = await held(bench, probe)
    await bench.run(SHRUNK.without("hill-s8"))
    _, second = await probe.wait_for(SyncHeld, count=2)
    assert first.plan_hash != second.plan_hash
    await decide(bench, first, "approve")
    ended = await bench.run(SHRUNK.without("hill-s8"))
    assert isinstance(ended, SyncCompleted)
    assert (ended.outcome, suspended(moodle)) == ("held", 0)


async def test_the_same_decision_told_twice_is_one(bench: Bench, probe: EventProbe) -> None:
    hold = await held(bench, probe)
    await decide(bench, hold, "approve")
    await decide(bench, hold, "reject")
    assert await bench.sync.fetchval("SELECT array_agg(DISTINCT ruling) FROM ruling") == ["approve"]


async def test_a_full_run_that_passes_closes_the_hold(bench: Bench, probe: EventProbe) -> None:
    await held(bench, probe)
    ended = await bench.run(a_school(students=20, classes=2))
    assert isinstance(ended, SyncCompleted)
    assert (ended.outcome, ended.lifts_hold) == ("nothing_to_do", True)
    assert await bench.sync.fetchval("SELECT state FROM hold") == "superseded"


async def test_a_run_that_only_adds_closes_no_hold(bench: Bench, probe: EventProbe) -> None:
    await held(bench, probe)
    ended = await bench.run(SHRUNK, mode="nightly")
    assert isinstance(ended, SyncCompleted)
    assert (ended.outcome, ended.lifts_hold) == ("nothing_to_do", False)


async def test_a_preview_shows_what_would_wait_and_opens_no_hold(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    await bench.run(a_school(students=20, classes=2))
    moodle.reset_calls()
    ended = await bench.run(SHRUNK, dry_run=True)
    assert isinstance(ended, SyncCompleted)
    assert (ended.outcome, len(await waiting(bench))) == ("previewed", 8)
    assert set(moodle.calls) <= READS
    assert await bench.sync.fetchval("SELECT count(*) FROM hold") == 0
    assert probe.all(SyncHeld) == []


async def test_whoever_decides_sees_who_has_graded_work(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    await held(bench, probe)
    looked_at = await bench.sync.fetchval(
        "SELECT array_agg(DISTINCT graded) FROM operation WHERE state = 'held' AND entity = 'enrolment'"
    )
    assert looked_at == [False]


async def test_the_run_of_a_decision_waits_for_the_decision_itself(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    hold = await held(bench, probe)
    follow_up = uuid5(hold.hold_id, str(hold.school_id))
    fetched = await keep_snapshot(bench.fetcher, SHRUNK)
    event = fetched.model_copy(update={"run_id": follow_up})
    await bench.announce(event)
    await bench.run(a_school("lake"))
    assert await bench.sync.fetchval("SELECT count(*) FROM plan WHERE run_id = $1", follow_up) == 0
    await decide(bench, hold, "approve")
    ended = await bench.ended(event)
    assert isinstance(ended, SyncCompleted)
    assert (ended.outcome, suspended(moodle)) == ("clean", 8)


async def test_a_source_that_was_migrated_waits_as_a_whole(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    """Everybody comes with another id, and the same name, user name and address."""
    await bench.run(a_school(students=10, classes=1))
    migrated = Roster("hill").with_class("hill-c0")
    for key in ["teacher", *(f"s{n}" for n in range(10))]:
        name = f"hill-{key}"
        role = "teacher" if key == "teacher" else "student"
        fields = {"given_name": name.title(), "username": name, "email": f"{name}@school.test"}
        migrated = migrated.with_person(f"new-{key}", role, **fields).with_enrolment("hill-c0", f"new-{key}", role)
    ended = await bench.run(migrated)
    assert isinstance(ended, SyncCompleted)
    (hold,) = await probe.wait_for(SyncHeld)
    assert ("IDENTITY_SHIFT", 11) in [(guard.code, guard.count) for guard in hold.guards]
    assert hold.operations["user"] == {"link": 11}
    assert moodle.summary()["users"] == 11
    await decide(bench, hold, "approve")
    ended = await bench.run(migrated)
    assert isinstance(ended, SyncCompleted)
    assert moodle.summary()["users"] == 11
    assert {user.idnumber[:4] for user in moodle.site.users()} == {"new-"}


async def test_a_class_that_was_mixed_up_waits_by_itself(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    roster = a_school(students=40, classes=4)
    await bench.run(roster)
    mixed = roster
    for student in range(30):
        mixed = mixed.without(f"hill-c0-hill-s{student}-student")
    await bench.dashboard.execute("""UPDATE district SET policy = '{"limits": {"enrolments": {"count": 999}}}'""")
    await bench.run(mixed.without("hill-c1-hill-s0-student"))
    (hold,) = await probe.wait_for(SyncHeld)
    assert [(guard.code, guard.subject, guard.count) for guard in hold.guards] == [("CLASS_TURNOVER", "hill-c0", 30)]
    assert [e.course[:7] for e in moodle.site.enrolments() if e.suspended] == ["HILL-C1"]


async def test_addresses_that_vanish_all_at_once_wait(bench: Bench, moodle: MoodleSimulator, probe: EventProbe) -> None:
    roster = a_school(students=20)
    await bench.run(roster)
    bare = roster
    for student in range(20):
        bare = bare.with_person(f"hill-s{student}", email="")
    await bench.run(bare)
    (hold,) = await probe.wait_for(SyncHeld)
    assert [(guard.code, guard.subject, guard.count) for guard in hold.guards] == [("VALUES_LOST", "email", 20)]
    assert moodle.site.user("hill-s0").email == "hill-s0@school.test"


async def test_accounts_that_are_found_and_would_be_closed_count_as_removals(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    await bench.run(a_school(students=20))
    await bench.sync.execute("DELETE FROM link WHERE entity = 'user'")
    closed = a_school()
    for student in range(20):
        closed = closed.with_person(f"hill-s{student}", enabled=False)
    await bench.run(closed)
    (hold,) = await probe.wait_for(SyncHeld)
    assert (hold.operations, suspended(moodle)) == ({"user": {"suspend": 20}}, 0)
    await decide(bench, hold, "approve")
    await bench.run(closed)
    assert suspended(moodle) == 20
