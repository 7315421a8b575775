"""One run, from looking at Moodle to its end: survey, plan, apply, report. A kill at any line repeats nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import structlog

from common import fence, registry
from common.errors import Permanent, Transient
from common.sealing import SecretBox
from common.uow import UnitOfWork
from moodle_sync import breaker, cancellations, holds, operations, plans, report
from moodle_sync.application import Application, Cancelled
from moodle_sync.capabilities import check_functions
from moodle_sync.guards import Tripped
from moodle_sync.job import Job
from moodle_sync.moodle.client import MoodleClient
from moodle_sync.moodle.reading import MoodleReader
from moodle_sync.planning import make_plan
from moodle_sync.planning.enrolments import count_messages
from moodle_sync.progress import Progress
from moodle_sync.rebuilding import rebuild_links
from moodle_sync.scope import Scope
from moodle_sync.settings import Settings
from moodle_sync.site import Turns
from moodle_sync.survey import survey
from moodle_sync.undo import plan_undo
from rules.policy import Policy

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tools:
    """What a worker has for the life of the process."""

    settings: Settings
    http: aiohttp.ClientSession
    turns: Turns
    secrets: SecretBox


async def carry_out(job: Job, uow: UnitOfWork, tools: Tools) -> None:
    """Plan the run, apply the plan, tell the end. One worker at a time works on a school: a second delivery waits."""
    async with fence.beating(uow.pool, job), tools.turns.job(f"{job.district_id}/{job.school_id}"):
        async with uow.step() as step:
            if await plans.has_ended(step.conn, job.district_id, job.run_id):
                return
        failure, cancelled = None, False
        try:
            await _run(job, uow, tools)
        except Cancelled:
            cancelled = True
        except (Permanent, Transient) as error:
            log.warning("the run failed", code=error.code)
            failure = report.failure(job, error.code, str(error))
        async with uow:
            await fence.check(uow.conn, job)
            if failure:
                await plans.end(uow.conn, job.district_id, job.run_id, "failed")
                uow.emit(failure)
            else:
                await report.tell_end(job, uow, cancelled=cancelled)


async def _run(job: Job, uow: UnitOfWork, tools: Tools) -> None:
    scope = await _scope(job, uow)
    async with _opened(scope, uow, tools) as (moodle, reader):
        if job.kind == "rebuild":
            await _rebuild(job, uow, scope, reader)
            return
        await _plan(job, uow, scope, reader)
        if not job.dry_run:
            await check_functions(uow, scope, reader)
            await Application(uow, scope, job, moodle, tools.turns, tools.settings).apply()


async def _scope(job: Job, uow: UnitOfWork) -> Scope:
    async with uow.step() as step:
        school = await registry.school(step.conn, job.district_id, job.school_id)
        begun = await plans.target_of(step.conn, job.district_id, job.run_id)
        wanted = school and school.target_id and (begun or school.target_id)  # its plan has that site's ids
        target = wanted and await registry.target(step.conn, job.district_id, wanted)
        policy = await registry.policy(step.conn, job.district_id)
    if not school or not target:
        raise Permanent(
            "The school has no target any more. Choose its Moodle and run the sync again.", code="NOT_SET_UP"
        )
    return Scope(
        job.district_id,
        job.run_id,
        school,
        target,
        job.mode,
        policy=Policy.model_validate(policy),
        kind=job.kind,
        dry_run=job.dry_run,
        narrowed=job.narrowed,
        additions_only=job.additions_only,
    )


@asynccontextmanager
async def _opened(scope: Scope, uow: UnitOfWork, tools: Tools) -> AsyncIterator[tuple[MoodleClient, MoodleReader]]:
    """The site, to write to and to read, unless it is left alone; its calls are counted whatever becomes of them."""
    token = tools.secrets.open(scope.target.secrets)["token"]
    async with breaker.watching(uow.pool, scope.target, tools.settings) as watch:
        moodle = MoodleClient(
            tools.http,
            scope.target.base_url,
            token,
            seconds=tools.settings.moodle_timeout_seconds,
            most_fields=tools.settings.moodle_form_fields,
            watched=watch.call,
        )
        try:
            attempts = tools.settings.moodle_attempts
            yield moodle, MoodleReader(moodle, tools.turns, scope.site, attempts=attempts, enter=watch.enter)
        finally:
            async with uow.step() as step:
                await plans.spend(step.conn, *scope.run, moodle.meter)


async def _plan(job: Job, uow: UnitOfWork, scope: Scope, moodle: MoodleReader) -> None:
    """Decide and keep the operations, once; a run that is taken up again keeps its plan."""
    if not await _begin(job, uow, scope):
        return
    progress = Progress(scope, job.pool, "planning")
    if scope.looks_closely:
        await survey(uow, scope, moodle, progress)
    guards = await (plan_undo if scope.kind == "undo" else make_plan)(uow, scope, moodle)
    async with uow.step() as step:
        await fence.check(step.conn, job)
        messages = await count_messages(step.conn, scope)
        await plans.finish(step.conn, *scope.run, messages)
        counts = await operations.count_planned(step.conn, *scope.run)
        step.emit(report.plan_made(job, counts, messages))
        if guards and not scope.dry_run:
            await _hold(step, job, scope, guards)
    log.info("plan made", operations=counts, held=bool(guards))


async def _begin(job: Job, uow: UnitOfWork, scope: Scope) -> bool:
    """Whether the plan is still to be made. Raises `Cancelled` if nobody wants it any more."""
    async with uow.step() as step:
        to_be_made = await plans.add(step.conn, scope, job.snapshot)
        cancelled = await cancellations.is_cancelled(step.conn, *scope.run)
    if cancelled:
        raise Cancelled
    return to_be_made


async def _hold(step: UnitOfWork, job: Job, scope: Scope, guards: list[Tripped]) -> None:
    counts = await operations.count_held(step.conn, *scope.run)
    if counts:
        plan_hash = await holds.open_for(step.conn, scope, guards, counts)
        step.emit(report.held(job, holds.hold_id(scope.run_id), plan_hash, guards, counts))


async def _rebuild(job: Job, uow: UnitOfWork, scope: Scope, moodle: MoodleReader) -> None:
    if await _begin(job, uow, scope):
        await rebuild_links(uow, scope, moodle, Progress(scope, job.pool, "planning"))
        async with uow.step() as step:
            await plans.finish(step.conn, *scope.run, 0)
