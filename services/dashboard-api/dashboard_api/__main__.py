"""dashboard-api: projects every event into read models, and serves API and pages from them. Several may run."""

import asyncio

from common.db import create_web_pool
from common.delivery import Routes
from common.events import (
    HoldDecided,
    NoticeFailed,
    NoticeSent,
    PackageArrived,
    PlanMade,
    RosterFetched,
    SchoolsListed,
    SchoolsNotListed,
    SourceChecked,
    SourceCheckOrdered,
    SyncCancelOrdered,
    SyncCompleted,
    SyncErrorsFound,
    SyncFailed,
    SyncHeld,
    SyncOrdered,
    SyncProgressed,
    SyncRefused,
    SyncRequested,
    TargetChecked,
    TargetCheckOrdered,
)
from common.leader import lead
from common.runtime import Runtime
from common.sealing import SecretBox
from dashboard_api.app import around
from dashboard_api.auth.shown import shown
from dashboard_api.context import Context
from dashboard_api.hints import Hints
from dashboard_api.housekeeping import CLEAN_EVERY, clean, count_people, keep_measuring
from dashboard_api.http_server import make_server, serve
from dashboard_api.projections.cancelling import note_cancelling
from dashboard_api.projections.errors import note_errors
from dashboard_api.projections.holds import note_decision, note_hold
from dashboard_api.projections.listings import note_failed_listing, note_listing
from dashboard_api.projections.notices import note_notice
from dashboard_api.projections.runs import (
    note_completion,
    note_failure,
    note_order,
    note_plan,
    note_progress,
    note_refusal,
    note_request,
    note_roster,
)
from dashboard_api.projections.source_checks import note_check, note_target_check, pass_on
from dashboard_api.settings import Settings
from dashboard_api.web_unit_of_work import WebUnitOfWork

ROUTES: Routes = {
    SyncOrdered: note_order,
    SyncRequested: note_request,
    SyncRefused: note_refusal,
    SyncProgressed: note_progress,
    RosterFetched: note_roster,
    SyncErrorsFound: note_errors,
    PlanMade: note_plan,
    SyncHeld: note_hold,
    HoldDecided: note_decision,
    SyncCancelOrdered: note_cancelling,
    SyncCompleted: note_completion,
    SyncFailed: note_failure,
    SchoolsListed: note_listing,
    SchoolsNotListed: note_failed_listing,
    SourceCheckOrdered: pass_on,
    SourceChecked: note_check,
    TargetCheckOrdered: pass_on,
    TargetChecked: note_target_check,
    PackageArrived: pass_on,
    NoticeSent: note_notice,
    NoticeFailed: note_notice,
}


async def main() -> None:
    """Run until told to stop."""
    settings = Settings()
    box = SecretBox(settings.secret_key)
    async with (
        Runtime("dashboard-api", settings) as runtime,
        await create_web_pool(settings, runtime.service, shown) as web,
    ):
        context = Context(
            settings,
            web,
            runtime.pool,
            runtime.health,
            box,
            Hints(runtime.pool),
            lambda: WebUnitOfWork(web, runtime.service, bus=runtime.bus, wake_relay=runtime.relay.wake),
            runtime.bus,
        )
        server = make_server(around(context), settings.http_host, settings.http_port, settings.shutdown_seconds)

        async def tidy() -> None:
            await clean(runtime.pool)
            await count_people(runtime.pool)

        await runtime.serve(
            ROUTES,
            background=[
                context.hints.run(),
                lead(runtime.pool, "housekeeping", tidy, CLEAN_EVERY),
                keep_measuring(runtime.pool),
            ],
            http=lambda: serve(server, context, runtime.stopping),
        )


if __name__ == "__main__":
    asyncio.run(main())
