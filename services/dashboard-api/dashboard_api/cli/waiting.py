"""How commands wait: they ask the dashboard again and again, and bear with it while it is away for a moment."""

from collections.abc import Callable, Iterator
from time import monotonic, sleep
from typing import TypeVar

from dashboard_api.cli.client import Client, Json, Unreachable
from dashboard_api.cli.trouble import FAILED, Trouble

EVERY_SECONDS = 0.5
PATIENCE_SECONDS = 60.0
"""How long the dashboard may be away, for instance while it is restarted."""

T = TypeVar("T")


def deadline(seconds: float | None) -> float | None:
    """The moment of this process's clock at which so many seconds have passed; None: never."""
    return None if seconds is None else monotonic() + seconds


def answers(ask: Callable[[], T], end: float | None, every: float = EVERY_SECONDS) -> Iterator[T]:
    """The answers to a question, at least one, until `end`. Raises `Unreachable` if there is none for too long."""
    heard = monotonic()
    while True:
        late = end is not None and monotonic() > end
        try:
            answer = ask()
        except Unreachable:
            if late or monotonic() - heard > PATIENCE_SECONDS:
                raise
        else:
            heard = monotonic()
            yield answer
        if late:
            return
        sleep(every)


def check_done(client: Client, path: str, worker: str, about: str, end: float | None) -> Json:
    """A check once a worker has answered it. Raises `Trouble` if none does, or not by `end`.

    `about` says in sentences what is checked, such as ` about main`; nothing where there is only one.
    """
    for check in answers(lambda: client.get(path), end):
        if check["state"] == "done":
            return check
        if check["state"] == "unanswered":
            raise Trouble(
                f"No {worker} has answered{about} for ten minutes. Check that one runs and serves the pool "
                f"{check['pool']}, then check again.",
                FAILED,
            )
    raise Trouble(f"There is no answer{about} yet. Wait longer, or look at {worker}.", FAILED)
