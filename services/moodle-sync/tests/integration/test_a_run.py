"""A roster on its way into a simulated Moodle, with real PostgreSQL and RabbitMQ."""

from common.events import PlanMade, SyncCompleted, SyncErrorsFound, SyncFailed
from common.testing.probe import EventProbe
from moodle_sync.moodle.reading import READS
from simulators.moodle import MoodleSimulator
from simulators.moodle.rows import User

from ..support.bench import Bench
from ..support.district import a_school


async def test_a_first_full_run_fills_an_empty_moodle(bench: Bench, moodle: MoodleSimulator) -> None:
    ended = await bench.run(a_school(students=30, classes=4))
    assert isinstance(ended, SyncCompleted)
    assert ended.outcome == "clean"
    assert ended.actions == {
        "category": {"create": 1},
        "course": {"create": 4},
        "user": {"create": 31},
        "enrolment": {"create": 124},
    }
    summary = moodle.summary()
    assert (summary["users"], summary["courses"], summary["categories"], summary["enrolments"]) == (31, 4, 1, 124)
    assert ended.calls == summary["calls"]


async def test_a_nightly_run_with_nothing_changed_makes_no_call(bench: Bench, moodle: MoodleSimulator) -> None:
    roster = a_school(students=5, classes=2)
    await bench.run(roster)
    calls = moodle.calls.total()
    ended = await bench.run(roster, mode="nightly")
    assert isinstance(ended, SyncCompleted)
    assert (ended.outcome, ended.calls, moodle.calls.total()) == ("nothing_to_do", 0, calls)


async def test_a_second_full_run_with_nothing_changed_looks_and_writes_nothing(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    roster = a_school(students=5, classes=2)
    await bench.run(roster)
    moodle.reset_calls()
    ended = await bench.run(roster)
    assert isinstance(ended, SyncCompleted)
    assert ended.outcome == "nothing_to_do"
    assert set(moodle.calls) <= READS


async def test_students_are_enrolled_before_teachers_so_that_nobody_gets_a_welcome_message(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    await bench.run(a_school(students=30, classes=4))
    assert moodle.summary()["welcome_messages"] == 0


async def test_a_full_run_does_just_what_changed(bench: Bench, moodle: MoodleSimulator) -> None:
    roster = a_school(students=10, classes=2)
    await bench.run(roster)
    changed = (
        roster.with_person("hill-s0", given_name="Renamed")
        .without("hill-c0-hill-s1-student")
        .without("hill-s2")
        .with_class("hill-new")
        .with_enrolment("hill-new", "hill-s3")
    )
    ended = await bench.run(changed)
    assert isinstance(ended, SyncCompleted)
    assert ended.actions == {
        "user": {"update": 1, "suspend": 1},
        "course": {"create": 1},
        "enrolment": {"create": 1, "suspend": 3},
    }
    assert moodle.site.user("hill-s0").firstname == "Renamed"
    assert moodle.site.user("hill-s2").suspended
    gone = [e for e in moodle.site.enrolments() if e.suspended]
    assert sorted((e.username, e.course[:7]) for e in gone) == [
        ("hill-s1", "HILL-C0"),
        ("hill-s2", "HILL-C0"),
        ("hill-s2", "HILL-C1"),
    ]


async def test_a_partial_run_only_adds(bench: Bench, moodle: MoodleSimulator) -> None:
    roster = a_school(students=3, classes=1)
    await bench.run(roster)
    changed = roster.with_person("hill-s0", given_name="Renamed").without("hill-s1").with_person("hill-new")
    ended = await bench.run(changed, mode="partial")
    assert isinstance(ended, SyncCompleted)
    assert ended.actions == {"user": {"create": 1}}
    assert moodle.site.user("hill-s0").firstname == "Hill-S0"


async def test_what_a_partial_run_left_alone_a_full_run_does(bench: Bench, moodle: MoodleSimulator) -> None:
    roster = a_school(students=3, classes=1)
    await bench.run(roster)
    changed = roster.with_person("hill-s0", given_name="Renamed").without("hill-s1")
    await bench.run(changed, mode="partial")
    ended = await bench.run(changed)
    assert isinstance(ended, SyncCompleted)
    assert ended.actions == {"user": {"update": 1, "suspend": 1}, "enrolment": {"suspend": 1}}


async def test_people_and_classes_that_come_back_are_the_same_as_before(bench: Bench, moodle: MoodleSimulator) -> None:
    roster = a_school(students=3, classes=2)
    await bench.run(roster)
    before = moodle.site.user("hill-s1").id
    await bench.run(roster.without("hill-s1").without("hill-c1"))
    assert moodle.site.user("hill-s1").suspended
    assert [c.visible for c in moodle.site.courses()] == [True, False]
    ended = await bench.run(roster)
    assert isinstance(ended, SyncCompleted)
    assert ended.actions == {"user": {"reactivate": 1}, "course": {"reactivate": 1}, "enrolment": {"reactivate": 5}}
    assert moodle.site.user("hill-s1").id == before
    assert not moodle.site.user("hill-s1").suspended
    assert not [e for e in moodle.site.enrolments() if e.suspended]


async def test_a_dry_run_makes_the_plan_and_only_looks(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    ended = await bench.run(a_school(students=3, classes=1), dry_run=True)
    assert isinstance(ended, SyncCompleted)
    assert ended.outcome == "previewed"
    assert set(moodle.calls) <= READS
    assert moodle.site.users() == []
    (plan,) = await probe.wait_for(PlanMade)
    assert plan.operations["user"] == {"create": 4}


async def test_one_bad_record_never_fails_its_batch(bench: Bench, moodle: MoodleSimulator, probe: EventProbe) -> None:
    moodle.mishaps.refuse("core_user_create_users", lambda user: user["username"] == "hill-s7")
    ended = await bench.run(a_school(students=20, classes=1))
    assert isinstance(ended, SyncCompleted)
    assert (ended.outcome, ended.errors) == ("with_errors", 1)
    assert len(moodle.site.users()) == 20
    (found,) = await probe.wait_for(SyncErrorsFound)
    assert [(e.code, e.entity, e.source_id) for e in found.errors] == [("LMS_WRITE_REJECTED", "user", "hill-s7")]
    moodle.mishaps.clear()
    again = await bench.run(a_school(students=20, classes=1))
    assert isinstance(again, SyncCompleted)
    assert again.actions == {"user": {"create": 1}, "enrolment": {"create": 1}}


async def test_a_user_name_that_two_people_ask_for_is_given_to_one_without_asking_moodle(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    roster = a_school(students=2).with_person("other", username="HILL-S1", email="other@school.test")
    await bench.run(roster)
    (found,) = await probe.wait_for(SyncErrorsFound)
    assert [(e.code, e.source_id) for e in found.errors] == [("DUP_USERNAME", "other")]
    assert moodle.calls["core_user_create_users"] == 1
    moodle.reset_calls()
    await bench.run(roster)
    assert set(moodle.calls) <= READS


async def test_siblings_with_one_address_all_get_an_account(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    ended = await bench.run(a_school(students=2).with_person("sibling", email="hill-s1@school.test"))
    assert isinstance(ended, SyncCompleted)
    assert (ended.outcome, ended.errors) == ("clean", 0)
    assert moodle.site.user("sibling").email == "sibling@no-email.invalid"
    (found,) = await probe.wait_for(SyncErrorsFound)
    assert [(e.code, e.severity, e.source_id) for e in found.errors] == [("DUP_EMAIL", "warning", "sibling")]


async def test_an_address_that_somebody_took_in_the_meantime_keeps_nobody_from_an_account(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    """As with siblings of two schools that are planned side by side: Moodle has the address, and no link says so."""
    moodle.site.add_user(User(0, "first", "First", "Come", "hill-s1@school.test"))
    roster = a_school(students=3)
    ended = await bench.run(roster)
    assert isinstance(ended, SyncCompleted)
    assert (ended.outcome, ended.errors, ended.actions["user"]) == ("clean", 0, {"create": 4})
    assert moodle.site.user("hill-s1").email == "hill-s1@no-email.invalid"
    (found,) = await probe.wait_for(SyncErrorsFound)
    assert [(e.code, e.severity, e.source_id) for e in found.errors] == [("DUP_EMAIL", "warning", "hill-s1")]
    moodle.reset_calls()
    await bench.run(roster)
    assert set(moodle.calls) <= READS


async def test_an_account_with_the_user_name_and_another_name_is_left_alone(
    bench: Bench, moodle: MoodleSimulator, probe: EventProbe
) -> None:
    moodle.site.add_user(User(0, "hill-s0", "Somebody", "Else", "else@school.test"))
    await bench.run(a_school(students=1))
    (found,) = await probe.wait_for(SyncErrorsFound)
    assert [e.code for e in found.errors] == ["AMBIGUOUS_MATCH"]
    assert moodle.site.user("hill-s0").firstname == "Somebody"


async def test_no_request_has_more_form_fields_than_php_reads(bench: Bench, moodle: MoodleSimulator) -> None:
    await bench.run(a_school(students=400, classes=2))
    assert moodle.most_fields < 1000
    assert moodle.summary()["enrolments"] == 802


async def test_a_site_is_called_twice_at_once_at_most_and_courses_are_created_one_call_at_a_time(
    bench: Bench, moodle: MoodleSimulator
) -> None:
    events = [await bench.fetched(a_school(f"school{n}", students=40, classes=15)) for n in range(4)]
    for event in events:
        assert isinstance(await bench.ended(event), SyncCompleted)
    assert moodle.peak_in_flight <= 2
    assert moodle.peak_in_flight_by_function["core_course_create_courses"] == 1


async def test_a_refused_token_fails_the_run_with_what_to_do(bench: Bench, moodle: MoodleSimulator) -> None:
    await bench.dashboard.execute("UPDATE target SET secrets = $1", bench.box.seal({"token": "old"}))
    ended = await bench.run(a_school(students=2))
    assert isinstance(ended, SyncFailed)
    assert ended.code == "LMS_UNREACHABLE"
    assert "new token" in ended.detail
