"""What the database shows to the request that is being answered: the districts and schools of who asks.

The guard says it once, when it knows who asks; each connection that the request then takes from `context.pool` shows
that (`common.db.create_web_pool`). A request whose guard was forgotten is shown nothing.
"""

from contextvars import ContextVar

from common.db import Shown
from dashboard_api.auth.principal import Principal

ALL = "*"

_shown: ContextVar[Shown] = ContextVar("shown")
_NOTHING = Shown()


def show_to(principal: Principal) -> None:
    """From now on, this request is shown what the principal may see."""
    _shown.set(
        Shown(
            ALL if principal.districts is None else ",".join(principal.districts),
            ALL if principal.schools is None else ",".join(map(str, principal.schools)),
        )
    )


def shown() -> Shown:
    """What the request is shown; nothing as long as nobody is known to ask."""
    return _shown.get(_NOTHING)
