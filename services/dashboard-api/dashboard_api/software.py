"""Which versions of what are at work."""

import json

from common.bus import Bus
from common.db import Pool
from dashboard_api.queries import workers


async def versions_json(pool: Pool, bus: Bus | None) -> str:
    """`{services, database, broker}`; `services` as `workers.versions_json` has them, the others a version each."""
    database: str = await pool.fetchval("SELECT current_setting('server_version')")
    answer = {"services": json.loads(await workers.versions_json(pool)), "database": database, "broker": _broker(bus)}
    return json.dumps(answer, ensure_ascii=False)


def _broker(bus: Bus | None) -> str | None:
    """RabbitMQ's version, as it says itself when a connection is made."""
    transport = bus.connection.transport if bus is not None and bus.connected else None
    told = getattr(transport and transport.connection, "server_properties", {}).get("version")
    return told.decode() if isinstance(told, bytes) else told
