"""When an event was told."""

from datetime import datetime

from common.uow import UnitOfWork


def told_at(uow: UnitOfWork) -> datetime:
    """The time of the event that is being handled: facts are compared by it, not by when they arrive."""
    assert uow.cause is not None
    return uow.cause.time
