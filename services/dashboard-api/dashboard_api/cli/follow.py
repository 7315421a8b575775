"""Follows the runs of an order to their ends, asking once a second, with a line for each school on standard error."""

from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.trouble import FAILED, Trouble
from dashboard_api.cli.waiting import answers, deadline
from dashboard_api.words.amounts import duration
from dashboard_api.words.standing import ENDED, did, progress_words, run_badge

EVERY_SECONDS = 1.0
MARKS = {"ok": "[green]✓[/]", "warn": "[yellow]▲[/]", "bad": "[red]✗[/]"}


class Display:
    """What is under way, live; what has ended, above it. Without a terminal only the latter."""

    def __init__(self, console: Console, total: int) -> None:
        columns = (
            TextColumn("{task.description}", markup=False),
            TextColumn("[dim]{task.fields[words]}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
        )
        self.progress = Progress(*columns, console=console, disable=not console.is_terminal)
        self._console = console
        self._all = self.progress.add_task("All schools", total=total, words=f"0 of {total}")
        self._tasks: dict[str, TaskID] = {}
        self._ended: set[str] = set()

    def show(self, runs: Sequence[Json]) -> None:
        """Bring the lines up to date."""
        for run in runs:
            if run["status"] in ENDED:
                self._end(run)
            elif run["status"] not in ("ordered", "requested"):
                self._advance(run)
        self.progress.update(self._all, completed=len(self._ended), words=f"{len(self._ended)} of {len(runs)}")

    def _advance(self, run: Json) -> None:
        if run["id"] not in self._tasks:
            self._tasks[run["id"]] = self.progress.add_task(_name(run), total=None, words="")
        told: Json = next((phase for phase in run["phases"] if phase["phase"] == run["status"]), {})
        self.progress.update(
            self._tasks[run["id"]],
            words=progress_words({"status": run["status"], **told}),
            completed=told.get("done") or 0,
            total=told.get("total"),
        )

    def _end(self, run: Json) -> None:
        if run["id"] in self._ended:
            return
        self._ended.add(run["id"])
        if run["id"] in self._tasks:
            self.progress.remove_task(self._tasks.pop(run["id"]))
        badge = run_badge(run)
        words = ", ".join(part for part in (badge.word.lower(), did(run)) if part)
        self._console.print(
            f"{MARKS.get(badge.tone, '–')} [bold]{_escaped(run)}[/] {words} [dim]{duration(run['duration_ms'])}",
            highlight=False,
        )


def follow(client: Client, district_id: str, order: Json, console: Console, timeout: float | None) -> list[Json]:
    """The runs of an order once all have ended. Raises `Trouble` after `timeout` seconds (None: never)."""
    expected = len(order["runs"])
    display = Display(console, expected)
    runs: list[Json] = []

    def ask() -> list[Json]:
        return list(client.all("/runs", "runs", district=district_id, order=order["order_id"]))

    with display.progress:
        for runs in answers(ask, deadline(timeout), EVERY_SECONDS):
            display.show(runs)
            if len(runs) >= expected and all(run["status"] in ENDED for run in runs):
                return runs
    late = sorted(_name(run) for run in runs if run["status"] not in ENDED)
    raise Trouble(f"Not ended within {timeout:g} s: {', '.join(late)}. They go on.", FAILED)


def _name(run: Json) -> str:
    return str(run["school"] or run["school_id"])


def _escaped(run: Json) -> str:
    return _name(run).replace("[", r"\[")
