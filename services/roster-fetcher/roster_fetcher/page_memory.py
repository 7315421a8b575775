"""The pages behind a school's last complete snapshot, by their digests. And the table `page_memory`."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

import msgspec

from common.db import Connection
from common.registry import Source
from roster_fetcher.sources.protocol import KnownPage

VERSION = 3
"""Rises whenever the same pages would give another snapshot."""

Pages = Mapping[str, Sequence[KnownPage]]


class Memory(NamedTuple):
    """What was read for the last snapshot, which was complete: by endpoint, in the order of reading."""

    snapshot: int
    run_id: UUID
    pages: Pages
    outcomes: Mapping[str, dict[str, int]]
    """What became of each endpoint's rows: `ledger.Entry.outcomes`."""


def key_of(source: Source, source_school_id: str) -> bytes:
    """What the pages' meaning depends on beside themselves. Secrets are no part of it."""
    parts = (VERSION, source.kind, source.settings, source_school_id)
    return blake2b(msgspec.json.encode(parts, order="deterministic"), digest_size=16).digest()


async def recall(conn: Connection, district_id: str, school_id: UUID, key: bytes) -> Memory | None:
    """The pages of the school's last snapshot; None if it was incomplete or read under other settings."""
    rows = await conn.fetch(
        """
        SELECT p.snapshot, s.run_id, p.endpoint, p.digests, p.rows, p.outcomes
        FROM page_memory p
        JOIN (SELECT number, run_id FROM snapshot WHERE district_id = $1 AND school_id = $2
              ORDER BY number DESC LIMIT 1) s ON s.number = p.snapshot
        WHERE p.district_id = $1 AND p.school_id = $2 AND p.key = $3
        """,
        district_id,
        school_id,
        key,
    )
    if not rows:
        return None
    pages = {row["endpoint"]: [*map(KnownPage, row["digests"], row["rows"])] for row in rows}
    outcomes = {row["endpoint"]: row["outcomes"] for row in rows}
    return Memory(rows[0]["snapshot"], rows[0]["run_id"], pages, outcomes)


async def remember(
    conn: Connection,
    district_id: str,
    school_id: UUID,
    snapshot: int,
    key: bytes,
    pages: Pages,
    outcomes: Mapping[str, dict[str, int]],
) -> None:
    """Remember the pages behind a snapshot in place of all earlier ones."""
    await conn.execute("DELETE FROM page_memory WHERE district_id = $1 AND school_id = $2", district_id, school_id)
    await conn.executemany(
        """
        INSERT INTO page_memory (district_id, school_id, endpoint, snapshot, key, digests, rows, outcomes)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        [
            (
                district_id,
                school_id,
                name,
                snapshot,
                key,
                [p.digest for p in read],
                [p.rows for p in read],
                outcomes[name],
            )
            for name, read in pages.items()
        ],
    )
