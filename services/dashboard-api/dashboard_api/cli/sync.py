"""`rosterbus sync`: orders runs, and follows them to their ends if asked."""

import json
from dataclasses import dataclass
from time import monotonic
from typing import Annotated, Literal
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from common.catalogue import entry_of
from dashboard_api.cli.choose import the_district
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.completions import school_names
from dashboard_api.cli.follow import follow
from dashboard_api.cli.nightly_modes import Search, Status, choice
from dashboard_api.cli.records import record_of
from dashboard_api.cli.trouble import FAILED, Trouble, plainly
from dashboard_api.words.amounts import count, duration, number
from dashboard_api.words.kinds import total
from dashboard_api.words.standing import REFUSALS, run_badge

Mode = Literal["partial", "full", "refresh"]


@plainly
def sync(
    schools: Annotated[
        list[str] | None, typer.Argument(help="Schools, by name or id.", metavar="SCHOOL", autocompletion=school_names)
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="All schools that are set up.")] = False,
    district: Annotated[str | None, typer.Option(help="The district, where there are several.")] = None,
    status: Status = None,
    search: Search = None,
    mode: Annotated[
        Mode, typer.Option(help="partial: what is new; full: Moodle is made to match; refresh: only count.")
    ] = "partial",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Stop after the plan; nothing is sent to Moodle.")] = False,
    scope: Annotated[
        str | None, typer.Option(help="Only one class or person of the one school: class:ID or user:ID.")
    ] = None,
    retry_failed: Annotated[
        UUID | None, typer.Option(help="Do again what failed in this run, and nothing else.", metavar="RUN")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    wait: Annotated[bool, typer.Option("--wait", help="Follow the runs to their ends.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The last line is one JSON object.")] = False,
    timeout: Annotated[float | None, typer.Option(help="Seconds to wait at the most.")] = None,
) -> None:
    """Sync schools. With --wait the exit code is 1 if any run failed or did not start."""
    client = Client.from_environment()
    body: Json = {"dry_run": dry_run, "reason": reason}
    began = monotonic()
    if retry_failed is not None:
        if schools or all_ or status or search:
            raise Trouble("--retry-failed names a run, and with it the school; name no schools beside it.")
        district_id = client.get(f"/runs/{retry_failed}")["district_id"]
        order = client.post(f"/runs/{retry_failed}/retry", body)
    else:
        district_id = the_district(client, district)
        body |= {"mode": mode, "scope": record_of(scope) if scope else None}
        body |= choice(client, district_id, schools, {"status": status, "search": search}, all_)
        order = client.post(f"/districts/{district_id}/runs", body)
    if not wait:
        _tell_order(order, as_json)
        return
    locale = client.get(f"/districts/{district_id}")["locale"]
    runs = follow(client, district_id, order, Console(stderr=True), timeout)
    report = Report(sorted(runs, key=lambda run: str(run["school"]).lower()), monotonic() - began, locale)
    report.tell(as_json)
    if report.failed:
        raise typer.Exit(FAILED)


@dataclass(frozen=True)
class Report:
    """What became of an order's runs, by school; `seconds` from the order to the last end; failures in the locale."""

    runs: list[Json]
    seconds: float
    locale: str

    @property
    def failed(self) -> int:
        """Runs that failed or were not admitted."""
        return sum(run["status"] != "completed" for run in self.runs)

    def tell(self, as_json: bool) -> None:
        """The table; with `as_json` on standard error, so that standard output is the object alone."""
        console = Console(stderr=as_json)
        console.print(self._table())
        for run in self.runs:
            if run["status"] != "completed":
                console.print(f"{run['school']}: {_why(run, self.locale)}", highlight=False, markup=False)
        if as_json:
            typer.echo(json.dumps(self._object(), ensure_ascii=False))

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False)
        for heading in ("School", "Outcome"):
            table.add_column(heading)
        for heading in ("Changes", "Errors", "Calls", "Duration"):
            table.add_column(heading, justify="right")
        for run in self.runs:
            numbers = (number(total(run["actions"])), number(run["errors"]), number(run["calls"]))
            table.add_row(str(run["school"]), run_badge(run).word, *numbers, duration(run["duration_ms"]))
        table.caption = f"{count(len(self.runs), 'school')}, {self.failed} failed, {duration(self.seconds * 1000)}"
        table.caption_justify = "left"
        return table

    def _object(self) -> Json:
        return {
            "runs": [_brief(run) for run in self.runs],
            "failed": self.failed,
            "seconds": round(self.seconds, 1),
        }


def _brief(run: Json) -> Json:
    return {
        "school": run["school"],
        "run_id": run["id"],
        "outcome": run["outcome"] if run["status"] == "completed" else run["status"],
        "errors": run["errors"] or 0,
        "duration_ms": run["duration_ms"] or 0,
        "counts": run["counts"] or {},
        "actions": run["actions"] or {},
        "calls": run["calls"] or 0,
    }


def _why(run: Json, locale: str) -> str:
    if run["status"] == "refused":
        return REFUSALS.get(run["refusal"], "It was not admitted.")
    words = entry_of(run["failure_code"] or "").words(locale)
    return " ".join(part for part in (f"{words.title}.", run["failure_detail"], words.remedy) if part)


def _tell_order(order: Json, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(order))
        return
    runs = count(len(order["runs"]), "run")
    typer.echo(f"Ordered {runs}. `rosterbus order {order['order_id']}` shows how they stand.")
