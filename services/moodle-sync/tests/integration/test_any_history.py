"""Whatever happens on the way, after quiet Moodle is as the rosters want it: random rosters, mishaps, interleavings."""

import asyncio
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from common.events import Mode, PlanMade, RosterFetched, SyncCompleted
from common.settings import CommonSettings
from simulators.moodle import Mishap, MoodleSimulator

from ..support.bench import Bench, a_worker, settings_for
from ..support.district import DISTRICT, Roster

NO_LIMITS = (
    """{"limits": {"removals": {"count": 999}, "ids_changed": 100, "class_turnover": 100, "values_lost": 100}}"""
)
WRITES = (
    *("core_user_create_users", "core_user_update_users", "core_course_create_courses", "core_course_update_courses"),
    *("enrol_manual_enrol_users", "core_course_create_categories"),
)

schools = st.sampled_from(["hill", "lake"])
people = st.integers(0, 5)
classes = st.integers(0, 2)
changes = st.one_of(
    st.tuples(st.just("admit"), schools, people, st.sampled_from(["Ida", "Otto"])),
    st.tuples(st.just("dismiss"), schools, people),
    st.tuples(st.just("open"), schools, classes),
    st.tuples(st.just("close"), schools, classes),
    st.tuples(st.just("enrol"), schools, classes, people, st.sampled_from(["student", "teacher"])),
    st.tuples(st.just("drop"), schools, classes, people),
)
mishaps = st.one_of(
    st.none(),
    st.tuples(
        st.just("fail"),
        st.sampled_from(WRITES),
        st.sampled_from([Mishap.TIMEOUT, Mishap.DROP, Mishap.HTML, Mishap.SERVER_ERROR]),
        st.booleans(),
    ),
    st.tuples(st.just("kill"), st.sampled_from(WRITES), st.booleans()),
    st.tuples(st.just("refuse"), people),
    st.tuples(st.just("twice")),
)
modes: st.SearchStrategy[Mode] = st.sampled_from(["full", "full", "partial", "nightly"])
days = st.lists(
    st.tuples(st.lists(changes, max_size=6), st.sampled_from([("hill",), ("lake",), ("hill", "lake")]), modes, mishaps),
    min_size=1,
    max_size=4,
)
numbers = count()


@dataclass
class World:
    """Two schools that share people, under names of their own among all examples."""

    tag: str
    rosters: dict[str, Roster] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Something stands in each school for good, so that no kind of record falls to zero."""
        for school in ("hill", "lake"):
            key = f"{self.tag}-{school}"
            roster = Roster(key).with_person(f"{key}-head", "teacher").with_class(f"{key}-base")
            self.rosters[school] = roster.with_enrolment(f"{key}-base", f"{key}-head", "teacher")

    def change(self, kind: str, school: str, *values: object) -> None:
        """One change of a roster."""
        roster = self.rosters[school]
        person, class_ = f"{self.tag}-p{values[-1]}", f"{self.tag}-{school}-c{values[0]}"
        match kind, values:
            case "admit", (number, name):
                person, names = f"{self.tag}-p{number}", {"given_name": str(name), "family_name": f"Quill {number}"}
                for other, its in self.rosters.items():
                    if person in its.people:  # to the source it is one person, of whatever number of schools
                        self.rosters[other] = its.with_person(person, "student", **names)
                roster = self.rosters[school].with_person(person, "student", **names)
            case "dismiss", _:
                roster = roster.without(person)
            case "open", _:
                roster = roster.with_class(class_)
            case "close", _:
                roster = roster.without(class_)
            case "enrol", (_, number, role):
                person = f"{self.tag}-p{number}"
                if person in roster.people and class_ in roster.classes:
                    roster = roster.without(f"{class_}-{person}-student").without(f"{class_}-{person}-teacher")
                    roster = roster.with_enrolment(class_, person, str(role))
            case "drop", _:
                roster = roster.without(f"{class_}-{person}-student").without(f"{class_}-{person}-teacher")
        self.rosters[school] = roster

    def people(self) -> dict[str, tuple[str, str]]:
        """The names of everybody whom a school has, by key."""
        return {
            key: (body["given_name"], body["family_name"])
            for roster in self.rosters.values()
            for key, body in roster.people.items()
        }

    def places(self) -> dict[tuple[str, str], str]:
        """Who should be in which course, with which role."""
        return {
            (body["class_key"], body["user_key"]): body["role"]
            for roster in self.rosters.values()
            for body in roster.enrolments.values()
        }


@pytest.mark.timeout(600)
@examples(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(days=days)
async def test_after_quiet_moodle_is_as_the_rosters_want_it(
    idle_bench: Bench,
    settings: CommonSettings,
    moodle: MoodleSimulator,
    days: list[tuple[list[tuple[str, str]], tuple[str, ...], Mode, tuple[object, ...] | None]],
) -> None:
    world = World(f"x{next(numbers)}")
    await idle_bench.dashboard.execute("UPDATE district SET policy = $1", NO_LIMITS)
    quick = settings_for(settings, moodle_attempts=2, moodle_timeout_seconds=0.4)
    for changed, synced, mode, mishap in days:
        for change in changed:
            world.change(*change)
        await a_day(idle_bench, moodle, quick, [world.rosters[school] for school in synced], mode, mishap)
    moodle.mishaps.clear()
    async with a_worker(idle_bench, quick):
        for _ in range(2):
            for roster in world.rosters.values():
                await idle_bench.run(roster)
        quiet = [await idle_bench.run(roster) for roster in world.rosters.values()]
    assert all(isinstance(ended, SyncCompleted) and ended.outcome == "nothing_to_do" for ended in quiet), quiet
    check_accounts(world, moodle)
    check_places(world, moodle)
    await check_operations(idle_bench)


async def a_day(
    bench: Bench,
    moodle: MoodleSimulator,
    quick: object,
    rosters: list[Roster],
    mode: Mode,
    mishap: tuple[object, ...] | None,
) -> None:
    """Runs of some schools at once, with something going wrong."""
    gate = None
    match mishap:
        case ("fail", str(function), Mishap() as kind, bool(after)):
            moodle.mishaps.fail_next(function, kind=kind, after_write=after)
        case ("refuse", number):
            moodle.mishaps.refuse("core_user_create_users", lambda user: str(user["username"]).endswith(f"-p{number}"))
        case ("kill", str(function), bool(after)):
            gate = moodle.hold(function, after_write=after)
    events: list[RosterFetched] = []
    async with a_worker(bench, quick, stop_budget=0):  # type: ignore[arg-type]
        for roster in rosters:
            events.append(await bench.fetched(roster, mode=mode))
            if mishap == ("twice",):
                await bench.announce(events[-1])
        await until_killed(bench, events, gate.reached if gate else asyncio.Event())
    if gate:
        moodle.mishaps.release_all()
        async with a_worker(bench, quick):  # type: ignore[arg-type]
            for event in events:
                await bench.ended(event)
    moodle.mishaps.clear()


async def until_killed(bench: Bench, events: list[RosterFetched], reached: asyncio.Event) -> None:
    """Wait until all runs have ended, or a call has come to where the worker is to die."""
    ends = asyncio.gather(*(bench.ended(event) for event in events))
    death = asyncio.ensure_future(reached.wait())
    waits: list[asyncio.Future[Any]] = [ends, death]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    ends.cancel()
    death.cancel()
    await asyncio.gather(ends, death, return_exceptions=True)


def check_accounts(world: World, moodle: MoodleSimulator) -> None:
    """One account for everybody, open for whom a school has, closed for the others."""
    accounts = [user for user in moodle.site.users() if user.idnumber.startswith(f"{world.tag}-")]
    assert len({user.idnumber for user in accounts}) == len(accounts), "nobody has two"
    wanted = world.people()
    open_ones = {user.idnumber: (user.firstname, user.lastname) for user in accounts if not user.suspended}
    assert open_ones == wanted


def check_places(world: World, moodle: MoodleSimulator) -> None:
    """Everybody is where they should be, in one role, and nowhere else."""
    courses = {c.shortname: c for c in moodle.site.courses() if c.idnumber.startswith(f"{world.tag}-")}
    keys = {user.username: user.idnumber for user in moodle.site.users()}
    names = {"student": "student", "teacher": "editingteacher"}
    active = {
        (courses[e.course].idnumber, keys[e.username]): e.roles
        for e in moodle.site.enrolments()
        if e.course in courses and not e.suspended
    }
    assert active == {place: frozenset({names[role]}) for place, role in world.places().items()}
    open_classes = {key for roster in world.rosters.values() for key in roster.classes}
    assert {course.idnumber for course in courses.values() if course.visible} == open_classes


async def check_operations(bench: Bench) -> None:
    """Plans add up, every operation has its end, and nothing was taken that the source still had."""
    assert (
        await bench.sync.fetchval(
            "SELECT count(*) FROM operation o JOIN plan p USING (district_id, run_id) "
            "WHERE o.state IN ('planned', 'sent') AND p.ended_at IS NOT NULL AND p.outcome <> 'failed'"
        )
        == 0
    )
    planned = {event.run_id: event.operations for event in bench.probe.all(PlanMade)}
    rows = await bench.sync.fetch("SELECT run_id, entity, kind, count(*) AS n FROM operation GROUP BY 1, 2, 3")
    assert all(planned[row["run_id"]][row["entity"]][row["kind"]] == row["n"] for row in rows)
    unproved = await bench.sync.fetch(UNPROVED, DISTRICT)
    assert unproved == []


UNPROVED = """
    SELECT o.* FROM operation o JOIN plan p USING (district_id, run_id)
    JOIN roster.record r ON r.district_id = $1 AND r.school_id = p.school_id AND r.first_snapshot <= p.snapshot
         AND coalesce(r.last_snapshot, p.snapshot) >= p.snapshot
         AND (o.entity = 'enrolment' AND r.entity = 'enrolment' AND r.source_key = o.before->>'record_key'
              OR o.entity = 'user' AND r.entity = 'user' AND r.source_key = o.source_key
              OR o.entity = 'course' AND r.entity = 'class' AND r.source_key = o.source_key)
    WHERE o.district_id = $1 AND o.state = 'done' AND o.kind IN ('suspend', 'unenrol', 'hide')
      AND coalesce((r.body->>'enabled')::boolean, true)
"""
