"""`rosterbus compare`: what differs between what two runs read, or between two snapshots of a school."""

import json
from itertools import islice
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli.choose import the_school_id
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.completions import school_names
from dashboard_api.cli.csv_out import AsCsv, Bom, Separator, write_csv
from dashboard_api.cli.trouble import Trouble, plainly
from dashboard_api.words.amounts import number
from dashboard_api.words.kinds import entity_name
from dashboard_api.words.record_life import value_text

SHOWN = 200
"""Records that the table shows; JSON and CSV have all."""


@plainly
def compare(
    run: Annotated[str, typer.Argument(help="The earlier run; with --school a snapshot's number.", metavar="RUN")],
    other: Annotated[str, typer.Argument(help="The later one, of the same school.", metavar="OTHER")],
    school: Annotated[
        str | None, typer.Option(help="Compare this school's snapshots by number.", autocompletion=school_names)
    ] = None,
    district: Annotated[str | None, typer.Option(help="The district, where there are several.")] = None,
    entity: Annotated[str | None, typer.Option(help="Only this kind of record: user, class, enrolment, …")] = None,
    as_csv: AsCsv = False,
    bom: Bom = False,
    separator: Separator = "comma",
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for each record.")] = False,
) -> None:
    """Show what differs between what two runs of a school read: records added, removed, and changed field by field."""
    client = Client.from_environment()
    school_id = the_school_id(client, district, school)
    path, wanted = _runs(run, other) if school_id is None else _snapshots(school_id, run, other)
    wanted |= {"entity": entity}
    if as_csv:
        write_csv(client, f"{path}.csv", bom, separator, **wanted)
        return
    if as_json:
        for record in client.all(path, "records", **wanted):
            typer.echo(json.dumps(record, ensure_ascii=False))
        return
    console = Console()
    counts = client.get(path, limit=1, **wanted)["counts"]
    counts = {kind: changes for kind, changes in counts.items() if entity in (None, kind)}
    for entity, changes in counts.items():
        told = ", ".join(f"{number(n)} {change}" for change, n in sorted(changes.items()))
        console.print(f"{entity_name(entity)}: {told}", highlight=False)
    if not counts:
        console.print("Nothing differs.")
        return
    table = Table("Record", "Name", "Id at the source", "Change", "Field", "From", "To", box=None, pad_edge=False)
    for record in islice(client.all(path, "records", **wanted), SHOWN):
        about = (record["entity"], record["name"], record["key"], record["change"])
        for field in record["fields"] or [{"field": "", "from": "", "to": ""}]:
            values = (value_text(field["from"]), value_text(field["to"])) if field["field"] else ("", "")
            table.add_row(*about, field["field"], *values)
    console.print(table)
    if sum(n for changes in counts.values() for n in changes.values()) > SHOWN:
        console.print(f"These are the first {SHOWN} records; --csv has all.", highlight=False)


def _runs(run: str, other: str) -> tuple[str, Json]:
    try:
        return f"/runs/{UUID(run)}/compare/{UUID(other)}", {}
    except ValueError:
        raise Trouble("Give the ids of two runs; or with --school the numbers of two of its snapshots.") from None


def _snapshots(school_id: str, run: str, other: str) -> tuple[str, Json]:
    if not (run.isdecimal() and other.isdecimal()):
        raise Trouble("With --school give the numbers of two snapshots, as `rosterbus run ID --json` has them.")
    return f"/schools/{school_id}/compare", {"from": run, "to": other}
