"""Orders, holds, cancelling, retries and the watchdog: who may begin, who ends, and who tells it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from common import fence
from common.delivery import NotNow
from common.event_model import RunScope
from common.events import (
    HoldDecided,
    SyncCancelOrdered,
    SyncCompleted,
    SyncFailed,
    SyncHeld,
    SyncOrdered,
    SyncRefused,
    SyncRequested,
)
from common.fence import FenceLost, beating
from scheduler.orders import run_of
from scheduler.watchdog import watch

from ..support.plant import Plant, plant, school_of

HILL = school_of("north", "hill")
LATER = datetime(2027, 2, 1, tzinfo=UTC)


@pytest.fixture
async def north(at_work: Plant) -> Plant:
    """With a district of two schools, of which one may run at a time."""
    await plant(at_work.dashboard, "north", ["hill", "lake"], parallel=1)
    return at_work


def order(school: str = "hill", **more: Any) -> SyncOrdered:
    values = {"district_id": "north", "order_id": uuid4(), "mode": "partial", "ordered_by": "x"}
    return SyncOrdered.model_validate(values | {"schools": [school_of("north", school)]} | more)


def of(event: type, run: SyncRequested, **more: Any) -> Any:
    about = run.model_dump(include={"district_id", "pool", "run_id", "school_id"})
    return event.model_validate(about | more)  # type: ignore[attr-defined]


async def running(north: Plant, event: SyncOrdered | None = None) -> SyncRequested:
    """A run of the hill school that the workers have."""
    await north.handle(event or order())
    (run,) = await north.new(SyncRequested)
    return run


async def open_runs(north: Plant) -> list[tuple[UUID, str, str]]:
    rows = await north.scheduler.fetch(
        "SELECT school_id, mode, state FROM run WHERE state <> 'ended' ORDER BY state, ordered_at"
    )
    return [(row["school_id"], row["mode"], row["state"]) for row in rows]


async def night_comes(north: Plant) -> None:
    north.clock.put("2027-01-11 19:00")
    await north.tick()


class TestOrdersThatMeet:
    async def test_kind_and_scope_are_passed_on_as_they_were_ordered(self, north: Plant) -> None:
        scope = RunScope(undo_of=uuid4())
        run = await running(north, order(kind="undo", scope=scope, mode="full"))
        assert (run.kind, run.scope, run.mode) == ("undo", scope, "full")

    async def test_an_order_that_a_waiting_run_does_as_well_is_coalesced_with_it(self, north: Plant) -> None:
        await running(north, order("lake"))
        first, second = order(mode="full"), order(mode="partial")
        await north.handle(first)
        await north.handle(second)
        (refused,) = await north.new(SyncRefused)
        assert (refused.reason, refused.run_id) == ("coalesced", run_of(second.order_id, HILL))
        assert refused.running_run_id == run_of(first.order_id, HILL)

    async def test_a_stronger_order_takes_the_place_of_the_one_that_waits(self, north: Plant) -> None:
        await running(north, order("lake"))
        first, second = order(mode="partial"), order(mode="full")
        await north.handle(first)
        await north.handle(second)
        (refused,) = await north.new(SyncRefused)
        assert (refused.reason, refused.run_id) == ("coalesced", run_of(first.order_id, HILL))
        assert (HILL, "full", "waiting") in await open_runs(north)

    async def test_a_dry_run_and_a_sync_do_not_stand_for_each_other(self, north: Plant) -> None:
        await running(north, order("lake"))
        await north.handle(order(dry_run=True))
        await north.handle(order())
        (refused,) = await north.new(SyncRefused)
        assert refused.reason == "already_running"

    async def test_an_order_of_a_person_goes_before_the_nights_wave(self, north: Plant) -> None:
        run = await running(north, order("lake"))
        await plant(north.dashboard, "south", ["bay"])
        await north.scheduler.execute("UPDATE run SET ordered_at = now() + interval '1 hour'")
        await night_comes(north)
        await north.new(SyncRequested)
        await north.handle(order(mode="full"))
        await north.end(run)
        (next_,) = await north.new(SyncRequested)
        assert (next_.school_id, next_.trigger) == (HILL, "person")


class TestHolds:
    async def held(self, north: Plant, at: datetime = LATER) -> tuple[SyncRequested, UUID]:
        run, hold = await running(north, order(mode="full")), uuid4()
        await north.handle(self.hold(run, hold), at)
        await north.end(run, "held", at)
        return run, hold

    def hold(self, run: SyncRequested, hold: UUID) -> SyncHeld:
        held: SyncHeld = of(SyncHeld, run, hold_id=hold, plan_hash="h", guards=(), operations={})
        return held

    def decision(self, run: SyncRequested, hold: UUID, decision: str) -> HoldDecided:
        decided: HoldDecided = of(
            HoldDecided, run, hold_id=hold, plan_hash="h", decision=decision, decided_by="operator-1"
        )
        return decided

    async def test_a_hold_keeps_nights_from_running_and_frees_the_school_for_people(self, north: Plant) -> None:
        await self.held(north)
        await night_comes(north)
        assert await north.nights() == {"on_hold": 1, "run": 1}
        await north.scheduler.execute("UPDATE run SET state = 'ended'")
        await north.new(SyncRequested)
        assert (await running(north)).school_id == HILL

    @pytest.mark.parametrize("decision", ["approve", "suspend"])
    async def test_what_was_approved_is_done_by_a_run_that_follows(self, north: Plant, decision: str) -> None:
        run, hold = await self.held(north)
        for _ in range(2):
            await north.handle(self.decision(run, hold, decision))
        (follower,) = await north.new(SyncRequested)
        assert follower.run_id == run_of(hold, HILL)
        assert (follower.mode, follower.trigger) == ("full", "decision")
        await north.end(follower)
        await night_comes(north)
        assert await north.nights() == {"run": 2}

    async def test_a_rejection_only_lifts_the_hold(self, north: Plant) -> None:
        run, hold = await self.held(north)
        await north.handle(self.decision(run, hold, "reject"))
        assert await north.new(SyncRequested) == []
        await night_comes(north)
        assert await north.nights() == {"run": 2}

    async def test_a_decision_that_comes_before_its_hold_was_told_lifts_it_all_the_same(self, north: Plant) -> None:
        run, hold = await running(north), uuid4()
        await north.end(run, "held")
        await north.handle(self.decision(run, hold, "reject"))
        await north.handle(self.hold(run, hold))
        await night_comes(north)
        assert "on_hold" not in await north.nights()

    @pytest.mark.parametrize("lifts", [True, False])
    async def test_a_later_run_lifts_the_hold_if_it_says_so(self, north: Plant, lifts: bool) -> None:
        await self.held(north)
        await north.end(await running(north), "clean", LATER + timedelta(hours=1), lifts_hold=lifts)
        await night_comes(north)
        assert ("on_hold" in await north.nights()) == (not lifts)

    async def test_a_follower_waits_behind_a_run_that_is_under_way(self, north: Plant) -> None:
        run, hold = await self.held(north)
        other = await running(north, order(mode="refresh"))
        await north.handle(self.decision(run, hold, "approve"))
        assert await north.new(SyncRequested) == []
        await north.end(other, "refreshed")
        (follower,) = await north.new(SyncRequested)
        assert follower.run_id == run_of(hold, HILL)


class TestCancelling:
    def cancelling(self, run_id: UUID, school: UUID = HILL) -> SyncCancelOrdered:
        return SyncCancelOrdered(district_id="north", run_id=run_id, school_id=school, ordered_by="x")

    async def test_a_run_that_waits_ends_at_once(self, north: Plant) -> None:
        await running(north, order("lake"))
        waiting = order()
        await north.handle(waiting)
        for _ in range(2):
            await north.handle(self.cancelling(run_of(waiting.order_id, HILL)))
        (end,) = await north.new(SyncCompleted)
        assert (end.run_id, end.outcome) == (run_of(waiting.order_id, HILL), "cancelled")
        assert HILL not in [school for school, _, _ in await open_runs(north)]

    async def test_a_run_that_no_worker_has_begun_ends_at_once_and_its_worker_finds_it_gone(self, north: Plant) -> None:
        run = await running(north)
        await north.handle(self.cancelling(run.run_id))
        assert len(await north.new(SyncCompleted)) == 1
        with pytest.raises(FenceLost):
            async with beating(north.scheduler, run):
                pass

    async def test_a_run_that_a_worker_has_is_left_to_it(self, north: Plant) -> None:
        run = await running(north)
        async with beating(north.scheduler, run):
            await north.handle(self.cancelling(run.run_id))
        assert await north.new(SyncCompleted) == []
        assert await open_runs(north) == [(HILL, "partial", "running")]

    async def test_a_run_whose_worker_dies_before_it_stops_ends_as_cancelled_and_is_not_tried_again(
        self, north: Plant
    ) -> None:
        run = await running(north)
        async with beating(north.scheduler, run):
            await north.handle(self.cancelling(run.run_id))
        await north.scheduler.execute("UPDATE run SET heartbeat_at = now() - interval '11 minutes'")
        await watch(north.work())
        (end,) = await north.new(SyncCompleted)
        assert (end.run_id, end.outcome) == (run.run_id, "cancelled")
        assert await open_runs(north) == []

    async def test_cancelling_that_comes_before_the_order_waits_for_it(self, north: Plant) -> None:
        with pytest.raises(NotNow):
            await north.handle(self.cancelling(uuid4()))
        await north.handle(self.cancelling(uuid4()), datetime(2026, 1, 1, tzinfo=UTC))


class TestRetries:
    def failure(self, run: SyncRequested, code: str = "SOURCE_UNREACHABLE") -> SyncFailed:
        failed: SyncFailed = of(SyncFailed, run, mode=run.mode, phase="fetching", code=code)
        return failed

    async def waits_for(self, north: Plant, failed_at: datetime) -> timedelta:
        before: datetime = await north.scheduler.fetchval("SELECT not_before FROM run WHERE state = 'waiting'")
        return before - failed_at

    async def due_now(self, north: Plant) -> SyncRequested:
        await north.scheduler.execute("UPDATE run SET not_before = now() WHERE state = 'waiting'")
        await north.tick()
        (run,) = await north.new(SyncRequested)
        return run

    async def test_trouble_that_passes_is_tried_again_after_5_15_and_45_minutes_and_then_no_more(
        self, north: Plant
    ) -> None:
        run = await running(north, order(mode="full"))
        for minutes, left in ((5, 2), (15, 1), (45, 0)):
            await north.handle(self.failure(run), LATER)
            assert await self.waits_for(north, LATER) == timedelta(minutes=minutes)
            run = await self.due_now(north)
            assert (run.trigger, run.mode, run.retries_left) == ("retry", "full", left)
        await north.handle(self.failure(run), LATER)
        assert await open_runs(north) == []

    async def test_trouble_that_stays_is_not_tried_again_nor_is_a_dry_run(self, north: Plant) -> None:
        await north.handle(self.failure(await running(north), "AUTH_INVALID"))
        await north.handle(self.failure(await running(north, order(dry_run=True))))
        await north.handle(self.failure(await running(north, order(kind="undo", scope={"undo_of": str(uuid4())}))))
        assert await open_runs(north) == []

    async def test_a_failure_that_is_told_twice_is_tried_again_once(self, north: Plant) -> None:
        run = await running(north)
        for _ in range(2):
            await north.handle(self.failure(run), LATER)
        assert await open_runs(north) == [(HILL, "partial", "waiting")]

    async def test_the_next_night_takes_the_place_of_a_retry(self, north: Plant) -> None:
        await north.handle(self.failure(await running(north)), LATER)
        await north.dashboard.execute("UPDATE target SET max_parallel = 9; UPDATE district SET max_parallel = 9")
        await night_comes(north)
        runs = {run.school_id: run for run in await north.new(SyncRequested)}
        assert (runs[HILL].trigger, runs[HILL].retries_left) == ("schedule", 3)
        assert [event.reason for event in await north.new(SyncRefused)] == ["coalesced"]

    async def test_a_night_does_not_take_less_than_the_retry_would_have_done(self, north: Plant) -> None:
        await north.handle(self.failure(await running(north, order(mode="full"))), LATER)
        await north.dashboard.execute("UPDATE target SET max_parallel = 9; UPDATE district SET max_parallel = 9")
        await night_comes(north)
        runs = {run.school_id: run for run in await north.new(SyncRequested)}
        assert (runs[HILL].trigger, runs[HILL].mode) == ("retry", "full")
        assert await north.nights() == {"coalesced": 1, "run": 1}


class TestTheWatchdog:
    async def beat(self, north: Plant, run: SyncRequested, minutes_ago: int = 0) -> None:
        async with beating(north.scheduler, run):
            pass
        await north.scheduler.execute(
            "UPDATE run SET heartbeat_at = now() - make_interval(mins => $1) WHERE id = $2", minutes_ago, run.run_id
        )

    async def test_a_run_without_a_heartbeat_for_ten_minutes_fails_and_is_tried_again(self, north: Plant) -> None:
        run = await running(north)
        await self.beat(north, run, minutes_ago=11)
        assert await watch(north.work()) == 1
        (failed,) = await north.new(SyncFailed)
        assert (failed.code, failed.phase, failed.retry_planned) == ("WORKER_LOST", "fetching", True)
        assert await open_runs(north) == [(HILL, "partial", "waiting")]

    async def test_the_zombie_can_neither_write_nor_begin_anew_and_the_next_run_has_a_higher_fence(
        self, north: Plant
    ) -> None:
        run = await running(north)
        await self.beat(north, run, minutes_ago=11)
        await watch(north.work())
        async with north.scheduler.acquire() as conn, conn.transaction():
            with pytest.raises(FenceLost):
                await fence.check(conn, run)
        await north.scheduler.execute("UPDATE run SET not_before = now()")
        await north.tick()
        (again,) = await north.new(SyncRequested)
        assert again.fence > run.fence
        async with north.scheduler.acquire() as conn, conn.transaction():
            await fence.check(conn, again)

    async def test_a_worker_that_is_writing_at_this_moment_is_not_taken_for_dead(self, north: Plant) -> None:
        run = await running(north)
        await self.beat(north, run, minutes_ago=11)
        async with north.scheduler.acquire() as conn, conn.transaction():
            await fence.check(conn, run)
            assert await watch(north.work()) == 0
        assert await watch(north.work()) == 1

    async def test_runs_that_beat_or_wait_in_a_queue_are_left_alone(self, north: Plant) -> None:
        run = await running(north)
        await north.scheduler.execute("UPDATE run SET requested_at = now() - interval '3 hours'")
        assert await watch(north.work()) == 0
        await self.beat(north, run, minutes_ago=9)
        assert await watch(north.work()) == 0
        async with north.scheduler.acquire() as conn, conn.transaction():
            await fence.hand_on(conn, run)
        assert await watch(north.work()) == 0

    @pytest.mark.parametrize(("workers", "messages", "lost"), [(2, 0, 1), (2, 5, 0), (0, 0, 0)])
    async def test_a_run_that_neither_a_worker_nor_a_queue_has_is_lost_after_an_hour(
        self, north: Plant, workers: int, messages: int, lost: int
    ) -> None:
        await running(north)
        await north.scheduler.execute("UPDATE run SET requested_at = now() - interval '61 minutes'")
        await north.scheduler.execute(
            "INSERT INTO pool_state VALUES ('shared', 'roster-fetcher', $1, $2, now())", workers, messages
        )
        assert await watch(north.work()) == lost
