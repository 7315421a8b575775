"""Checks of sources: ordered as dashboard-api orders them, handled as the service handles them."""

from typing import Any
from uuid import uuid4

from common import registry
from common.db import Pool
from common.envelope import Envelope
from common.events import Event, SourceChecked, SourceCheckOrdered
from common.sealing import SecretBox
from common.source_report import SourceReport
from common.uow import UnitOfWork
from roster_fetcher.handlers import check_source
from simulators.oneroster import OneRosterSimulator

from .north import DISTRICT, KEY, North, sources, the_only


async def order(
    dashboard: Pool, kind: str, settings: dict[str, Any], secrets: dict[str, str], school: str | None = None
) -> SourceCheckOrdered:
    """A check that waits, and the event that tells of it."""
    event = SourceCheckOrdered(district_id=DISTRICT, check_id=uuid4())
    await dashboard.execute(
        "INSERT INTO source_check (district_id, id, pool, kind, settings, secrets, school, asked_by) "
        "VALUES ($1, $2, 'shared', $3, $4, $5, $6, 'tester')",
        DISTRICT,
        event.check_id,
        kind,
        settings,
        SecretBox(KEY).seal(secrets),
        school,
    )
    return event


async def handle(north: North, event: SourceCheckOrdered) -> list[Event]:
    """Let the service handle the event; what it tells."""
    work = UnitOfWork(north.fetcher, "roster-fetcher", cause=Envelope(event, "dashboard-api"))
    await check_source(event, work, sources=sources())
    return await north.told()


async def check(
    north: North, kind: str, settings: dict[str, Any], secrets: dict[str, str], school: str | None = None
) -> SourceReport:
    """Let a source be tried out; what is reported."""
    event = await order(north.dashboard, kind, settings, secrets, school)
    told = the_only(await handle(north, event), SourceChecked)
    assert told.check_id == event.check_id
    return told.report


async def check_declared(north: North, school: str) -> SourceReport:
    """Let the district's source be tried out as it is declared."""
    (source,) = await registry.sources(north.fetcher, DISTRICT)
    return await check(north, source.kind, source.settings, SecretBox(KEY).open(source.secrets), school)


async def check_rest(
    north: North, server: OneRosterSimulator, school: str | None = None, **settings: Any
) -> SourceReport:
    """Let this OneRoster server be tried out."""
    return await check(north, "oneroster", settings_of(server, **settings), secrets_of(server), school)


def settings_of(server: OneRosterSimulator, **more: Any) -> dict[str, Any]:
    """How the server is reached."""
    return {"version": server.version, "base_url": server.base_url, "token_url": server.token_url} | more


def secrets_of(server: OneRosterSimulator) -> dict[str, str]:
    """What the server lets in."""
    return {"client_id": server.client_id, "client_secret": server.client_secret}
