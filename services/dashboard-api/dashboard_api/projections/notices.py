"""What became of notices about a run."""

from common.events import NoticeFailed, NoticeSent
from common.uow import UnitOfWork
from dashboard_api.projections.told import told_at
from dashboard_api.queries import hints, notices


async def note_notice(event: NoticeSent | NoticeFailed, uow: UnitOfWork) -> None:
    """The notice reached its channel's server, or never will."""
    async with uow:
        await notices.note(uow.conn, event, told_at(uow))
        await hints.tell(uow.conn, event)
