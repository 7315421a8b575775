"""`rosterbus order`: how far the runs of an order are."""

import json
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.trouble import FAILED, plainly
from dashboard_api.words.amounts import number

AsJson = Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")]


@plainly
def order(
    order_id: Annotated[UUID, typer.Argument(help="The order's id, or that of a decided hold.", metavar="ID")],
    as_json: AsJson = False,
) -> None:
    """Show an order: how many of its runs have ended, and how. The exit code is 1 if any failed or did not start."""
    found = Client.from_environment().get(f"/orders/{order_id}")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        _tell(found)
    if any(run["status"] in ("failed", "refused") for run in found["runs"]):
        raise typer.Exit(FAILED)


def _tell(order: Json) -> None:
    console = Console()
    console.print(f"{number(order['done'])} of {number(order['total'])} runs have ended.", highlight=False)
    table = Table("School", "Status", "Outcome", "Run", box=None, pad_edge=False)
    for run in order["runs"]:
        table.add_row(str(run["school"]), run["status"], run["outcome"] or run["failure_code"] or "–", run["run_id"])
    console.print(table)
