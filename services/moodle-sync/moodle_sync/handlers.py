"""What moodle-sync does when a roster was fetched: plan, apply, report."""

from dataclasses import dataclass

import aiohttp
import structlog

from common import fence, registry
from common.errors import Permanent, Transient
from common.events import Event, PlanMade, RosterFetched, SyncFailed
from common.sealing import SecretBox
from common.uow import UnitOfWork
from moodle_sync import planning, plans, report
from moodle_sync.application import Application
from moodle_sync.moodle.client import MoodleClient
from moodle_sync.planning import Scope
from moodle_sync.settings import Settings
from moodle_sync.site import Turns

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tools:
    """What a worker has for the life of the process."""

    settings: Settings
    http: aiohttp.ClientSession
    turns: Turns
    secrets: SecretBox


async def sync_roster(event: RosterFetched, uow: UnitOfWork, *, tools: Tools) -> None:
    """Bring the school's Moodle to its roster. Trouble with the site ends the run with the reason.

    One worker at a time works on a school: a second delivery of the same event waits.
    """
    async with fence.beating(uow.pool, event), tools.turns.job(f"{event.district_id}/{event.school_id}"):
        if await _has_ended(event, uow):
            return
        failure = await _plan_and_apply(event, uow, tools)
        async with uow:
            await plans.end(uow.conn, event.district_id, event.run_id)
            if failure:
                uow.emit(failure)
            else:
                await report.tell_end(event, uow)


async def _has_ended(event: RosterFetched, uow: UnitOfWork) -> bool:
    """The fetcher announces a roster again when it was killed just after it had: as another event, for the same run."""
    async with uow.step() as step:
        return await plans.has_ended(step.conn, event.district_id, event.run_id)


async def _plan_and_apply(event: RosterFetched, uow: UnitOfWork, tools: Tools) -> SyncFailed | None:
    """The failure that ended the run early, if one did."""
    try:
        scope = await _scope(event, uow)
        await _plan(event, uow, scope)
        if not event.dry_run:
            await _apply(event, uow, scope, tools)
    except (Permanent, Transient) as error:
        log.warning("the run failed", code=error.code)
        return _failure(event, error.code, str(error))
    return None


async def fail_run(event: Event, error: BaseException, uow: UnitOfWork) -> None:
    """An event was parked: its run will not go on by itself, and everybody has to know."""
    if isinstance(event, RosterFetched):
        async with uow:
            uow.emit(_failure(event, "INTERNAL", f"{type(error).__name__}; the event waits among the parked messages"))


async def _scope(event: RosterFetched, uow: UnitOfWork) -> Scope:
    async with uow.step() as step:
        school = await registry.school(step.conn, event.district_id, event.school_id)
        target = school and school.target_id and await registry.target(step.conn, event.district_id, school.target_id)
    if not school or not target:
        raise Permanent(
            "The school has no target any more. Choose its Moodle and run the sync again.", code="NOT_SET_UP"
        )
    return Scope(event.district_id, event.run_id, school, target, event.mode)


async def _plan(event: RosterFetched, uow: UnitOfWork, scope: Scope) -> None:
    """Decide and keep the operations, once; a run that is taken up again keeps its plan."""
    async with uow.step() as step:
        if await plans.add(step.conn, event, scope.school):
            counts = await planning.make_plan(step.conn, scope)
            step.emit(
                PlanMade(
                    district_id=event.district_id,
                    pool=event.pool,
                    run_id=event.run_id,
                    school_id=event.school_id,
                    operations=counts,
                )
            )
            log.info("plan made", operations=counts)


async def _apply(event: RosterFetched, uow: UnitOfWork, scope: Scope, tools: Tools) -> None:
    moodle = MoodleClient(
        tools.http,
        scope.target.base_url,
        tools.secrets.open(scope.target.secrets)["token"],
        seconds=tools.settings.moodle_timeout_seconds,
        most_fields=tools.settings.moodle_form_fields,
    )
    try:
        await Application(uow, scope, event.pool, moodle, tools.turns, tools.settings).apply()
    finally:
        async with uow.step() as step:
            await plans.spend(step.conn, event.district_id, event.run_id, moodle.meter)


def _failure(event: RosterFetched, code: str, detail: str) -> SyncFailed:
    return SyncFailed(
        district_id=event.district_id,
        pool=event.pool,
        run_id=event.run_id,
        school_id=event.school_id,
        mode=event.mode,
        phase="applying",
        code=code,
        detail=detail,
    )
