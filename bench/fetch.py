"""What a fetch costs, each line as a ratio to a floor measured in the same run: `python -m bench.fetch`.

Both sides take turns, so that a busy moment hits both; the median of all rounds counts. The source is a OneRoster
server in a process of its own, that packs its pages with gzip; PostgreSQL is private and does not wait for the disk.
"""

import argparse
import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from uuid import UUID, uuid4

import structlog

from bench import fetch_floors as floors
from bench.fetch_memory import peak_of_a_fetch
from bench.fetch_one_percent import one_percent_changed
from bench.fetch_stage import Size, Stage, stage
from common.runtime import spare_what_stays

FOLDER = Path(__file__).parents[1] / ".local" / "bench"


class Line:
    """One benchmark: what it is, what it may cost at the most, and each round's floor and cost in seconds."""

    def __init__(self, name: str, bound: float) -> None:
        self.name = name
        self.bound = bound
        self.rounds: list[tuple[float, float]] = []

    def add(self, floor: float, ours: float) -> None:
        """Note a round."""
        self.rounds.append((floor, ours))

    def __str__(self) -> str:
        floor, ours = (median(column) for column in zip(*self.rounds, strict=True))
        ratio = median(ours / floor for floor, ours in self.rounds)
        verdict = "within" if ratio <= self.bound else "OVER"
        return f"{self.name:<42} {floor:8.3f} {ours:8.3f} {ratio:7.2f} {self.bound:7.1f}  {verdict}"


MILLION = Size(users=300_000, enrolments=1_000_000, page=5_000)


async def main(size: Size, rounds: int) -> None:
    """Measure and print a table, and the memory that ten times as many enrolments need."""
    first = Line("first load", 2.0)
    unchanged = Line("unchanged full fetch, pages equal", 1.2)
    one_page = Line("the same with one page changed", 1.5)
    one_percent = Line("1 % changed, with change log", 2.5)
    async with stage(size, FOLDER / str(uuid4())) as here:
        school = uuid4()
        pages, _ = await floors.download(here)
        rows, _ = floors.decode(pages)
        floors.check(rows)
        print(f"{len(rows)} rows in {len(pages)} pages of at most {size.page}, {floors.unpacked_size(pages) >> 20} MB")
        await here.fetch(school)
        await here.rename(f"student-{rounds + 1:07}")
        await here.fetch(school)  # what becomes of pages is kept from the second reading on
        for number in range(rounds):
            await here.settle()
            await _first_load(here, first)
            await _unchanged(here, school, unchanged)
            await _one_page_changed(here, school, one_page, f"student-{number + 1:07}")
            await one_percent_changed(here, school, one_percent.add)
        memory = await peak_of_a_fetch(here)
    _show([unchanged, one_page, one_percent, first])
    print(f"peak memory of a fetch: {memory:.0f} MB (at most 200)", flush=True)
    async with stage(MILLION, FOLDER / str(uuid4())) as here:
        memory = await peak_of_a_fetch(here)
    print(f"the same with {MILLION.enrolments:,} enrolments: {memory:.0f} MB (at most 200)")


async def _first_load(here: Stage, line: Line) -> None:
    floor = await _parts(here, None)
    line.add(floor, await here.fetch(uuid4()))
    await here.pool.execute("DELETE FROM record WHERE school_id NOT IN (SELECT school_id FROM page_memory)")


async def _unchanged(here: Stage, school: UUID, line: Line) -> None:
    _, floor = await floors.download(here)
    line.add(floor, await here.fetch(school))


async def _one_page_changed(here: Stage, school: UUID, line: Line, user: str) -> None:
    await here.rename(user)
    floor = await _parts(here, school)
    line.add(floor, await here.fetch(school))


async def _parts(here: Stage, school: UUID | None) -> float:
    """Download, decode and COPY, one after the other: into a table like `record`, or, with a diff, beside it."""
    pages, downloaded = await floors.download(here)
    rows, decoded = floors.decode(pages)
    records = floors.records(rows)
    async with here.pool.acquire() as conn:
        if school is None:
            return downloaded + decoded + await floors.copy_kept(conn, records, here.page)
        copied = await floors.copy_staged(conn, records, here.page)
        return downloaded + decoded + copied + await floors.diff(conn, school)


def _show(lines: Sequence[Line]) -> None:
    print(f"{'':<42} {'floor s':>8} {'ours s':>8} {'ratio':>7} {'at most':>7}")
    for line in lines:
        print(line)


def run(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--enrolments", type=int, default=300_000)
    parser.add_argument("--page", type=int, default=5_000, help="rows a page")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    spare_what_stays()  # as the service does when it starts
    asyncio.run(main(Size(given.users, given.enrolments, given.page), given.rounds))


if __name__ == "__main__":
    run()
