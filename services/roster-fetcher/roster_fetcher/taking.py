"""Takes a page: its rows become records and findings, these are staged, and the page is forgotten."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from roster_fetcher.findings import Finding, Notes
from roster_fetcher.ledger import Entry
from roster_fetcher.outcomes import settle
from roster_fetcher.page_outcomes import Outcome, PageOutcomes, outcome_of
from roster_fetcher.sources.protocol import Endpoint, Page, SchoolReader
from roster_fetcher.staging import Mention, Staged, Staging


class Desk(NamedTuple):
    """What pages are worked on with. `outcomes`: where it is kept what becomes of pages, if it is."""

    staged: Staging
    reader: SchoolReader
    ledger: Mapping[str, Entry]
    outcomes: PageOutcomes | None = None


class Taken(NamedTuple):
    """What a page gave. `strangers`: some of its rows count only if somebody is enrolled."""

    rows: list[Staged]
    findings: list[Finding]
    strangers: bool


async def take(desk: Desk, endpoint: Endpoint, page: Page) -> None:
    """Take a page of an endpoint, or what became of it last time where that still holds."""
    if desk.outcomes is None or not (context := desk.reader.mapping.context(endpoint)):
        await _take_anew(desk, endpoint, page)
        return
    known = await desk.outcomes.recall(endpoint, page, context) if page.rows is None else None
    if known:
        await _take_known(desk, endpoint, known)
        return
    before = desk.ledger[endpoint.name].outcomes()
    taken = await _take_anew(desk, endpoint, page)
    await desk.outcomes.add(endpoint, page, context, outcome_of(*taken, desk.ledger[endpoint.name], before))


async def _take_known(desk: Desk, endpoint: Endpoint, known: Outcome) -> None:
    entry = desk.ledger[endpoint.name]
    entry.add_outcomes(known.ended)
    entry.note_ids(known.first_id, known.last_id)
    await desk.staged.add(known.rows, known.findings)


async def _take_anew(desk: Desk, endpoint: Endpoint, page: Page) -> Taken:
    reader, entry = desk.reader, desk.ledger[endpoint.name]
    notes = Notes(endpoint.entity)
    rows = reader.decode(endpoint, page)
    strangers = reader.mapping.strangers(rows) if endpoint.entity == "user" else {}
    enrolled = await desk.staged.enrolled([*strangers.values()])
    away = {page.first + place for place, key in strangers.items() if key not in enrolled}
    staged = settle(rows, page.first, reader.mapping.converter(endpoint, page, away), notes, entry, reader.owners)
    entry.count(out_of_scope=page.repeated)
    entry.note_ids(*_first_and_last(desk, endpoint, rows))
    await desk.staged.add(staged, notes.items, _mentioned(desk, endpoint, rows) if entry.changes_only else ())
    return Taken(staged, notes.items, bool(strangers))


def _mentioned(desk: Desk, endpoint: Endpoint, rows: Sequence[Any]) -> list[Mention]:
    about = (desk.reader.mapping.about(endpoint, row) for row in rows)
    return [mention for mention in about if mention]


def _first_and_last(desk: Desk, endpoint: Endpoint, rows: Sequence[Any]) -> tuple[str, str]:
    """The ids of a page's first and last row; blank where there is none."""
    ends = (_mentioned(desk, endpoint, rows[:1]), _mentioned(desk, endpoint, rows[-1:]))
    first, last = ("".join(key for _, key in end) for end in ends)
    return first, last
