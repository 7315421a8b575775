"""Nights, one after the other in minutes, while services and the broker are killed: `python -m bench.soak`.

All five services run as processes against a simulated source and Moodle; only the scheduler's clock runs faster.
Schools are paused and resumed at random, runs are ordered and cancelled, and in each night something is killed. At the
end every night of every school must be accounted for: run, missed, skipped or refused, and none twice.
"""

import argparse
import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.soak_account import Account, take
from bench.soak_system import DISTRICT, System, running
from rosterbus_local.processes import SERVICES
from rosterbus_local.servers import Servers, ensure_servers, unused_folder

FOLDER = Path(__file__).parents[1] / ".local" / "bench"
EPOCH = datetime(2027, 3, 15, 10, tzinfo=UTC)
"""In the weeks that follow all of the zones change their clocks."""
BROKER = "broker"
QUIET_SECONDS = 900


@dataclass
class Soak:
    """One soak. `night_seconds` of the machine are a day of the scheduler's clock."""

    nights: int
    schools: int
    night_seconds: float
    random: random.Random
    kills: Counter[str] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)

    def clock(self, origin: float) -> list[str]:
        """The arguments of the scheduler's clock; it stops half a day after the last night has begun everywhere."""
        end = EPOCH + timedelta(days=self.nights)
        return [str(origin), str(EPOCH.timestamp()), str(86_400 / self.night_seconds), str(end.timestamp())]

    async def run(self, servers: Servers, folder: Path) -> Account:
        """Let all nights pass, wait until nothing is open any more, and take the account."""
        origin = time.time() + 30 + self.schools / 20
        async with running(System(servers, folder, self.clock(origin), self.schools)) as system:
            ids = [school["id"] for school in (await system.call("GET", "/schools?limit=1000"))["schools"]]
            await asyncio.sleep(max(origin - time.time(), 0))
            for night in range(self.nights):
                async with self._trouble(system, night):
                    await self._people(system, ids, night)
                    await asyncio.sleep(max(origin + (night + 1) * self.night_seconds - time.time(), 0))
            return await self._quiet(servers)

    @asynccontextmanager
    async def _trouble(self, system: System, night: int) -> AsyncIterator[None]:
        """Kill one thing while the night lasts, in turns, so that each has been killed after six nights."""
        victim = [BROKER, *SERVICES][night % (1 + len(SERVICES))]

        async def strike() -> None:
            await asyncio.sleep(self.random.uniform(0.2, 0.7) * self.night_seconds)
            away = self.random.uniform(0, 0.25) * self.night_seconds
            self.kills[victim] += 1
            await (system.kill_broker(away) if victim == BROKER else system.kill(victim, away))

        striking = asyncio.create_task(strike())
        try:
            yield
            await striking
        finally:
            striking.cancel()
            with suppress(asyncio.CancelledError):
                await striking

    async def _people(self, system: System, ids: Sequence[str], night: int) -> None:
        """Pause some schools, with a date or without, resume others, order runs and cancel one."""
        today = (EPOCH + timedelta(days=night)).date()
        few = max(len(ids) // 20, 1)
        for mode in ("paused", "additions_only", "on"):
            body: dict[str, Any] = {"mode": mode, "schools": self.random.sample(ids, few)}
            if mode != "on" and self.random.random() < 0.5:
                body["until"] = str(today + timedelta(days=self.random.randint(1, 4)))
            if await system.call("PUT", f"/districts/{DISTRICT}/nightly-mode", body):
                self.acts[mode] += few
        order = {"mode": self.random.choice(["partial", "full"]), "schools": self.random.sample(ids, few)}
        placed = await system.call("POST", f"/districts/{DISTRICT}/runs", order)
        self.acts["ordered"] += len(placed["runs"])
        run = self.random.choice(placed["runs"])["run_id"]
        if await system.call("POST", f"/runs/{run}/cancel", {}):
            self.acts["cancelled"] += 1

    async def _quiet(self, servers: Servers) -> Account:
        """The account once nothing is open any more, or after a quarter of an hour as it is then."""
        end = time.monotonic() + QUIET_SECONDS
        while True:
            account = await take(servers.database_url)
            if account.right or time.monotonic() > end:
                return account
            await asyncio.sleep(2)


def expected_nights(nights: int, schools: int) -> int:
    """How many occurrences there are: `nights` days from noon to noon hold one of each school's."""
    return nights * schools


def run(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, soak, print the account. Exit code 1 if it is not right."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--schools", type=int, default=200)
    parser.add_argument("--night-seconds", type=float, default=40)
    parser.add_argument("--seed", type=int, default=int(date.today().strftime("%Y%m%d")))  # noqa: DTZ011
    given = parser.parse_args(arguments)
    FOLDER.mkdir(parents=True, exist_ok=True)
    folder = unused_folder(FOLDER / "soak")
    soak = Soak(given.nights, given.schools, given.night_seconds, random.Random(given.seed))
    with ensure_servers(folder, durable=False) as servers:
        account = asyncio.run(soak.run(servers, folder))
    print(f"seed {given.seed}: {given.nights} nights, {given.schools} schools")
    print(f"killed: {dict(soak.kills)}; people: {dict(soak.acts)}")
    print(account)
    if not account.right or account.occurrences != expected_nights(given.nights, given.schools):
        raise SystemExit("NOT everything is accounted for")
    print("every night is accounted for, and none ran twice")


if __name__ == "__main__":
    run()
