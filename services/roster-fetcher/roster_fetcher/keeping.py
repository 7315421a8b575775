"""Keeps what was read as the school's next snapshot: one transaction, on the connection that holds the staged rows."""

from collections.abc import Collection, Mapping
from time import monotonic

from common.db import Connection, Row
from common.events import CountByEntity, CountByKind
from roster_fetcher import checks, findings, ledger, page_memory, records, snapshots
from roster_fetcher.catalogue import CATALOGUE
from roster_fetcher.checks import Moved
from roster_fetcher.findings import Finding
from roster_fetcher.job import Job
from roster_fetcher.ledger import Entry
from roster_fetcher.page_memory import Memory, Pages
from roster_fetcher.records import KINDS_OF_CHANGE
from roster_fetcher.snapshots import Snapshot
from roster_fetcher.staging import Staging

ENTITIES = ("school", "term", "class", "user", "enrolment")
PROOF = {
    "school": {"org"},
    "term": {"term"},
    "class": {"org", "class"},
    "user": {"org", "class", "enrolment", "user"},
    "enrolment": {"class", "enrolment", "user"},
}
"""Whose endpoints must be complete before a record of an entity may be taken for removed: all that could show it."""
NEVER_EMPTY = ("class", "user")
"""Where a school had some and the source gives none, sharing was switched off rather than everybody gone."""


async def keep_changes(
    conn: Connection, staged: Staging, job: Job, entries: Mapping[str, Entry], pages: Pages | None, began: float
) -> None:
    """Keep the staged rows as the next snapshot: check them as a whole, write what differs, close what is gone."""
    async with conn.transaction():
        last = await snapshots.latest(conn, job.district_id, job.school_id)
        await staged.complete()
        await _check(conn, job, entries)
        await _doubt(staged, entries.values(), last)
        complete = all(entry.complete for entry in entries.values())
        number = last["number"] + 1 if last else 1
        changes, counts = await _write(conn, job, number, closable(entries.values()))
        snapshot = Snapshot(number, job.run_id, complete, counts, _all_entities(changes), _since(began))
        await snapshots.add(conn, job.district_id, job.school_id, snapshot)
        await ledger.add(conn, job.district_id, job.run_id, entries.values())
        await findings.keep_staged(conn, job.district_id, job.run_id)
        if complete and pages is not None:
            await _remember(conn, job, number, pages)


async def keep_unchanged(
    conn: Connection, job: Job, entries: Mapping[str, Entry], memory: Memory, began: float
) -> None:
    """Every page was as it is behind the last snapshot: that roster stands, under the next number."""
    async with conn.transaction():
        last = await snapshots.latest(conn, job.district_id, job.school_id)
        assert last is not None
        await ledger.take_outcomes(conn, job.district_id, memory.run_id, entries.values())
        snapshot = Snapshot(last["number"] + 1, job.run_id, True, last["counts"], _all_entities({}), _since(began))
        await snapshots.add(conn, job.district_id, job.school_id, snapshot)
        await ledger.add(conn, job.district_id, job.run_id, entries.values())
        await findings.repeat(conn, job.district_id, job.run_id, memory.run_id)
        await _remember(conn, job, snapshot.number, memory.pages)


async def _write(
    conn: Connection, job: Job, number: int, closable_entities: list[str]
) -> tuple[CountByEntity, CountByKind]:
    """Write what differs as snapshot `number`; what changed, and how many records there are now."""
    changes = await records.compare(conn, job.district_id, job.school_id, closable_entities)
    if changes:
        await records.apply_difference(conn, job.district_id, job.school_id, number)
    if len(closable_entities) == len(ENTITIES):
        return changes, await records.count_staged(conn)
    return changes, await records.count_current(conn, job.district_id, job.school_id)


def closable(entries: Collection[Entry]) -> list[str]:
    """The entities of which a missing record is a removed one."""
    complete = {entry.entity for entry in entries} - {entry.entity for entry in entries if not entry.complete}
    return [entity for entity, proof in PROOF.items() if proof <= complete]


async def _check(conn: Connection, job: Job, entries: Mapping[str, Entry]) -> None:
    """Check the rows against each other; the ledger follows, so that its sums hold."""
    incomplete = {entry.entity for entry in entries.values() if not entry.complete}
    dropped = await checks.drop_doubles(conn)
    dropped += await checks.drop_enrolments_of_nobody(
        conn, job.district_id, job.school_id, users_complete="user" not in incomplete
    )
    for endpoint, warned, rows in dropped:
        entries[endpoint].skip_after_all(warned=warned, rows=rows)
    if not incomplete & {"class", "enrolment"}:
        moved: list[Moved] = await checks.warn_of_classes_without_teacher(conn)
        for endpoint, _, rows in moved:
            entries[endpoint].warn_after_all(rows)


async def _doubt(staged: Staging, entries: Collection[Entry], last: Row | None) -> None:
    """Note what is not complete, and take an emptiness that is new for a fault of sharing, not for the truth."""
    found = []
    for entry in entries:
        had = last["counts"].get(entry.entity, 0) if last else 0
        if entry.entity in NEVER_EMPTY and entry.complete and had and not entry.kept + entry.warned:
            entry.miss(f"The source gave none, where there were {had}.")
            found.append(_about_endpoint("SOURCE_EMPTY", entry))
        elif not entry.complete:
            found.append(_about_endpoint("SOURCE_INCOMPLETE", entry))
    await staged.add([], found)


def _about_endpoint(code: str, entry: Entry) -> Finding:
    return Finding(code, CATALOGUE[code].severity, entry.entity, "", "", entry.endpoint, entry.reason)


def _all_entities(changes: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    return {entity: {kind: changes.get(entity, {}).get(kind, 0) for kind in KINDS_OF_CHANGE} for entity in ENTITIES}


async def _remember(conn: Connection, job: Job, snapshot: int, pages: Pages) -> None:
    key = page_memory.key_of(job.source, job.source_school_id)
    await page_memory.remember(conn, job.district_id, job.school_id, snapshot, key, pages)


def _since(began: float) -> int:
    return round((monotonic() - began) * 1000)
