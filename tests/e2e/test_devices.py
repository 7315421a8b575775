"""A device's day, end to end: skipped while it is offline, requested when it is there, and the honest end of that."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from common.testing.fixtures import PoolOf
from common.testing.waiting import wait_for
from common.uow import UnitOfWork
from scheduler import clock
from scheduler.admission import admit_in
from simulators.generate import generate
from simulators.oneroster import OneRosterSimulator

from .support.system import System
from .test_nights import put
from .test_one_roster import of_server

MISSING = "The device was not synced: this version cannot do it yet."


async def post(system: System, path: str, body: dict[str, Any]) -> None:
    async with system.api.post(f"/api/v1{path}", json=body) as answer:
        assert answer.status in (200, 202), await answer.text()


async def last_syncs(system: System, path: str, number: int) -> list[dict[str, Any]]:
    """The device's syncs, the newest first, once so many have ended."""

    async def ended() -> list[dict[str, Any]] | None:
        syncs: list[dict[str, Any]] = (await system.get(f"/api/v1{path}"))["last_syncs"]
        return syncs if sum(one["status"] in ("refused", "failed") for one in syncs) == number else None

    await wait_for(ended, seconds=30, every=0.2, what=f"{number} syncs of the device have ended")
    syncs = await ended()
    assert syncs
    return syncs


async def test_a_device_is_skipped_while_offline_and_its_sync_fails_honestly_when_it_is_there(
    system: System, pool_of: PoolOf
) -> None:
    scheduler = await pool_of("scheduler")

    async def tick(moment: datetime) -> None:
        await clock.note_nights(UnitOfWork(scheduler, "scheduler"), moment.astimezone(UTC))
        await clock.start_nights(UnitOfWork(scheduler, "scheduler"), moment.astimezone(UTC))
        await admit_in(UnitOfWork(scheduler, "scheduler"))

    async with OneRosterSimulator(generate(11, schools=1, students_per_school=12), "1.2") as sis:
        await system.declare(of_server(sis, "1.2"))
        (school,) = (await system.get("/api/v1/schools"))["schools"]
        path = f"/devices/{uuid4()}"
        body = {"name": "Box 1", "school": school["id"], "daily_at": "03:00"}
        device = await put(system, f"/districts/north{path}", body)
        day = datetime.fromisoformat(device["next_sync_at"])

        await tick(day - timedelta(seconds=1))
        await tick(day)
        (skipped,) = await last_syncs(system, path, 1)
        assert (skipped["refusal"], skipped["sentence"]) == ("device_offline", "Skipped: the device was offline.")

        await post(system, f"{path}/runs", {})
        assert (await last_syncs(system, path, 2))[0]["refusal"] == "device_offline"

        await post(system, f"{path}/contact", {"online": True})
        await tick(day + timedelta(days=1))
        failed = (await last_syncs(system, path, 3))[0]
        assert (failed["status"], failed["trigger"]) == ("failed", "schedule")
        assert (failed["failure_code"], failed["retry_planned"]) == ("DEVICE_SYNC_MISSING", False)
        assert failed["sentence"].startswith(MISSING)

        await post(system, f"{path}/runs", {})
        by_hand = (await last_syncs(system, path, 4))[0]
        assert (by_hand["failure_code"], by_hand["trigger"]) == ("DEVICE_SYNC_MISSING", "person")
        (school,) = (await system.get("/api/v1/schools"))["schools"]
        assert (school["health"], school["last_run"]) == ("never", None)
        assert system.writes == 0
