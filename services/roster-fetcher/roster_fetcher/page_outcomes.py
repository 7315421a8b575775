"""What became of each page of the last snapshot, so that a page that comes again need not be decoded and mapped again.

Kept are the staged rows without their bodies, which stand in `record`, and the findings. They hold as long as the page
is the same, byte for byte, and the rows before it meant the same (`Mapping.context`).
"""

from uuid import UUID

import msgspec
from msgspec import Struct

from common.db import Connection
from roster_fetcher.findings import Finding
from roster_fetcher.ledger import Entry
from roster_fetcher.sources.protocol import Endpoint, Page
from roster_fetcher.staging import Staged, StagedBare, Staging


class Outcome(Struct, array_like=True):
    """What became of a page's rows: records, findings, and how many rows ended how (`ledger.Entry.outcomes`)."""

    rows: list[StagedBare]
    findings: list[Finding]
    ended: dict[str, int]
    first_id: str
    last_id: str
    strangers: bool
    """Some rows count only if somebody is enrolled, so that it matters who is."""


_decoder = msgspec.msgpack.Decoder(Outcome)
_encoder = msgspec.msgpack.Encoder()


class BodiesMissingError(Exception):
    """A record is needed that came with a page which was not decoded, so that everything must be decoded after all."""

    def __init__(self) -> None:
        super().__init__("Records that had been left out fit now, and their pages had not been decoded.")


class PageOutcomes:
    """The table `page_outcome` of one school, as one reading uses it. `reused` are the pages that were not decoded."""

    def __init__(self, conn: Connection, staged: Staging, district_id: str, school_id: UUID) -> None:
        self._conn = conn
        self._staged = staged
        self._district_id = district_id
        self._school_id = school_id
        self.reused: list[tuple[str, int]] = []

    async def recall(self, endpoint: Endpoint, page: Page, context: bytes) -> Outcome | None:
        """What became of this page, if it is known and still holds."""
        row = await self._conn.fetchrow(
            """
            SELECT outcome, enrolled FROM page_outcome
            WHERE district_id = $1 AND school_id = $2 AND endpoint = $3 AND first = $4 AND digest = $5 AND context = $6
            """,
            self._district_id,
            self._school_id,
            endpoint.name,
            page.first,
            page.digest,
            context,
        )
        if row is None or (row["enrolled"] and row["enrolled"] != await self._staged.enrolled_digest()):
            return None
        self.reused.append((endpoint.name, page.first))
        return _decoder.decode(row["outcome"])

    async def add(self, endpoint: Endpoint, page: Page, context: bytes, outcome: Outcome) -> None:
        """Keep what became of a page until it is known whether the reading is worth remembering."""
        enrolled = await self._staged.enrolled_digest() if outcome.strangers else b""
        row = (endpoint.name, page.first, page.digest, context, enrolled, _encoder.encode(outcome))
        await self._conn.copy_records_to_table("staged_page", records=[row])

    async def remember(self) -> None:
        """Let what was added, and what was reused, be all that is known. Inside the transaction."""
        await self._conn.execute(
            """
            DELETE FROM page_outcome WHERE district_id = $1 AND school_id = $2
              AND (endpoint, first) NOT IN (SELECT * FROM unnest($3::text[], $4::int[]))
            """,
            self._district_id,
            self._school_id,
            [name for name, _ in self.reused],
            [first for _, first in self.reused],
        )
        await self._conn.execute(
            """
            INSERT INTO page_outcome (district_id, school_id, endpoint, first, digest, context, enrolled, outcome)
            SELECT $1, $2, endpoint, first, digest, context, enrolled, outcome FROM staged_page
            """,
            self._district_id,
            self._school_id,
        )


def outcome_of(
    staged: list[Staged], findings: list[Finding], strangers: bool, entry: Entry, before: dict[str, int]
) -> Outcome:
    """What became of the page that the entry counted last; `before` are its outcomes before the page."""
    ended = {name: rows - before[name] for name, rows in entry.outcomes().items()}
    return Outcome([row[:-1] for row in staged], findings, ended, entry.first_id, entry.last_id, strangers)
