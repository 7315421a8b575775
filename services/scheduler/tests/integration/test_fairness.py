"""Districts take turns: a small one among big ones waits for little more than its fair share of the workers."""

import heapq
from collections import defaultdict, deque
from datetime import time

from common.events import SyncRequested

from ..support.plant import Plant, plant

WORKERS = 4
BIG, SMALL, SMALL_DISTRICTS = 1000, 10, 20
AT_MOST = 3.0


async def ends_by_district(at_work: Plant, in_flight: int, enough: int) -> dict[str, int]:
    """When the last school of each small district has ended, in units of a run's time, on four workers.

    The workers take runs in the order in which they were told, each one at a time; that is what the queue does.
    """
    queue: deque[SyncRequested] = deque()
    busy: list[tuple[int, int, SyncRequested]] = []
    left = {f"small-{n}": SMALL for n in range(SMALL_DISTRICTS)}
    ended: dict[str, int] = {}
    now = number = 0
    while len(ended) < enough:
        await at_work.tick(in_flight=in_flight)
        queue += await at_work.new(SyncRequested)
        while queue and len(busy) < WORKERS:
            number += 1
            heapq.heappush(busy, (now + 1, number, queue.popleft()))
        now = busy[0][0]
        while busy and busy[0][0] == now:
            run = heapq.heappop(busy)[2]
            await at_work.end(run)
            if run.district_id in left:
                left[run.district_id] -= 1
                if not left[run.district_id]:
                    ended[run.district_id] = now
    return ended


async def test_a_small_district_waits_at_most_three_times_its_fair_share(at_work: Plant) -> None:
    await plant(at_work.dashboard, "big", BIG, nightly=time(20), parallel=100)
    for n in range(SMALL_DISTRICTS):
        await plant(at_work.dashboard, f"small-{n}", SMALL, nightly=time(20), parallel=4)
    at_work.clock.put("2027-01-11 19:00")
    ended = await ends_by_district(at_work, in_flight=100, enough=SMALL_DISTRICTS)
    ideal = SMALL * (1 + SMALL_DISTRICTS) / WORKERS
    ratio = max(ended.values()) / ideal
    assert ratio <= AT_MOST, ratio


async def test_a_district_of_one_school_is_among_the_first_of_a_wave(at_work: Plant) -> None:
    await plant(at_work.dashboard, "big", 300, parallel=100)
    await plant(at_work.dashboard, "tiny", 1)
    at_work.clock.put("2027-01-11 19:00")
    await at_work.tick(in_flight=50)
    told = [run.district_id for run in await at_work.new(SyncRequested)]
    assert told.index("tiny") < 2


async def test_limits_of_districts_moodles_and_pools_hold_at_once(at_work: Plant) -> None:
    await plant(at_work.dashboard, "one", 30, parallel=7)
    await plant(at_work.dashboard, "two", 30, parallel=30)
    await plant(at_work.dashboard, "apart", 30, parallel=5, pool="own")
    await at_work.dashboard.execute("UPDATE target SET max_parallel = 3 WHERE district_id = 'one'")
    at_work.clock.put("2027-01-11 19:00")
    await at_work.tick(in_flight=12)
    told: dict[str, int] = defaultdict(int)
    for run in await at_work.new(SyncRequested):
        told[run.district_id] += 1
    assert told == {"one": 3, "two": 9, "apart": 5}


async def test_the_district_that_was_admitted_longest_ago_is_next(at_work: Plant) -> None:
    for name in ("a", "b", "c"):
        await plant(at_work.dashboard, name, 3, parallel=1)
    at_work.clock.put("2027-01-11 19:00")
    order = []
    for _ in range(9):
        await at_work.tick(in_flight=1)
        (run,) = await at_work.new(SyncRequested)
        order.append(run.district_id)
        await at_work.scheduler.execute("UPDATE run SET state = 'ended' WHERE state = 'running'")
    assert sorted(order[:3]) == ["a", "b", "c"]
    assert order[:3] == order[3:6] == order[6:]


async def test_a_district_that_is_moved_to_another_pool_is_served_there_from_its_next_run_on(at_work: Plant) -> None:
    await plant(at_work.dashboard, "north", 2, parallel=1)
    at_work.clock.put("2027-01-11 19:00")
    await at_work.tick()
    (first,) = await at_work.new(SyncRequested)
    await at_work.dashboard.execute("UPDATE district SET pool = 'own'")
    await at_work.end(first)
    (second,) = await at_work.new(SyncRequested)
    assert (first.pool, second.pool) == ("shared", "own")
