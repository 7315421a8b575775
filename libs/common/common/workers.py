"""Which processes of a service there are: each keeps a row of its own, and renews it while it lives.

A process that ends in good order says so; one that was killed is known by the age of its row. Others read the rows in
views, one in a schema of its own for each service (`fleet_scheduler.worker`).
"""

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any
from uuid import UUID, uuid4

from common.db import Pool

GONE_AFTER = timedelta(seconds=60)
"""A row that was not renewed for so long is of a process that lives no more, or cannot reach the database."""
KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Work:
    """An event in a process's hands: what it is, whose, and since when (aware)."""

    type: str
    district_id: str
    run_id: str | None
    since: datetime

    def as_json(self) -> dict[str, Any]:
        """As the row holds it."""
        about = {"type": self.type, "district_id": self.district_id, "run_id": self.run_id}
        return {**about, "since": self.since.isoformat()}


@dataclass(frozen=True, slots=True)
class Worker:
    """This process."""

    service: str
    pools: tuple[str, ...]
    id: UUID = field(default_factory=uuid4)

    async def renew(self, pool: Pool, at_work: Sequence[Work] = ()) -> None:
        """Say that the process lives, and what it works on. Rows of others that are older than a day are forgotten."""
        await pool.execute(
            """
            INSERT INTO worker (id, host, pid, version, schema_version, pools, at_work)
            SELECT $1, $2, $3, $4, coalesce(max(name), ''), $5, $6 FROM migration WHERE name NOT LIKE 'common/%'
            ON CONFLICT (id) DO UPDATE SET seen_at = now(), at_work = excluded.at_work
            """,
            self.id,
            socket.gethostname(),
            os.getpid(),
            version(f"rosterbus-{self.service}"),
            list(self.pools),
            [work.as_json() for work in at_work],
        )
        await pool.execute("DELETE FROM worker WHERE seen_at < now() - $1::interval", KEPT_FOR)

    async def leave(self, pool: Pool) -> None:
        """Say that the process ends in good order."""
        await pool.execute("UPDATE worker SET stopped_at = now(), at_work = '[]' WHERE id = $1", self.id)
