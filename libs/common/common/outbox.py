"""The outbox: events written in their handler's transaction, published by a relay until the broker confirms them.

The relay claims rows in id order and skips those that another process holds, so any number of relays may run. A crash
between the broker's confirmation and the delete publishes an event twice; the inbox makes that harmless.
"""

import asyncio
from contextlib import suppress

import structlog
from aio_pika.exceptions import PublishError

from common import metrics
from common.bus import Bus, pass_on_cancellation
from common.db import Connection, Pool, Row
from common.envelope import Envelope, encode

BATCH = 200
POLL_SECONDS = 1.0
CONFIRM_SECONDS = 30.0

log = structlog.get_logger()


async def add(conn: Connection, envelopes: list[Envelope]) -> None:
    """Write events to be published, in the caller's transaction."""
    await conn.execute(
        """
        INSERT INTO outbox (event_id, type, pool, body)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[])
        """,
        [e.id for e in envelopes],
        [e.event.versioned_type() for e in envelopes],
        [e.event.pool for e in envelopes],
        [encode(e) for e in envelopes],
    )


class Relay:
    """Publishes what stands in the outbox: at once when woken, otherwise within `poll_seconds`."""

    def __init__(self, pool: Pool, bus: Bus, service: str, poll_seconds: float = POLL_SECONDS) -> None:
        self._pool = pool
        self._bus = bus
        self._service = service
        self._poll_seconds = poll_seconds
        self._woken = asyncio.Event()
        self._stopping = False
        self._failing = False

    def wake(self) -> None:
        """There is something new; call after the commit."""
        self._woken.set()

    def stop(self) -> None:
        """Let `run` end when it has published what is there. Cancelled instead, it leaves what it would repeat."""
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        """Relay until told to stop. Whatever fails is logged and tried again."""
        last = False
        while not last:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll_seconds):  # wait_for would lose a cancellation that meets a wake
                    await self._woken.wait()
            self._woken.clear()
            last = self._stopping
            try:
                await self.drain()
            except Exception:
                log.exception("the outbox could not be read")

    async def drain(self) -> None:
        """Publish all that is due now, as far as the broker takes it."""
        while await self._relay_batch() == BATCH:
            pass

    async def measure(self) -> None:
        """Set the gauges of what waits."""
        row = await self._pool.fetchrow(
            "SELECT count(*) AS pending, coalesce(extract(epoch FROM now() - min(created_at)), 0) AS oldest FROM outbox"
        )
        assert row is not None
        metrics.OUTBOX_PENDING.labels(self._service).set(row["pending"])
        metrics.OUTBOX_OLDEST.labels(self._service).set(float(row["oldest"]))

    async def _relay_batch(self) -> int:
        """Publish up to `BATCH` events; how many were due, or 0 while there is no broker to take them."""
        if not self._bus.connected:
            self._note_health("there is no connection to the broker")
            return 0
        async with self._pool.acquire() as conn, conn.transaction():
            rows = await conn.fetch(
                """
                SELECT id, event_id, type, pool, body FROM outbox
                WHERE not_before <= now() ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
                """,
                BATCH,
            )
            if not rows:
                return 0
            errors = await asyncio.gather(*(self._publish(row) for row in rows))
            await _forget(conn, [row["id"] for row, error in zip(rows, errors, strict=True) if error is None])
            await _postpone(conn, [(row["id"], e) for row, e in zip(rows, errors, strict=True) if e is not None])
        self._note_health(next((e for e in errors if e is not None), None))
        return len(rows)

    async def _publish(self, row: Row) -> str | None:
        try:
            async with asyncio.timeout(CONFIRM_SECONDS):
                await self._bus.publish(row["type"], row["pool"], row["body"], str(row["event_id"]))
        except PublishError:
            return "no queue takes this event"
        except (Exception, asyncio.CancelledError) as error:
            pass_on_cancellation(error)
            return f"{type(error).__name__}: {error}"
        metrics.EVENTS_PUBLISHED.labels(self._service).inc()
        return None

    def _note_health(self, error: str | None) -> None:
        if error and not self._failing:
            log.warning("events cannot be published; they wait in the outbox", error=error)
        if self._failing and not error:
            log.info("events are published again")
        self._failing = error is not None
        if error:
            metrics.PUBLISH_FAILURES.labels(self._service).inc()


async def _forget(conn: Connection, ids: list[int]) -> None:
    if ids:
        await conn.execute("DELETE FROM outbox WHERE id = ANY($1::bigint[])", ids)


async def _postpone(conn: Connection, failed: list[tuple[int, str]]) -> None:
    """Wait 1 s, 2 s, 4 s … at most a minute before the next attempt. There is no last one."""
    if failed:
        await conn.execute(
            """
            UPDATE outbox SET attempts = attempts + 1, last_error = f.error,
                   not_before = clock_timestamp() + interval '1 second' * least(60, 2 ^ least(attempts, 6))
            FROM unnest($1::bigint[], $2::text[]) AS f (id, error) WHERE outbox.id = f.id
            """,
            [id_ for id_, _ in failed],
            [error for _, error in failed],
        )
