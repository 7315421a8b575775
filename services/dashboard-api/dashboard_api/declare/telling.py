"""Who is told of a district's runs: replaced whole, audited by ids, since the audit log holds no addresses."""

import hashlib
from collections.abc import Sequence
from typing import Any

from common.uow import UnitOfWork
from dashboard_api.auth.principal import Principal
from dashboard_api.declare import parts
from dashboard_api.declare.parts import Change
from dashboard_api.queries import districts, recipients
from dashboard_api.queries.recipients import NewRecipient


async def change(uow: UnitOfWork, principal: Principal, district_id: str, told: Sequence[NewRecipient]) -> None:
    """These are told of runs by e-mail, and nobody else."""
    await districts.lock(uow.conn, district_id)
    before = await recipients.listed(uow.conn, district_id)
    await recipients.replace(uow.conn, district_id, told)
    after = await recipients.listed(uow.conn, district_id)
    sides = {"told": masked(before)}, {"told": masked(after)}
    seen = Change("change_recipients", "district", f"district/{district_id}", *sides)
    await parts.note(uow, principal, district_id, seen)


def masked(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Recipients by the ids that notices have too."""
    return [
        {
            "id": hashlib.blake2s(one["email"].casefold().encode(), digest_size=8).hexdigest(),
            **{key: one[key] for key in ("outcomes", "locale", "school_id")},
        }
        for one in told
    ]
