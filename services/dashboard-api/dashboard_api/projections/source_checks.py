"""Sources and targets that were tried out, and packages that arrived at a source."""

from common.checks import SourceChecked, SourceCheckOrdered, TargetChecked, TargetCheckOrdered
from common.events import PackageArrived
from common.uow import UnitOfWork
from dashboard_api.projections.told import told_at
from dashboard_api.queries import checks, hints


async def note_check(event: SourceChecked, uow: UnitOfWork) -> None:
    """Keep what was found."""
    report = event.report.model_dump(mode="json")
    async with uow:
        await checks.note_report(uow.conn, "source", event.district_id, event.check_id, report, told_at(uow))
        await hints.tell(uow.conn, event)


async def note_target_check(event: TargetChecked, uow: UnitOfWork) -> None:
    """Keep what was found of a Moodle site."""
    report = event.report.model_dump(mode="json")
    async with uow:
        await checks.note_report(uow.conn, "target", event.district_id, event.check_id, report, told_at(uow))
        await hints.tell(uow.conn, event)


async def pass_on(event: SourceCheckOrdered | TargetCheckOrdered | PackageArrived, uow: UnitOfWork) -> None:
    """Nothing to keep: what comes of it is told by other events. Open pages hear of it."""
    async with uow:
        await hints.tell(uow.conn, event)
