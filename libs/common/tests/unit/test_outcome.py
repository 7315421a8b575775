"""The decision after a handler: a truth table, and what the log says about it."""

import asyncio
from itertools import takewhile

import asyncpg
import pytest
import structlog.testing
from pydantic import BaseModel, ValidationError

from common.errors import Permanent, Transient
from common.outcome import AlreadyHandled, Done, NotNow, Outcome, Park, Retry, WorkersLost, decide, explain

DELAYS = (10.0, 60.0, 600.0, 3600.0)


def invalid() -> ValidationError:
    class Model(BaseModel):
        number: int

    with pytest.raises(ValidationError) as caught:
        Model.model_validate({"number": "Anna"})
    return caught.value


@pytest.mark.parametrize(
    ("error", "attempt", "outcome"),
    [
        (None, 1, Done()),
        (AlreadyHandled(), 3, Done()),
        (NotNow(), 1, Retry(10, 1)),
        (NotNow(), 99, Retry(10, 99)),
        (Transient("busy"), 1, Retry(10, 2)),
        (Transient("busy"), 2, Retry(60, 3)),
        (Transient("busy"), 4, Retry(3600, 5)),
        (Transient("busy"), 5, Park("exhausted", "Transient")),
        (Transient("busy"), 99, Park("exhausted", "Transient")),
        (ConnectionRefusedError(), 4, Retry(3600, 5)),
        (asyncpg.AdminShutdownError(), 4, Retry(3600, 5)),
        (asyncpg.DeadlockDetectedError(), 5, Park("exhausted", "DeadlockDetectedError")),
        (ValueError(), 1, Retry(10, 2)),
        (ValueError(), 2, Retry(60, 3)),
        (ValueError(), 3, Park("exhausted", "ValueError")),
        (TimeoutError(), 3, Park("exhausted", "TimeoutError")),
        (asyncio.CancelledError(), 1, Retry(10, 2)),
        (asyncpg.UniqueViolationError(), 3, Park("exhausted", "UniqueViolationError")),
        (Permanent("refused"), 1, Park("permanent", "Permanent")),
        (invalid(), 1, Park("permanent", "ValidationError")),
        (WorkersLost(), 1, Park("exhausted", "WorkersLost")),
    ],
    ids=lambda value: repr(value) if isinstance(value, BaseException) else None,
)
def test_the_outcome_follows_from_the_error_and_the_attempt(
    error: BaseException | None, attempt: int, outcome: Outcome
) -> None:
    assert decide(error, attempt, DELAYS) == outcome


def schedule(error: BaseException, delays: tuple[float, ...]) -> list[float]:
    """The waits until the event is parked."""
    outcomes = (decide(error, attempt, delays) for attempt in range(1, 100))
    return [o.delay for o in takewhile(lambda o: isinstance(o, Retry), outcomes) if isinstance(o, Retry)]


def test_a_transient_error_is_tried_after_each_delay_once() -> None:
    assert schedule(Transient("busy"), DELAYS) == [10, 60, 600, 3600]


def test_an_unexpected_error_is_tried_three_times() -> None:
    assert schedule(ValueError(), DELAYS) == [10, 60]


def test_with_a_single_delay_that_one_is_repeated() -> None:
    assert schedule(ValueError(), (5.0,)) == [5, 5]


def test_the_log_quotes_our_own_errors_and_only_names_all_others() -> None:
    with structlog.testing.capture_logs() as logged:
        explain(Permanent("The token is refused."), Park("permanent", "Permanent"))
        explain(ValueError("Anna"), Retry(10, 2))
        explain(NotNow(), Retry(10, 1))
        explain(AlreadyHandled(), Done())
    assert [(line["event"], line["log_level"]) for line in logged] == [
        ("the event was parked", "error"),
        ("the event will be tried again", "warning"),
        ("the event waits its turn", "info"),
        ("the event had been handled already", "info"),
    ]
    assert logged[0]["error"] == "The token is refused."
    assert (logged[1]["error"], logged[1]["attempt"], logged[1]["seconds"]) == ("ValueError", 2, 10)


def test_only_what_nobody_foresaw_is_logged_with_its_traceback() -> None:
    errors = [ValueError(), Transient("busy"), Permanent("refused"), ConnectionResetError(), WorkersLost()]
    with structlog.testing.capture_logs() as logged:
        for error in errors:
            explain(error, Retry(10, 2))
    assert [line["exc_info"] is not None for line in logged] == [True, False, False, False, False]
