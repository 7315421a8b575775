"""`rosterbus compare`: what differs between what two runs read."""

import json
from itertools import islice
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli.client import Client
from dashboard_api.cli.csv_out import AsCsv, Bom, Separator, write_csv
from dashboard_api.cli.trouble import plainly
from dashboard_api.words.amounts import number
from dashboard_api.words.kinds import entity_name
from dashboard_api.words.record_life import value_text

SHOWN = 200
"""Records that the table shows; JSON and CSV have all."""


@plainly
def compare(
    run_id: Annotated[UUID, typer.Argument(help="The earlier run.", metavar="RUN")],
    other_id: Annotated[UUID, typer.Argument(help="The later run, of the same school.", metavar="OTHER")],
    as_csv: AsCsv = False,
    bom: Bom = False,
    separator: Separator = "comma",
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for each record.")] = False,
) -> None:
    """Show what differs between what two runs of a school read: records added, removed, and changed field by field."""
    client, path = Client.from_environment(), f"/runs/{run_id}/compare/{other_id}"
    if as_csv:
        write_csv(client, path, bom, separator, format="csv")
        return
    if as_json:
        for record in client.all(path, "records"):
            typer.echo(json.dumps(record, ensure_ascii=False))
        return
    console = Console()
    counts = client.get(path, limit=1)["counts"]
    for entity, changes in counts.items():
        told = ", ".join(f"{number(n)} {change}" for change, n in sorted(changes.items()))
        console.print(f"{entity_name(entity)}: {told}", highlight=False)
    if not counts:
        console.print("Nothing differs.")
        return
    table = Table("Record", "Name", "Id at the source", "Change", "Field", "From", "To", box=None, pad_edge=False)
    for record in islice(client.all(path, "records"), SHOWN):
        about = (record["entity"], record["name"], record["key"], record["change"])
        for field in record["fields"] or [{"field": "", "from": "", "to": ""}]:
            values = (value_text(field["from"]), value_text(field["to"])) if field["field"] else ("", "")
            table.add_row(*about, field["field"], *values)
    console.print(table)
    if sum(n for changes in counts.values() for n in changes.values()) > SHOWN:
        console.print(f"These are the first {SHOWN} records; --csv has all.", highlight=False)
