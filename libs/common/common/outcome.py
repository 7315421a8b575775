"""What becomes of a message whose handler ended: a pure decision, and the line that the log gets about it."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from pydantic import ValidationError

from common.db import DATABASE_AWAY
from common.errors import Permanent, Transient

UNEXPECTED_ATTEMPTS = 3

log = structlog.get_logger()


class NotNow(Exception):  # noqa: N818
    """The work cannot be taken at this moment (another delivery holds it): try again soon, without counting."""


class AlreadyHandled(Exception):  # noqa: N818
    """Another delivery of the same event has committed; this one's transaction is rolled back."""


class WorkersLost(Exception):  # noqa: N818
    """No worker has survived the event so far, and the broker gives it for the last time."""


@dataclass(frozen=True, slots=True)
class Done:
    """Handled, now or before."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again after `delay` seconds, as attempt number `attempt` (the first is 1)."""

    delay: float
    attempt: int


@dataclass(frozen=True, slots=True)
class Park:
    """Leave it to a person. `reason` is one of unreadable, unrouted, permanent, exhausted."""

    reason: str
    error: str


Outcome = Done | Retry | Park


def decide(error: BaseException | None, attempt: int, delays: Sequence[float]) -> Outcome:
    """What becomes of a message whose handler ended with `error` at its `attempt`th try.

    Transient errors, and those of an absent database, have one try more than there are delays; unexpected ones have
    `UNEXPECTED_ATTEMPTS`.
    """
    if error is None or isinstance(error, AlreadyHandled):
        return Done()
    if isinstance(error, NotNow):
        return Retry(delays[0], attempt)
    text = type(error).__name__
    if isinstance(error, Permanent | ValidationError):
        return Park("permanent", text)
    tries = len(delays) + 1 if isinstance(error, (Transient, *DATABASE_AWAY)) else UNEXPECTED_ATTEMPTS
    if attempt >= tries or isinstance(error, WorkersLost):
        return Park("exhausted", text)
    return Retry(delays[min(attempt, len(delays)) - 1], attempt + 1)


def explain(error: BaseException, outcome: Outcome) -> None:
    """Log why the event was not simply handled; with a traceback if nobody foresaw it."""
    expected = isinstance(error, (Transient, Permanent, WorkersLost, *DATABASE_AWAY))
    about = {
        "error": str(error) if isinstance(error, Transient | Permanent) else type(error).__name__,
        "exc_info": None if expected else error,
    }
    match outcome:
        case Done():
            log.info("the event had been handled already")
        case Retry(delay) if isinstance(error, NotNow):
            log.info("the event waits its turn", seconds=delay)
        case Retry(delay, attempt):
            log.warning("the event will be tried again", seconds=delay, attempt=attempt, **about)
        case Park(reason):
            log.error("the event was parked", reason=reason, **about)
