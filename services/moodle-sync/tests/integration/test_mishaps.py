"""Kills, time-outs, repeats and crowds: nothing is lost, and nothing is done twice."""

import asyncio

from common.events import SyncCompleted, SyncErrorsFound, SyncFailed
from common.settings import CommonSettings
from common.testing.probe import EventProbe
from simulators.moodle import Mishap, MoodleSimulator

from ..support.bench import TOKEN, Bench, a_worker, settings_for
from ..support.district import Roster, a_school, move_schools


async def test_accounts_made_by_a_call_that_timed_out_are_found_and_not_made_again(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    moodle.mishaps.fail_next("core_user_create_users", kind=Mishap.TIMEOUT, after_write=True)
    ended = await bench.run(a_school(students=12, classes=1))
    assert isinstance(ended, SyncCompleted)
    assert ended.outcome == "clean"
    assert len(moodle.site.users()) == 13
    assert moodle.calls["core_user_create_users"] == 1


async def test_courses_made_by_a_call_whose_answer_was_lost_are_found(bench: Bench, moodle: MoodleSimulator) -> None:
    moodle.mishaps.fail_next("core_course_create_courses", kind=Mishap.DROP, after_write=True)
    ended = await bench.run(a_school(students=2, classes=5))
    assert isinstance(ended, SyncCompleted)
    assert ended.outcome == "clean"
    assert len(moodle.site.courses()) == 5


async def test_a_site_that_is_away_for_a_moment_is_asked_again(bench: Bench, moodle: MoodleSimulator) -> None:
    moodle.mishaps.fail_next("enrol_manual_enrol_users", times=2, kind=Mishap.UNAVAILABLE)
    ended = await bench.run(a_school(students=2, classes=1))
    assert isinstance(ended, SyncCompleted)
    assert ended.outcome == "clean"


async def test_a_site_that_stays_away_fails_the_run_and_the_next_one_finishes_the_work(
    idle_bench: Bench, settings: CommonSettings, moodle: MoodleSimulator
) -> None:
    async with a_worker(idle_bench, settings_for(settings, moodle_attempts=2)):
        moodle.mishaps.fail_next("enrol_manual_enrol_users", times=2, kind=Mishap.HTML)
        ended = await idle_bench.run(a_school(students=2, classes=1))
        assert isinstance(ended, SyncFailed)
        assert ended.code == "LMS_UNREACHABLE"
        again = await idle_bench.run(a_school(students=2, classes=1))
    assert isinstance(again, SyncCompleted)
    assert again.actions == {"enrolment": {"create": 3}}


async def test_a_missing_capability_is_named(bench: Bench, moodle: MoodleSimulator) -> None:
    moodle.mishaps.fail_next("core_course_create_categories", kind=Mishap.NO_CAPABILITY)
    ended = await bench.run(a_school())
    assert isinstance(ended, SyncFailed)
    assert "core_course_create_categories" in ended.detail


async def test_a_worker_killed_while_moodle_creates_accounts_leaves_them_to_be_found_by_the_next(
    idle_bench: Bench, settings: CommonSettings, moodle: MoodleSimulator
) -> None:
    roster = a_school(students=150, classes=1)
    gate = moodle.mishaps.hold("core_user_create_users", after_write=True)
    async with a_worker(idle_bench, settings_for(settings, moodle_timeout_seconds=60), stop_budget=0):
        event = await idle_bench.fetched(roster)
        await asyncio.wait_for(gate.reached.wait(), 20)
    gate.release()
    async with a_worker(idle_bench, settings_for(settings)):
        ended = await idle_bench.ended(event)
    assert isinstance(ended, SyncCompleted)
    assert ended.outcome == "clean"
    assert len(moodle.site.users()) == 151
    assert len({user.idnumber for user in moodle.site.users()}) == 151


async def test_a_run_that_is_taken_up_again_ends_in_the_moodle_where_it_began(
    idle_bench: Bench, settings: CommonSettings, moodle: MoodleSimulator
) -> None:
    gate = moodle.mishaps.hold("core_user_create_users", after_write=True)
    async with a_worker(idle_bench, settings_for(settings, moodle_timeout_seconds=60), stop_budget=0):
        event = await idle_bench.fetched(a_school(students=20, classes=1))
        await asyncio.wait_for(gate.reached.wait(), 20)
    gate.release()
    async with MoodleSimulator(token=TOKEN) as other:
        await move_schools(idle_bench.dashboard, other.base_url)
        async with a_worker(idle_bench, settings_for(settings)):
            ended = await idle_bench.ended(event)
        assert other.site.users() == []
    assert isinstance(ended, SyncCompleted)
    assert ended.outcome == "clean"
    assert len(moodle.site.users()) == 21


async def test_enrolments_that_may_have_been_sent_are_not_sent_again(
    idle_bench: Bench, settings: CommonSettings, moodle: MoodleSimulator
) -> None:
    gate = moodle.mishaps.hold("enrol_manual_enrol_users", after_write=True)
    async with a_worker(idle_bench, settings_for(settings, moodle_timeout_seconds=60), stop_budget=0):
        event = await idle_bench.fetched(a_school(students=10, classes=2))
        await asyncio.wait_for(gate.reached.wait(), 20)
    gate.release()
    async with a_worker(idle_bench, settings_for(settings)):
        assert isinstance(await idle_bench.ended(event), SyncCompleted)
    sent = [row for request in moodle.requests if request.function == "enrol_manual_enrol_users"
            for row in request.parameters["enrolments"]]  # fmt: skip
    assert len(sent) == 22
    assert moodle.summary()["enrolments"] == 22
    assert moodle.summary()["welcome_messages"] == 0


async def test_a_run_that_takes_long_is_done_in_steps(
    idle_bench: Bench, settings: CommonSettings, moodle: MoodleSimulator
) -> None:
    async with a_worker(idle_bench, settings_for(settings, moodle_step_seconds=0.01)):
        ended = await idle_bench.run(a_school(students=20, classes=3))
    assert isinstance(ended, SyncCompleted)
    assert (ended.outcome, moodle.summary()["enrolments"]) == ("clean", 63)


async def test_a_roster_announced_again_and_again_is_one_run(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    roster = a_school(students=5, classes=1)
    first = await bench.fetched(roster)
    await bench.announce(first)
    await bench.ended(first)
    await bench.announce(first)
    await bench.run(a_school("other"))
    assert len([e for e in probe.all(SyncCompleted) if e.run_id == first.run_id]) == 1
    assert len(moodle.site.users()) == 7


async def test_schools_that_meet_the_same_new_people_at_once_create_each_account_once(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    def school(n: int) -> Roster:
        roster = Roster(f"school{n}")
        for s in range(20):
            roster = roster.with_person(f"shared{s}")
        return roster

    events = [await bench.fetched(school(n)) for n in range(16)]
    for event in events:
        ended = await bench.ended(event)
        assert isinstance(ended, SyncCompleted)
        assert ended.outcome == "clean"
    assert len(moodle.site.users()) == 20


async def test_leaving_one_school_of_two_ends_that_schools_enrolments_only(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    hill, lake = a_school("hill", classes=1), a_school("lake", classes=1)
    both = (
        hill.with_person("ada").with_enrolment("hill-c0", "ada"),
        lake.with_person("ada").with_enrolment("lake-c0", "ada"),
    )
    for roster in both:
        await bench.run(roster)
    await bench.run(hill)
    assert not moodle.site.user("ada").suspended
    assert [(e.course[:4], e.suspended) for e in moodle.site.enrolments() if e.username == "ada"] == [
        ("HILL", True),
        ("LAKE", False),
    ]
    await bench.run(lake)
    assert moodle.site.user("ada").suspended


async def test_nothing_is_removed_without_the_sources_proof(bench: Bench, moodle: MoodleSimulator) -> None:
    roster = a_school(students=3, classes=1)
    await bench.run(roster)
    await bench.fetcher.execute("DELETE FROM record WHERE entity <> 'school'")
    ended = await bench.run(Roster("hill"))
    assert isinstance(ended, SyncCompleted)
    assert ended.outcome == "nothing_to_do"


async def test_an_account_with_the_id_number_is_taken_over_if_the_names_agree(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    await bench.run(a_school(students=2))
    await bench.sync.execute("DELETE FROM link WHERE entity = 'user'")
    moodle.site.change_user("hill-s1", firstname="Somebody", lastname="Else")
    ended = await bench.run(a_school(students=2))
    assert isinstance(ended, SyncCompleted)
    assert ended.actions == {"user": {"link": 2}}
    assert len(moodle.site.users()) == 3
    (found,) = await probe.wait_for(SyncErrorsFound)
    assert [(e.code, e.source_id) for e in found.errors] == [("AMBIGUOUS_MATCH", "hill-s1")]


async def test_who_becomes_a_teacher_is_no_student_any_more(bench: Bench, moodle: MoodleSimulator) -> None:
    roster = a_school(students=1, classes=1)
    await bench.run(roster)
    await bench.run(roster.without("hill-c0-hill-s0-student").with_enrolment("hill-c0", "hill-s0", "teacher"))
    (enrolment,) = [e for e in moodle.site.enrolments() if e.username == "hill-s0"]
    assert (enrolment.roles, enrolment.suspended) == (frozenset({"editingteacher"}), False)


async def test_a_person_who_is_disabled_in_the_source_has_a_suspended_account(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    roster = a_school(students=2).with_person("off", enabled=False)
    await bench.run(roster.with_person("hill-s0", enabled=False))
    assert sorted(u.username for u in moodle.site.users() if u.suspended) == ["hill-s0", "off"]
    await bench.run(roster)
    assert [u.username for u in moodle.site.users() if u.suspended] == ["off"]
