"""`rosterbus school`: how one school stands, and why."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli.choose import the_district, the_schools
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.errors import causes_table
from dashboard_api.cli.trouble import plainly
from dashboard_api.words.amounts import ago, ahead, duration, exact, moment, number
from dashboard_api.words.kinds import OVERVIEW
from dashboard_api.words.standing import did, progress_words, run_badge, run_name, school_badge, school_why


@plainly
def school(
    name: Annotated[str, typer.Argument(help="The school, by name or id.", metavar="SCHOOL")],
    district: Annotated[str | None, typer.Option(help="The district, where there are several.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")] = False,
) -> None:
    """Show one school: status, counts, next night, errors by cause, and its last runs."""
    client = Client.from_environment()
    id_ = the_schools(client, the_district(client, district), [name])[0]["id"]
    found = client.get(f"/schools/{id_}")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    console = Console()
    console.print(f"[bold]{found['name']}[/]", highlight=False)
    why = school_why(found)
    console.print(f"{school_badge(found).word}{f': {why}' if why else ''}.", highlight=False, markup=False)
    for table in (_facts(found), _counts(found), causes_table(found["causes"]), _runs(found["runs"])):
        if table.row_count:
            console.print(table)


def _facts(school: Json) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    now, zone = datetime.now(UTC), school["timezone"]
    facts = {
        "Now": progress_words(school["activity"]) if school["activity"] else "idle",
        "Next night": _when(school["next_night"] and school["next_night"]["at"], zone, now) or "none",
        "Roster read": ago(moment(school["counts_at"]), now),
        "Paused by": school["mode_by"] if school["mode"] != "on" else None,
        "Held": number(school["hold"]["held"]) if school["hold"] else None,
        "Devices": number(school["devices"]) if school["devices"] else None,
    }
    for name, value in facts.items():
        if value:
            table.add_row(f"[dim]{name}[/]", value)
    return table


def _when(value: str | None, zone: str, now: datetime) -> str:
    return f"{ahead(moment(value), now)} ({exact(moment(value), zone)})" if value else ""


def _counts(school: Json) -> Table:
    table = Table("", box=None, pad_edge=False)
    for heading in ("Shared", "In Moodle"):
        table.add_column(heading, justify="right")
    shared, present = school["counts"] or {}, {**(school["in_moodle"] or {})}
    present["class"] = present.get("course")
    for kind, name in OVERVIEW.items():
        if shared.get(kind) or present.get(kind):
            table.add_row(name, number(shared.get(kind)), number(present.get(kind)))
    return table


def _runs(runs: list[Json]) -> Table:
    table = Table("When", "What", "Status", "Did", box=None, pad_edge=False)
    for heading in ("Errors", "Duration"):
        table.add_column(heading, justify="right")
    table.add_column("Run")
    for run in runs:
        cells = (ago(moment(run["noted_at"]), datetime.now(UTC)), run_name(run), run_badge(run).word, did(run))
        table.add_row(*cells, number(run["errors"]), duration(run["duration_ms"]), run["run_id"])
    return table
