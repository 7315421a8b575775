"""`rosterbus system`: queues, parked messages, workers and versions."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.csv_out import AsCsv, Bom, Separator, write_csv
from dashboard_api.cli.trouble import FAILED, Trouble, plainly
from dashboard_api.words.amounts import ago, count, moment, number

AsJson = Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")]
Ids = Annotated[
    list[str] | None, typer.Argument(help="Ids of messages, as `system parked` lists them.", metavar="[ID]")
]
Queue = Annotated[str, typer.Option(help="The queue, such as roster-fetcher.shared.")]
All = Annotated[bool, typer.Option("--all", help="All that are parked of the queue.")]

app = typer.Typer(help="How Rosterbus itself runs; for those who run it for all districts.", no_args_is_help=True)


@app.command()
@plainly
def queues(
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    bom: Bom = False,
    separator: Separator = "comma",
) -> None:
    """Show what waits for each service. The exit code is 1 if messages are parked."""
    client = Client.from_environment()
    if as_csv:
        write_csv(client, "/system/queues.csv", bom, separator)
        return
    found = client.get("/system/queues")
    if as_json:
        typer.echo(json.dumps(found))
    else:
        table = Table("Queue", box=None, pad_edge=False)
        for heading in ("Waiting", "In work", "Tried again later", "Parked", "Workers", "In a second", "Out a second"):
            table.add_column(heading, justify="right")
        for row in found["queues"]:
            shown = (row[name] for name in ("waiting", "in_work", "retrying", "parked", "workers"))
            rates = ("" if row[name] is None else f"{row[name]:.1f}" for name in ("rate_in", "rate_out"))
            table.add_row(row["queue"], *map(number, shown), *rates)
        Console().print(table)
    if any(row["parked"] for row in found["queues"]):
        raise typer.Exit(FAILED)


@app.command()
@plainly
def parked(
    queue: Annotated[str | None, typer.Option(help="Only this queue, such as roster-fetcher.shared.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many of a queue at the most.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List the messages that no attempt could handle, and why; with --json also what they say."""
    client = Client.from_environment()
    names = [queue] if queue else [q["queue"] for q in client.get("/system/queues")["queues"] if q["parked"]]
    found = [
        {"queue": name, **one}
        for name in names
        for one in client.get("/system/parked", queue=name, limit=limit)["parked"]
    ]
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    table = Table("Parked", "Queue", "Event", "Reason", "Error", "District", "Run", "Id", box=None, pad_edge=False)
    for one in found:
        since = ago(moment(one["parked_at"] or one["time"]), datetime.now(UTC))
        about = (str(one[name] or "") for name in ("type", "reason", "error", "district_id", "run_id", "id"))
        table.add_row(since, one["queue"], *about)
    Console().print(table)


@app.command()
@plainly
def requeue(
    queue: Queue,
    ids: Ids = None,
    all_: All = False,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    as_json: AsJson = False,
) -> None:
    """Give parked messages back to their queue, as if they came for the first time."""
    _act("requeue", queue, ids, all_, reason, as_json)


@app.command()
@plainly
def discard(
    queue: Queue,
    reason: Annotated[str, typer.Option(help="Why, for the record.")],
    ids: Ids = None,
    all_: All = False,
    as_json: AsJson = False,
) -> None:
    """Forget parked messages for good."""
    _act("discard", queue, ids, all_, reason, as_json)


@app.command()
@plainly
def workers(
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    bom: Bom = False,
    separator: Separator = "comma",
) -> None:
    """Show the processes of all services, and what each works on."""
    client = Client.from_environment()
    if as_csv:
        write_csv(client, "/system/workers.csv", bom, separator)
        return
    found = client.get("/system/workers")["workers"]
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    table = Table("Service", "State", "Where", "Version", "Pools", "Since", "Works on", box=None, pad_edge=False)
    for one in found:
        place, since = f"{one['host']}/{one['pid']}", ago(moment(one["started_at"]), datetime.now(UTC))
        table.add_row(one["service"], one["state"], place, one["version"], ", ".join(one["pools"]), since, _work(one))
    Console().print(table)


@app.command()
@plainly
def versions(as_json: AsJson = False) -> None:
    """Show which versions are at work."""
    found = Client.from_environment().get("/system/versions")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    table = Table("What", "Version", "Schema", "Processes", box=None, pad_edge=False)
    for one in found["services"]:
        table.add_row(one["service"], ", ".join(one["versions"]), one["schema_version"], number(one["workers"]))
    table.add_row("PostgreSQL", found["database"], "", "")
    table.add_row("RabbitMQ", found["broker"] or "away", "", "")
    Console().print(table)


def _act(what: str, queue: str, ids: list[str] | None, all_: bool, reason: str, as_json: bool) -> None:
    if bool(ids) == all_:
        raise Trouble("Name messages by their ids, or say --all. `rosterbus system parked` lists them.")
    body: Json = {"queue": queue, "ids": ids or None, "reason": reason}
    answer = Client.from_environment().post(f"/system/parked/{what}", body)
    if as_json:
        typer.echo(json.dumps(answer))
    else:
        done = {"requeue": "given back", "discard": "discarded"}[what]
        typer.echo(f"{count(len(answer['done']), 'message')} {done}.")
        for id_ in answer["missing"]:
            typer.echo(f"{id_} is not parked in {queue}.", err=True)
    if answer["missing"]:
        raise typer.Exit(FAILED)


def _work(worker: Json) -> str:
    return ", ".join(f"{work['type']} of {work['district_id']}" for work in worker["at_work"])
