"""`rosterbus ledger`: what a run read, endpoint by endpoint."""

import json
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli.client import Client
from dashboard_api.cli.csv_out import AsCsv, Bom, Separator, write_csv
from dashboard_api.cli.trouble import plainly
from dashboard_api.words.amounts import number, size

OUTCOMES = ("announced", "received", "kept", "warned", "skipped", "out_of_scope")


@plainly
def ledger(
    run_id: Annotated[UUID, typer.Argument(help="The run's id.", metavar="RUN")],
    as_json: Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")] = False,
    as_csv: AsCsv = False,
    bom: Bom = False,
    separator: Separator = "comma",
) -> None:
    """Show what a run read: each endpoint, what became of its rows, and whether it was read completely."""
    client = Client.from_environment()
    if as_csv:
        write_csv(client, f"/runs/{run_id}/ledger.csv", bom, separator)
        return
    found = client.get(f"/runs/{run_id}/ledger")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    table = Table("Endpoint", box=None, pad_edge=False)
    for heading in ("Pages", *OUTCOMES, "Bytes"):
        table.add_column(heading.replace("_", " ").capitalize(), justify="right")
    table.add_column("Complete")
    for line in found["endpoints"]:
        numbers = (number(line[name]) for name in ("pages", *OUTCOMES))
        complete = "yes" if line["complete"] else f"no: {line['reason']}"
        table.add_row(line["endpoint"], *numbers, size(line["bytes_down"]), complete)
    Console().print(table)
