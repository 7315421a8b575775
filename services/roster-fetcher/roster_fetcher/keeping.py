"""Keeps what was read as the school's next snapshot: one transaction, on the connection that holds the staged rows."""

from collections.abc import Collection, Mapping
from time import monotonic
from typing import NamedTuple

from common import fence
from common.catalogue import CATALOGUE
from common.db import Connection, Row
from common.events import CountByEntity, CountByKind
from roster_fetcher import carrying, checks, cursors, findings, ledger, page_memory, records, snapshots
from roster_fetcher.cursors import Choice, Saved
from roster_fetcher.findings import Finding
from roster_fetcher.job import Job
from roster_fetcher.ledger import Entry
from roster_fetcher.page_memory import Memory, Pages
from roster_fetcher.page_outcomes import BodiesMissingError, PageOutcomes
from roster_fetcher.reading import Reading
from roster_fetcher.records import KINDS_OF_CHANGE
from roster_fetcher.snapshots import Snapshot
from roster_fetcher.sources.protocol import SchoolReader
from roster_fetcher.staging import Staging

ENTITIES = ("school", "term", "class", "user", "enrolment", "guardian_link")
NEVER_EMPTY = ("class", "user")
"""Where a school had some and the source gives none, sharing was switched off rather than everybody gone."""


class Read(NamedTuple):
    """A reading that has come to its end, and the `cursor` for the next one. `began` are monotonic seconds."""

    reader: SchoolReader
    reading: Reading
    outcomes: PageOutcomes
    choice: Choice
    cursor: Saved | None
    began: float

    @property
    def entries(self) -> Mapping[str, Entry]:
        """The ledger by endpoint."""
        return self.reading.ledger


async def keep_changes(conn: Connection, staged: Staging, job: Job, read: Read) -> None:
    """Keep the staged rows as the next snapshot: check them as a whole, write what differs, close what is gone.

    Raises `ChangesRefusedError` if only changes were read and they do not make a whole with what stands, and
    `BodiesMissingError` if a record is needed that came with a page which was not decoded.
    """
    async with conn.transaction():
        await fence.check(conn, job)
        last = await snapshots.latest(conn, job.district_id, job.school_id)
        await _complete(conn, staged, job, read, last)
        came = await staged.summary()
        _doubt(read.entries.values(), last["counts"] if last else {}, came.counts)
        if any(entry.entity == "user" and not entry.complete for entry in read.entries.values()):
            await carrying.carry_people_over(conn, job.district_id, job.school_id)
        await checks.check(conn, read.entries, came)
        await staged.add([], _remarks(read.entries.values()))
        now = (await staged.summary()).counts
        await carrying.keep_left_out(conn, job.district_id, job.school_id)
        number = last["number"] + 1 if last else 1
        changes, counts = await _write(conn, job, number, closable(read.reader.proof, read.entries), now)
        await _add_snapshot(conn, job, read, number, _all_entities(changes), counts)
        await findings.keep_staged(conn, job.district_id, job.run_id)
        await _remember(conn, job, read, number, read.reading.pages, _outcomes(read.entries))
        await read.outcomes.remember()


async def keep_unchanged(conn: Connection, job: Job, read: Read, memory: Memory) -> None:
    """Every page was as it is behind the last snapshot: that roster stands, under the next number."""
    async with conn.transaction():
        await fence.check(conn, job)
        last = await snapshots.latest(conn, job.district_id, job.school_id)
        assert last is not None
        for name, entry in read.entries.items():
            if name in memory.outcomes and not entry.changes_only:
                entry.take_outcomes(memory.outcomes[name])
        await _add_snapshot(conn, job, read, last["number"] + 1, _all_entities({}), last["counts"])
        await findings.repeat(conn, job.district_id, job.run_id, memory.run_id)
        await _remember(conn, job, read, last["number"] + 1, memory.pages, memory.outcomes)


async def _complete(conn: Connection, staged: Staging, job: Job, read: Read, last: Row | None) -> None:
    """Make the staged rows the whole roster: what endpoints of changes did not mention, and what those missed."""
    carried = read.reader.changes.carried
    await staged.complete()
    if read.outcomes.reused:
        await carrying.fill_bodies(conn, job.district_id, job.school_id)
    if carried and last:
        await carrying.carry_over(conn, job.district_id, job.school_id, carried, read.reader.owners)
        await carrying.carry_findings_over(conn, job.district_id, last["run_id"], carried, read.reader.owners)


async def _add_snapshot(
    conn: Connection, job: Job, read: Read, number: int, changes: CountByEntity, counts: CountByKind
) -> None:
    snapshot = Snapshot(
        number,
        job.run_id,
        read.reading.complete,
        counts,
        changes,
        round((monotonic() - read.began) * 1000),
        "full" if read.choice.since is None else "changes",
        read.choice.reason if read.cursor else "",  # where changes are never told apart there is nothing to explain
    )
    await snapshots.add(conn, job.district_id, job.school_id, snapshot)
    await ledger.add(conn, job.district_id, job.run_id, read.entries.values())


async def _write(
    conn: Connection, job: Job, number: int, closable_entities: list[str], staged: CountByKind
) -> tuple[CountByEntity, CountByKind]:
    """Write what differs as snapshot `number`; what changed, and how many records there are now."""
    if number == 1:
        await records.add_all(conn, job.district_id, job.school_id, number)
        return {entity: {"added": staged[entity]} for entity in ENTITIES if entity in staged}, staged
    changes = await records.compare(conn, job.district_id, job.school_id, closable_entities)
    if changes:
        if await records.bodies_missing(conn):
            raise BodiesMissingError
        await records.apply_difference(conn, job.district_id, job.school_id, number)
    if len(closable_entities) == len(ENTITIES):
        return changes, staged
    return changes, await records.count_current(conn, job.district_id, job.school_id)


def closable(proof: Mapping[str, Collection[str]], entries: Mapping[str, Entry]) -> list[str]:
    """The entities of which a missing record is a removed one: all that could show it was read completely."""
    complete = {name for name, entry in entries.items() if entry.complete}
    return [entity for entity in ENTITIES if entity in proof and complete.issuperset(proof[entity])]


def _doubt(entries: Collection[Entry], before: CountByKind, now: CountByKind) -> None:
    """Take an emptiness that is new for a fault of sharing, not for the truth."""
    for entity in NEVER_EMPTY:
        had = before.get(entity, 0)
        of_entity = [entry for entry in entries if entry.entity == entity]
        if had and not now.get(entity) and all(entry.complete for entry in of_entity):
            for entry in of_entity or entries:
                entry.miss(f"The source gave none, where there were {had}.", "SOURCE_EMPTY")


def _remarks(entries: Collection[Entry]) -> list[Finding]:
    return [_about_endpoint(entry, *remark) for entry in entries for remark in entry.remarks]


def _about_endpoint(entry: Entry, code: str, detail: str) -> Finding:
    return Finding(code, CATALOGUE[code].severity, entry.entity, "", "", entry.endpoint, detail)


def _all_entities(changes: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    return {entity: {kind: changes.get(entity, {}).get(kind, 0) for kind in KINDS_OF_CHANGE} for entity in ENTITIES}


def _outcomes(entries: Mapping[str, Entry]) -> dict[str, dict[str, int]]:
    return {name: entry.outcomes() for name, entry in entries.items()}


async def _remember(
    conn: Connection,
    job: Job,
    read: Read,
    snapshot: int,
    pages: Pages | None,
    outcomes: Mapping[str, dict[str, int]],
) -> None:
    """Remember for the next reading what a complete one read."""
    key = page_memory.key_of(job.source, job.source_school_id)
    if not read.reading.complete:
        return
    if pages is not None:
        await page_memory.remember(conn, job.district_id, job.school_id, snapshot, key, pages, outcomes)
    if read.cursor is not None:
        await cursors.save(conn, job.district_id, job.school_id, snapshot, key, read.cursor)
