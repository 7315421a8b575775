"""An account as it would come in now, whoever asks: what it may do, or that it may not come in any more."""

from uuid import UUID

from common.db import Pool
from dashboard_api.auth import principal
from dashboard_api.auth.principal import Principal
from dashboard_api.queries import api_keys, operators


async def of(whole: Pool, account: UUID) -> Principal | None:
    """A person who is not disabled, or a key that works; None for others."""
    row = await operators.of(whole, account)
    if row is not None:
        return principal.person(dict(row))
    row = await api_keys.of(whole, account)
    return None if row is None else principal.key(dict(row))
