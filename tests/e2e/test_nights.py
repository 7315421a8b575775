"""A night, end to end: one school syncs by itself, one is paused, and each says so on the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

from common.testing.fixtures import PoolOf
from common.testing.waiting import wait_for
from common.uow import UnitOfWork
from scheduler import clock
from scheduler.admission import admit_in
from simulators.generate import generate
from simulators.oneroster import OneRosterSimulator

from .support.system import System
from .test_one_roster import of_server


async def put(system: System, path: str, body: dict[str, Any]) -> Any:
    async with system.api.put(f"/api/v1{path}", json=body) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def test_a_night_syncs_the_schools_that_are_on_and_says_why_it_left_the_others(
    system: System, pool_of: PoolOf
) -> None:
    scheduler = await pool_of("scheduler")
    async with OneRosterSimulator(generate(11, schools=2, students_per_school=12), "1.2") as sis:
        await system.declare(of_server(sis, "1.2"))
        scheduled = await put(system, "/districts/north/schedule", {"nightly": "20:00", "spread_minutes": 0})
        evening = datetime.fromisoformat(scheduled["coming"][0]["utc"])
        first, second = (await system.get("/api/v1/schools"))["schools"]
        await put(system, f"/schools/{second['id']}/nightly-mode", {"mode": "paused", "reason": "move"})

        for moment in (evening - timedelta(seconds=1), evening):
            await clock.note_nights(UnitOfWork(scheduler, "scheduler"), moment.astimezone(UTC))
            await clock.start_nights(UnitOfWork(scheduler, "scheduler"), moment.astimezone(UTC))
            await admit_in(UnitOfWork(scheduler, "scheduler"))

        async def ended() -> dict[str, dict[str, Any]] | None:
            runs = (await system.get("/api/v1/runs"))["runs"]
            over = {run["school_id"]: run for run in runs if run["status"] in ("completed", "refused", "failed")}
            return over if len(over) == 2 else None

        runs = await wait_for(ended, seconds=60, every=0.2, what="both nights have ended")
        assert (runs[first["id"]]["outcome"], runs[first["id"]]["trigger"]) == ("clean", "schedule")
        assert (runs[second["id"]]["status"], runs[second["id"]]["refusal"]) == ("refused", "paused")
        schools = {school["id"]: school["status"] for school in (await system.get("/api/v1/schools"))["schools"]}
        assert schools == {first["id"]: "nightly", second["id"]: "paused"}
        nights = (await system.get("/api/v1/districts/north/nights"))["nights"]
        assert {night["school_id"]: night["state"] for night in nights} == {first["id"]: "run", second["id"]: "skipped"}
        assert system.moodle.summary()["categories"] == 1
