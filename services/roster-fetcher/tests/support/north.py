"""A district with one source in the registry, and roster-fetcher's handlers to work on it, without a broker between."""

from collections import Counter
from collections.abc import Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from pydantic import SecretStr

from common import registry
from common.db import Pool, Row
from common.envelope import Envelope, decode
from common.events import Event, Mode, RosterFetched, SettingsChanged, SyncFailed, SyncRequested
from common.sealing import SecretBox
from common.uow import UnitOfWork
from roster_fetcher.handlers import Sources, fetch_roster, list_schools
from roster_fetcher.patience import Patience
from roster_fetcher.sources import SOURCES
from simulators.generate import District
from simulators.oneroster import Behaviour, OneRosterSimulator

DISTRICT = "north"
KEY = SecretStr("YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU=")
HURRIED = Patience(attempts=3, budget=2, answer=0.4, first_wait=0.01, longest_wait=0.02)

E = TypeVar("E", bound=Event)


def school_id(key: str) -> UUID:
    """Our id of a school of the test district."""
    return registry.school_id(DISTRICT, "sis", key)


def sources(patience: Patience = HURRIED) -> Sources:
    """Sources as the service opens them, in a hurry."""
    return Sources(SOURCES, SecretBox(KEY), patience)


def a_request(school: str, mode: Mode = "full", run_id: UUID | None = None) -> SyncRequested:
    """A run of a school that the scheduler has admitted."""
    return SyncRequested(district_id=DISTRICT, run_id=run_id or uuid4(), school_id=school_id(school), mode=mode)


class North:
    """The district, seen from both ends: what operators declare, and what roster-fetcher keeps and tells."""

    def __init__(self, dashboard: Pool, fetcher: Pool) -> None:
        self.dashboard = dashboard
        self.fetcher = fetcher

    async def declare(
        self, kind: str, settings: dict[str, Any], secrets: dict[str, str], schools: Sequence[str] = ()
    ) -> None:
        """Declare the district anew, with this source and these schools."""
        await self.dashboard.execute("DELETE FROM school")
        await self.dashboard.execute("DELETE FROM source")
        await self.dashboard.execute(
            "INSERT INTO district (id, name, timezone) VALUES ($1, 'North', 'UTC') ON CONFLICT DO NOTHING", DISTRICT
        )
        await self.dashboard.execute(
            "INSERT INTO source VALUES ($1, 'sis', $2, $3, $4)", DISTRICT, kind, settings, SecretBox(KEY).seal(secrets)
        )
        await self.dashboard.executemany(
            "INSERT INTO school (district_id, id, source_id, source_school_id, name) VALUES ($1, $2, 'sis', $3, $3)",
            [(DISTRICT, school_id(key), key) for key in schools],
        )

    async def declare_rest(self, server: OneRosterSimulator, *schools: str, **settings: Any) -> None:
        """Declare the district with this OneRoster server as its source."""
        addresses = {"base_url": server.base_url, "token_url": server.token_url}
        secrets = {"client_id": server.client_id, "client_secret": server.client_secret}
        await self.declare("oneroster", {"version": server.version} | addresses | settings, secrets, schools)

    async def fetch(self, school: str, mode: Mode = "full", run_id: UUID | None = None) -> list[Event]:
        """Let a run of a school be fetched; what was told."""
        event = a_request(school, mode, run_id)
        await fetch_roster(event, self._work(event), sources=sources())
        return await self.told()

    async def fetched(self, school: str, mode: Mode = "full") -> RosterFetched:
        """Let a run of a school be fetched, which must succeed."""
        told = await self.fetch(school, mode)
        failed = [event.detail for event in told if isinstance(event, SyncFailed)]
        assert not failed, failed
        return the_only(told, RosterFetched)

    async def also_declare(self, school: str) -> None:
        """Declare one more school of the source."""
        await self.dashboard.execute(
            "INSERT INTO school (district_id, id, source_id, source_school_id, name) VALUES ($1, $2, 'sis', $3, $3)",
            DISTRICT,
            school_id(school),
            school,
        )

    async def list_schools(self) -> list[Event]:
        """Let the sources be asked for their schools; what was told."""
        event = SettingsChanged(district_id=DISTRICT, what="source", list_schools=True)
        await list_schools(event, self._work(event), sources=sources())
        return await self.told()

    async def told(self) -> list[Event]:
        """The events that wait in the outbox, which is empty then."""
        rows = await self.fetcher.fetch("DELETE FROM outbox RETURNING id, body")
        return [decode(row["body"]).event for row in sorted(rows, key=lambda row: row["id"])]

    async def keys(self, school: str, entity: str) -> set[str]:
        """The keys of a school's current records."""
        rows = await self.fetcher.fetch(
            "SELECT source_key FROM record WHERE school_id = $1 AND entity = $2 AND last_snapshot IS NULL",
            school_id(school),
            entity,
        )
        return {row["source_key"] for row in rows}

    async def parts(self, school: str) -> set[tuple[str, str, str]]:
        """A school's current enrolments: class, user, role."""
        rows = await self.dashboard.fetch(
            "SELECT class_key, user_key, role FROM roster.enrolment WHERE school_id = $1", school_id(school)
        )
        return {tuple(row) for row in rows}

    async def last_snapshot(self, school: str) -> int:
        """The number of a school's last snapshot."""
        number: int = await self.fetcher.fetchval(
            "SELECT max(number) FROM snapshot WHERE school_id = $1", school_id(school)
        )
        return number

    async def view(self, view: str, school: str, key: str) -> Row:
        """A current record as other services see it."""
        row = await self.dashboard.fetchrow(
            f"SELECT * FROM roster.{view} WHERE school_id = $1 AND source_key = $2", school_id(school), key
        )
        assert row is not None
        return row

    async def every_finding(self) -> Counter[tuple[str, str, str]]:
        """Codes, keys and values of the last run's findings, each as often as it was found."""
        rows = await self.fetcher.fetch(
            "SELECT code, source_key, value FROM finding WHERE run_id = "
            "(SELECT run_id FROM snapshot ORDER BY taken_at DESC LIMIT 1)"
        )
        return Counter(tuple(row) for row in rows)

    async def findings(self) -> set[tuple[str, str]]:
        """Codes and keys of the last run's findings."""
        rows = await self.fetcher.fetch(
            "SELECT code, source_key FROM finding WHERE run_id = "
            "(SELECT run_id FROM snapshot ORDER BY taken_at DESC LIMIT 1)"
        )
        return {(row["code"], row["source_key"]) for row in rows}

    async def ledger(self, run_id: UUID) -> dict[str, Row]:
        """A run's ledger by endpoint."""
        rows = await self.dashboard.fetch("SELECT * FROM roster.ledger WHERE run_id = $1", run_id)
        return {row["endpoint"]: row for row in rows}

    def _work(self, event: Event) -> UnitOfWork:
        return UnitOfWork(self.fetcher, "roster-fetcher", cause=Envelope(event, "test"))


def the_only(events: Sequence[Event], type_: type[E]) -> E:
    """The one event of a type."""
    found = [event for event in events if isinstance(event, type_)]
    assert len(found) == 1, [event.model_dump() for event in events]
    return found[0]


@asynccontextmanager
async def serving(district: District, version: Any = "1.2", **behaviour: Any) -> Any:
    """A OneRoster server with this district."""
    async with OneRosterSimulator(district, version, Behaviour(**behaviour)) as server:
        yield server


def nothing_changed(fetched: RosterFetched) -> bool:
    """Whether a snapshot is as the one before."""
    return not any(number for kinds in fetched.changes.values() for number in kinds.values())


def write_package(
    folder: Path, files: dict[str, str], *, version: str = "1.1", modes: dict[str, str] | None = None
) -> Path:
    """A package in a folder: `files` by name without `.csv`, and the manifest that goes with them."""
    folder.mkdir(exist_ok=True)
    modes = dict.fromkeys(files, "bulk") | (modes or {})
    lines = ["propertyName,value", "manifest.version,1.0", f"oneroster.version,{version}"]
    lines += [f"file.{name},{mode}" for name, mode in modes.items()]
    for name, content in ({"manifest": "\n".join(lines)} | files).items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return folder
