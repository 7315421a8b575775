"""`rosterbus cancel` and `pools`."""

import json
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.completions import run_ids
from dashboard_api.cli.csv_out import AsCsv, Bom, Separator, write_csv
from dashboard_api.cli.trouble import FAILED, plainly
from dashboard_api.words.amounts import count, number

AsJson = Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")]


@plainly
def cancel(
    run_id: Annotated[UUID, typer.Argument(help="The run's id.", metavar="ID", autocompletion=run_ids)],
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    as_json: AsJson = False,
) -> None:
    """Cancel a run: at once if it waits, at the next safe point if it is under way."""
    answer = Client.from_environment().post(f"/runs/{run_id}/cancel", {"reason": reason})
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    typer.echo(f"The run is to stop. `rosterbus run {run_id}` shows when it has.")


@plainly
def pools(as_json: AsJson = False, as_csv: AsCsv = False, bom: Bom = False, separator: Separator = "comma") -> None:
    """Show the pools of workers. The exit code is 1 if one has no workers."""
    client = Client.from_environment()
    if as_csv:
        write_csv(client, "/pools.csv", bom, separator)
        return
    found = list(client.all("/pools", "pools"))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        Console().print(_pools(found))
    empty = [pool for pool in found if any(not service["workers"] for service in pool["services"])]
    for pool in empty if not as_json else []:
        services = " and ".join(service["service"] for service in pool["services"] if not service["workers"])
        typer.echo(
            f"The pool {pool['pool']} has no {services}: {count(pool['districts'], 'district')} cannot sync. "
            f"Nothing is lost; start one with ROSTERBUS_POOLS={pool['pool']}.",
            err=True,
        )
    if empty:
        raise typer.Exit(FAILED)


def _pools(found: list[Json]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("Pool")
    for heading in ("Districts", "Running", "Waiting"):
        table.add_column(heading, justify="right")
    table.add_column("Service")
    for heading in ("Workers", "In the queue"):
        table.add_column(heading, justify="right")
    for pool in found:
        cells = (pool["pool"], number(pool["districts"]), number(pool["running"]), number(pool["waiting"]))
        for service in pool["services"] or [{"service": "not looked at yet", "workers": None, "messages": None}]:
            table.add_row(*cells, service["service"], number(service["workers"]), number(service["messages"]))
            cells = ("", "", "", "")
    return table
