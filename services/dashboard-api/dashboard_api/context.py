"""What a request may need, made once when the service starts."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from fastapi import Request

from common.bus import Bus
from common.db import Pool, only
from common.health import Health
from common.sealing import SecretBox
from common.uow import UnitOfWork
from dashboard_api.hints import Hints
from dashboard_api.pace import PER_MINUTE, Pace
from dashboard_api.settings import Settings


@dataclass(frozen=True, slots=True)
class Context:
    """`pool` shows what the person or program that asks may see, and `unit_of_work` makes one that is kept to it.

    `whole` shows everything: it is for signing in, for administering people and keys, and for hints. `bus` is None
    where no broker is part of it.
    """

    settings: Settings
    pool: Pool
    whole: Pool
    health: Health
    box: SecretBox
    hints: Hints
    unit_of_work: Callable[[], UnitOfWork]
    bus: Bus | None = None
    pace: Pace = field(default_factory=lambda: Pace(PER_MINUTE))

    @property
    def read_only(self) -> bool:
        """Whether the broker is away: what has to be passed on to other services is refused meanwhile (ADR 45)."""
        return self.bus is not None and not self.bus.connected

    def within(self, uow: UnitOfWork) -> "Context":
        """The same inside a transaction: all that is read and written with it is part of that unit of work."""
        return replace(self, pool=only(uow.conn), unit_of_work=uow.part)


def context_of(request: Request) -> Context:
    """The context of the application that serves this request, or the one within whose transaction it is served."""
    context: Context = getattr(request.state, "context", request.app.state.context)
    return context
