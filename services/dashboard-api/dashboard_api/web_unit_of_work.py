"""The unit of work of requests: what other services have to hear is passed on, or nothing is done."""

from collections.abc import Callable

from common.bus import Bus
from common.db import Pool
from common.event_model import Event
from common.uow import UnitOfWork
from dashboard_api.broker.reaching import broker_away


class WebUnitOfWork(UnitOfWork):
    """Refuses to emit while the broker is away (ADR 45). What is emitted just before it leaves is in the outbox."""

    def __init__(self, pool: Pool, service: str, *, bus: Bus, wake_relay: Callable[[], None]) -> None:
        super().__init__(pool, service, wake_relay=wake_relay)
        self._bus = bus

    def emit(self, event: Event) -> None:
        """As `UnitOfWork.emit`. Raises `Problem` 503 while the broker is away, so that nothing is kept."""
        if not self._bus.connected:
            raise broker_away()
        super().emit(event)
