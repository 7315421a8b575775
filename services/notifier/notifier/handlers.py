"""What the notifier does when a run has ended."""

from typing import Any
from uuid import UUID

import structlog

from common.errors import Permanent
from common.events import Event, NoticeFailed, NoticeSent, SyncCompleted, SyncFailed
from common.uow import UnitOfWork
from notifier import notices
from notifier.channels import email
from notifier.settings import Settings
from notifier.wording import news_of, write_notice

RunEnded = SyncCompleted | SyncFailed

log = structlog.get_logger()


async def tell_people(event: RunEnded, uow: UnitOfWork, *, settings: Settings) -> None:
    """Send each recipient of the district one e-mail about the run.

    Each notice is noted as soon as the mail server has it: a kill between the two repeats that one, with the same
    Message-ID. A busy mail server is tried again later, for those only who were not told yet.
    """
    if isinstance(event, SyncFailed) and event.retry_planned:
        return
    async with uow.step() as step:
        await notices.claim(step.conn, event.district_id, event.run_id, _event_id(uow))
        due = await notices.due(step.conn, event.district_id, event.run_id, _event_id(uow))
        about = await notices.about(step.conn, event.district_id, event.school_id, news_of(event))
    notice = write_notice(event, about, settings.dashboard_url)
    for row in due:
        try:
            await email.send(settings, notice, row["recipient"], f"{event.run_id}.{row['recipient_id']}")
        except Permanent as error:
            log.warning("a notice was refused", recipient=row["recipient_id"])
            await _note_failure(event, uow, row["recipient"], row["recipient_id"], str(error))
        else:
            await _note_sent(event, uow, row["recipient"], row["recipient_id"])


async def give_up(event: Event, error: BaseException, uow: UnitOfWork) -> None:
    """The event was parked: whoever was not told by now will not be."""
    if isinstance(event, RunEnded):
        async with uow.step() as step:
            due = await notices.due(step.conn, event.district_id, event.run_id, _event_id(uow))
        for row in due:
            await _note_failure(event, uow, row["recipient"], row["recipient_id"], str(error))


async def _note_sent(event: RunEnded, uow: UnitOfWork, recipient: str, recipient_id: str) -> None:
    async with uow.step() as step:
        if await notices.end(step.conn, event.district_id, event.run_id, recipient, "sent"):
            step.emit(NoticeSent(**_about(event), channel="email", recipient_id=recipient_id))


async def _note_failure(event: RunEnded, uow: UnitOfWork, recipient: str, recipient_id: str, detail: str) -> None:
    async with uow.step() as step:
        if await notices.end(step.conn, event.district_id, event.run_id, recipient, "failed", detail):
            step.emit(NoticeFailed(**_about(event), channel="email", recipient_id=recipient_id, detail=detail))


def _event_id(uow: UnitOfWork) -> UUID:
    assert uow.cause is not None, "the notifier acts on events only"
    return uow.cause.id


def _about(event: RunEnded) -> dict[str, Any]:
    return event.model_dump(include={"district_id", "pool", "run_id", "school_id"})
