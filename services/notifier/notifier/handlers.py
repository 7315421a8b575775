"""What the notifier does when a run has ended, or waits for a decision."""

from dataclasses import replace
from typing import Any

import structlog

from common.db import Connection
from common.envelope import Envelope
from common.errors import Permanent
from common.events import Event, NoticeFailed, NoticeSent, SyncCompleted, SyncFailed, SyncHeld
from common.uow import UnitOfWork
from notifier import notices
from notifier.channels import email
from notifier.news import Told, news_of
from notifier.notices import Claim
from notifier.settings import Settings
from notifier.wording import write

log = structlog.get_logger()


async def tell_people(event: Told, uow: UnitOfWork, *, settings: Settings) -> None:
    """Send whoever wants to know an e-mail about the run's end, and one if it waits for a decision; in their language.

    Each notice is noted as soon as the mail server has it: a kill between the two repeats that one, with the same
    Message-ID. A busy mail server is tried again later, for those only who were not told yet.
    """
    if _is_told_otherwise(event):
        return
    claim, cause = _claim(event), _cause(uow)
    async with uow.step() as step:
        if not await _is_wanted(event, step.conn):
            return
        await notices.claim(step.conn, claim, event.school_id, cause.id, problem=_is_problem(event))
        due = await notices.due(step.conn, claim, cause.id)
        about = await notices.about(step.conn, event.district_id, event.school_id, news_of(event))
    for row in due:
        theirs = replace(about, locale=row["locale"] or about.locale)
        notice = write(event, cause.time, theirs, settings.dashboard_url)
        try:
            await email.send(settings, notice, row["recipient"], f"{claim.message}.{row['recipient_id']}")
        except Permanent as error:
            log.warning("a notice was refused", recipient=row["recipient_id"])
            await _note_failure(event, uow, row["recipient"], row["recipient_id"], str(error))
        else:
            await _note_sent(event, uow, row["recipient"], row["recipient_id"])


async def give_up(event: Event, error: BaseException, uow: UnitOfWork) -> None:
    """The event was parked: whoever was not told by now will not be."""
    if isinstance(event, Told):
        async with uow.step() as step:
            due = await notices.due(step.conn, _claim(event), _cause(uow).id)
        for row in due:
            await _note_failure(event, uow, row["recipient"], row["recipient_id"], str(error))


async def _note_sent(event: Told, uow: UnitOfWork, recipient: str, recipient_id: str) -> None:
    async with uow.step() as step:
        if await notices.end(step.conn, _claim(event), recipient, "sent"):
            step.emit(NoticeSent(**_about(event), channel="email", recipient_id=recipient_id))


async def _note_failure(event: Told, uow: UnitOfWork, recipient: str, recipient_id: str, detail: str) -> None:
    async with uow.step() as step:
        if await notices.end(step.conn, _claim(event), recipient, "failed", detail):
            step.emit(NoticeFailed(**_about(event), channel="email", recipient_id=recipient_id, detail=detail))


def _is_problem(event: Told) -> bool:
    """Whether those are told who want to hear of problems only."""
    return not isinstance(event, SyncCompleted) or event.errors > 0 or event.outcome == "with_errors"


def _is_told_otherwise(event: Told) -> bool:
    """A failure that is tried again will have another end; who waits for a decision is told by the hold."""
    match event:
        case SyncFailed():
            return event.retry_planned
        case SyncCompleted():
            return event.outcome == "held"
    return False


async def _is_wanted(event: Told, conn: Connection) -> bool:
    """Syncs of a device are told of only where somebody asked for it."""
    device_id = event.device_id if isinstance(event, SyncFailed) else None
    return device_id is None or await notices.device_tells(conn, event.district_id, device_id)


def _claim(event: Told) -> Claim:
    return Claim(event.district_id, event.run_id, "hold" if isinstance(event, SyncHeld) else "end")


def _cause(uow: UnitOfWork) -> Envelope:
    assert uow.cause is not None, "the notifier acts on events only"
    return uow.cause


def _about(event: Told) -> dict[str, Any]:
    return event.model_dump(include={"district_id", "pool", "run_id", "school_id"})
