"""The least that a fetch can cost: the same bytes, rows and statements without anything of ours around them."""

from collections.abc import Sequence
from datetime import date
from hashlib import blake2b
from time import monotonic
from typing import Any
from uuid import uuid4

import aiohttp

from bench.fetch_stage import SCHOOL, SECRETS, Stage
from common.db import Connection
from roster_fetcher.roster import Body, Class, Enrolment, User, content_hash, encode
from roster_fetcher.sources.http import unpack
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.guardians import links_of

PATHS = {
    "orgs": "orgs",
    "academicSessions": "academicSessions",
    "courses": "courses",
    "classes": f"schools/{SCHOOL}/classes",
    "enrollments": f"schools/{SCHOOL}/enrollments",
    "users": "users",
}
COLUMNS = ("district_id", "school_id", "entity", "source_key", "first_snapshot", "hash", "body")
DIFF = """
    SELECT count(*) FROM candidate s
    FULL JOIN (SELECT entity, source_key, hash FROM record
               WHERE district_id = 'bench' AND school_id = $1 AND last_snapshot IS NULL) r
      ON r.entity = s.entity AND r.source_key = s.source_key
    WHERE r.hash IS DISTINCT FROM s.hash
"""

DAY = date(2026, 8, 15)

Pages = list[tuple[str, bytes]]
Row = tuple[str, str, bytes, bytes]


async def download(stage: Stage) -> tuple[Pages, float]:
    """All pages, packed as they come, and hashed; the seconds. The token is had before."""
    pages: Pages = []
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        form = {"grant_type": "client_credentials"}
        auth = aiohttp.BasicAuth(SECRETS["client_id"], SECRETS["client_secret"])
        async with session.post(f"{stage.address}/oauth/token", data=form, auth=auth) as answer:
            headers = {"Authorization": f"Bearer {(await answer.json())['access_token']}", "Accept-Encoding": "gzip"}
        began = monotonic()
        for name, path in PATHS.items():
            offset, total = 0, 1
            while offset < total:
                query = f"limit={stage.page}&offset={offset}&sort=sourcedId&orderBy=asc"
                async with session.get(f"{stage.base_url}/{path}?{query}", headers=headers) as answer:
                    body = await answer.read()
                    total = int(answer.headers["X-Total-Count"])
                blake2b(body, digest_size=16).digest()
                pages.append((name, body))
                offset += stage.page
        return pages, monotonic() - began


def decode(pages: Pages) -> tuple[list[wire.Row], float]:
    """All rows, typed; the seconds, unpacking included."""
    began = monotonic()
    rows = [row for name, body in pages for row in wire.decode(name, unpack(body, packed=True))]
    return rows, monotonic() - began


def records(rows: Sequence[wire.Row]) -> list[Row]:
    """Records ready for COPY, of about the size that the service makes. Not part of any floor."""
    known = [row for row in rows if isinstance(row, wire.Class | wire.Enrollment | wire.User)]
    users = (row for row in known if isinstance(row, wire.User))
    ties = (tie for user in users for tie in links_of(user, str(user.sourced_id), str(user.role)))
    return [*map(_record, known), *(_packed(key, tie) for key, tie in ties)]


def _record(row: Any) -> Row:
    body: Class | Enrolment | User
    if isinstance(row, wire.Class):
        body = Class(str(row.title), "M8b", "c-1", "Course", ("01",), ("Subject",), ("t-1", "t-2", "t-3"), DAY, DAY)
    elif isinstance(row, wire.User):
        texts = (str(row.given_name), str(row.family_name), str(row.email), str(row.username), str(row.identifier))
        body = User(str(row.role), *texts, "08")
    else:
        body = Enrolment(row.class_.sourced_id, row.user.sourced_id, row.role, False, DAY, DAY)
    return _packed(row.sourced_id, body)


def _packed(key: str, body: Body) -> Row:
    encoded = encode(body)
    return body.entity, key, content_hash(encoded), encoded


async def copy_kept(conn: Connection, rows: Sequence[Row], size: int) -> float:
    """COPY into a table like `record`, indexes and all, page by page; the seconds."""
    await conn.execute("TRUNCATE copied")
    school = uuid4()
    values = [("bench", school, entity, key, 1, hashed, body) for entity, key, hashed, body in rows]
    began = monotonic()
    for start in range(0, len(values), size):
        await conn.copy_records_to_table("copied", records=values[start : start + size], columns=COLUMNS)
    return monotonic() - began


async def copy_staged(conn: Connection, rows: Sequence[Row], size: int) -> float:
    """COPY into a bare temporary table `candidate`, page by page; the seconds."""
    await conn.execute(
        """
        DROP TABLE IF EXISTS pg_temp.candidate;
        CREATE TEMP TABLE candidate (entity text, source_key text, hash bytea, body bytea);
        """
    )
    began = monotonic()
    for start in range(0, len(rows), size):
        await conn.copy_records_to_table("candidate", records=rows[start : start + size])
    return monotonic() - began


async def diff(conn: Connection, school_id: object) -> float:
    """Compare the candidates with a school's current records by hash, writing nothing; the seconds."""
    await conn.execute("SET work_mem = '64MB'; ANALYZE candidate")
    began = monotonic()
    await conn.fetchval(DIFF, school_id)
    return monotonic() - began


def unpacked_size(pages: Pages) -> int:
    """The bytes of all pages, unpacked."""
    return sum(len(unpack(body, packed=True)) for _, body in pages)


def check(rows: Sequence[wire.Row]) -> None:
    """Make sure that there is something to measure. Raises SystemExit."""
    if not rows or any(isinstance(row, wire.Malformed) for row in rows):
        raise SystemExit("The simulated server sent rows that cannot be decoded.")
