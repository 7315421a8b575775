"""`rosterbus schools`, `runs` and `run`: how things stand, as tables or as JSON."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli.choose import have_several_sources, the_school_id
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.completions import run_ids, school_names
from dashboard_api.cli.csv_out import AsCsv, Bom, Separator, write_csv
from dashboard_api.cli.trouble import plainly
from dashboard_api.words.amounts import ago, duration, exact, moment, number, size
from dashboard_api.words.kinds import OVERVIEW, counts_in_order, summary
from dashboard_api.words.standing import did, last_sync, progress_words, run_badge, run_name, run_sentence, school_badge

District = Annotated[str | None, typer.Option(help="Only this district.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")]


@plainly
def schools(
    district: District = None,
    status: Annotated[str | None, typer.Option(help="Only schools that stand so, such as with_errors.")] = None,
    search: Annotated[str | None, typer.Option(help="Only schools whose name has these words.")] = None,
    sort: Annotated[
        str, typer.Option(help="name, status, nightly, errors, last_sync, read, student, …; -errors: the most first.")
    ] = "name",
    target: Annotated[str | None, typer.Option(help="Only schools of this Moodle site, by id.")] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    bom: Bom = False,
    separator: Separator = "comma",
) -> None:
    """List schools: what is shared, and how each stands."""
    client = Client.from_environment()
    wanted = {"district": district, "status": status, "search": search, "sort": sort, "target": target}
    if as_csv:
        write_csv(client, "/schools.csv", bom, separator, **wanted)
        return
    rows = list(client.all("/schools", "schools", **wanted))
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    several = have_several_sources(rows)
    before = ("School", "Id", "Source") if several else ("School", "Id")
    table = _table(before, OVERVIEW.values(), ("Status", "Errors", "Last sync"))
    for school in rows:
        counts = school["counts"] or {}
        activity = school["activity"]
        status = progress_words(activity) if activity else school_badge(school).word
        last = school["last_run"]
        ended = f"{_ago(last['ended_at'])}, {last_sync(last)}" if last else "never"
        numbers = [number(counts.get(kind)) for kind in OVERVIEW]
        names = (school["name"], school["source_school_id"], *((school["source_id"],) if several else ()))
        table.add_row(*names, *numbers, status, number(school["errors"]), ended)
    Console().print(table)


@plainly
def runs(
    district: District = None,
    school: Annotated[
        str | None, typer.Option(help="Only this school, by name or id.", autocompletion=school_names)
    ] = None,
    order: Annotated[UUID | None, typer.Option(help="Only the runs of this order.", metavar="ID")] = None,
    status: Annotated[str | None, typer.Option(help="Only runs that have come this far: ordered, applying, …")] = None,
    standing: Annotated[str | None, typer.Option(help="Only runs that stand so: running, failed, held, …")] = None,
    what: Annotated[str | None, typer.Option(help="Only such runs: nightly, full, undo, device, preview, …")] = None,
    trigger: Annotated[
        str | None, typer.Option(help="Only runs that this began: schedule, person, decision or arrival.")
    ] = None,
    search: Annotated[str | None, typer.Option(help="Only runs of schools whose name has these words.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at the most; CSV has all.")] = 20,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    bom: Bom = False,
    separator: Separator = "comma",
) -> None:
    """List runs, the newest first."""
    client = Client.from_environment()
    school_id = the_school_id(client, district, school)
    wanted = {"district": district, "school": school_id, "order": order, "search": search}
    wanted |= {"status": status, "standing": standing, "what": what, "trigger": trigger}
    if as_csv:
        write_csv(client, "/runs.csv", bom, separator, **wanted)
        return
    rows = list(islice(client.all("/runs", "runs", **wanted), limit))
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = _table(("When", "School", "What", "Status", "Did"), ("Errors", "Duration"), ("Run",))
    for run in rows:
        cells = (_ago(run["noted_at"]), str(run["school"]), run_name(run), run_badge(run).word)
        table.add_row(*cells, did(run), number(run["errors"]), duration(run["duration_ms"]), run["id"])
    Console().print(table)


@plainly
def run(
    run_id: Annotated[UUID, typer.Argument(help="The run's id.", metavar="ID", autocompletion=run_ids)],
    errors: Annotated[bool, typer.Option("--errors", help="List its data errors, record by record.")] = False,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Its data errors as CSV.")] = False,
    bom: Bom = False,
    separator: Separator = "comma",
) -> None:
    """Show one run: phases, data, what was done, and which errors to look at."""
    client = Client.from_environment()
    if as_csv:
        write_csv(client, f"/runs/{run_id}/errors.csv", bom, separator)
        return
    if errors:
        _show_errors(list(client.all(f"/runs/{run_id}/errors", "errors")), as_json)
        return
    found = client.get(f"/runs/{run_id}")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    console = Console()
    console.print(f"[bold]{run_name(found)} of {found['school']}[/]", highlight=False)
    console.print(f"{run_badge(found).word}. {run_sentence(found)}", highlight=False, markup=False)
    console.print(_facts(found))
    if found["errors_by_code"]:
        console.print(_errors(found["errors_by_code"]))


def _show_errors(errors: list[Json], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(errors, ensure_ascii=False))
        return
    table = _table(("Code", "Severity", "Record", "Id at the source", "Field", "Value"), (), ())
    for one in errors:
        table.add_row(*(one[key] for key in ("code", "severity", "entity", "source_id", "field", "value")))
    Console().print(table)


def _facts(run: Json) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    zone = run["timezone"]
    facts = {
        "Event id": run["id"],
        "Ordered": exact(moment(run["ordered_at"]), zone),
        "Started": exact(moment(run["requested_at"]), zone),
        "Ended": exact(moment(run["ended_at"]), zone),
        "Duration": duration(run["duration_ms"]),
        "Source": f"↑ {size(run['source_up'])} sent, ↓ {size(run['source_down'])} received",
        "Moodle": f"↑ {size(run['target_up'])} sent, ↓ {size(run['target_down'])} received",
        "Calls": number(run["calls"]),
        "Shared": ", ".join(f"{number(n)} {name.lower()}" for name, n in counts_in_order(run["counts"])) or "–",
        "Planned": summary(run["plan"]) or "–",
        "Done": summary(run["actions"]) or "–",
    }
    for name, value in facts.items():
        table.add_row(f"[dim]{name}[/]", value)
    return table


def _errors(errors: list[Json]) -> Table:
    table = _table(("Code", "Severity"), ("Records",), ("What happened", "What to do"))
    for error in errors:
        table.add_row(error["code"], error["severity"], number(error["occurrences"]), error["title"], error["remedy"])
    return table


def _table(before: Iterable[str], numbers: Iterable[str], after: Iterable[str]) -> Table:
    """A table with numbers, aligned to the right, between texts."""
    table = Table(box=None, pad_edge=False)
    for heading in before:
        table.add_column(heading)
    for heading in numbers:
        table.add_column(heading, justify="right")
    for heading in after:
        table.add_column(heading)
    return table


def _ago(value: str | None) -> str:
    return ago(moment(value), datetime.now(UTC))
