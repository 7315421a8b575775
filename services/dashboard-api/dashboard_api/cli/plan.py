"""`rosterbus plan`: what a run does in Moodle, or would."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.completions import run_ids
from dashboard_api.cli.csv_out import AsCsv, Bom, Separator, write_csv
from dashboard_api.cli.trouble import Trouble, plainly
from dashboard_api.words.amounts import count, number
from dashboard_api.words.kinds import ENTITIES, KINDS
from dashboard_api.words.standing import run_name

SHOWN = 200
"""Operations that a table shows; JSON and CSV have all."""


@plainly
def plan(
    run_id: Annotated[UUID, typer.Argument(help="The run's id.", metavar="RUN", autocompletion=run_ids)],
    removals: Annotated[bool, typer.Option("--removals", help="List what is taken away.")] = False,
    held: Annotated[bool, typer.Option("--held", help="List what waits for a decision.")] = False,
    entity: Annotated[str | None, typer.Option(help="List this kind of record: user, course, enrolment, …")] = None,
    kind: Annotated[str | None, typer.Option(help="List operations of this kind: create, update, suspend, …")] = None,
    state: Annotated[str | None, typer.Option(help="List what has come to this: planned, done, failed, …")] = None,
    graded: Annotated[
        bool | None, typer.Option("--graded/--not-graded", help="List what has graded work, or what has none.")
    ] = None,
    search: Annotated[str | None, typer.Option(help="List what concerns this person, course, group or key.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON: the plan, with its operations if they are listed.")] = (
        False
    ),
    as_csv: AsCsv = False,
    bom: Bom = False,
    separator: Separator = "comma",
) -> None:
    """Show what a run does: numbers, consequences, and operations if asked for."""
    if held and state not in (None, "held"):
        raise Trouble(f"--held lists what is held, and --state {state} what is not. Give one of them.")
    client = Client.from_environment()
    wanted: Json = {"entity": entity, "kind": kind, "state": "held" if held else state, "graded": graded}
    wanted |= {"removals": removals or None}
    if as_csv:
        if search:
            raise Trouble("A search may name people, and stands in no address: --csv cannot search. Take --json.")
        write_csv(client, f"/runs/{run_id}/operations.csv", bom, separator, **wanted)
        return
    found = client.get(f"/runs/{run_id}/plan")
    listing = search is not None or any(value is not None for value in wanted.values())
    operations = _operations(client, run_id, wanted, search) if listing else iter(())
    if as_json:
        listed = {"operations": list(operations)} if listing else {}
        typer.echo(json.dumps({**found, **listed}, ensure_ascii=False))
        return
    console = Console()
    _tell(console, found)
    if listing:
        show_operations(console, list(islice(operations, SHOWN + 1)))


def _operations(client: Client, run_id: UUID, wanted: Json, search: str | None) -> Iterator[Json]:
    """Names of people belong in no address, so a search is a POST."""
    path = f"/runs/{run_id}/operations"
    if search is None:
        yield from client.all(path, "operations", **wanted)
        return
    body = {**wanted, "removals": bool(wanted["removals"]), "search": search, "limit": 1000}
    after = None
    while True:
        page = client.post(f"{path}/search", {**body, "after": after})
        yield from page["operations"]
        after = page["next"]
        if after is None:
            return


def show_operations(console: Console, operations: list[Json]) -> None:
    """A table of operations, or of the first of them."""
    table = Table("No.", "What", "Record", "Person", "State", "Graded work", "Why", box=None, pad_edge=False)
    for one in operations[:SHOWN]:
        graded = "–" if one["graded"] is None else "yes" if one["graded"] else "no"
        what = f"{one['entity']} {KINDS.get(one['kind'], one['kind'])}"
        person = one["user_name"] or one["user_key"] or "–"
        table.add_row(
            *(number(one["seq"]), what, one["name"] or one["source_key"], person, one["state"], graded, one["code"])
        )
    console.print(table)
    if len(operations) > SHOWN:
        console.print(f"These are the first {SHOWN}; --csv has all.", highlight=False)


def _tell(console: Console, plan: Json) -> None:
    preview = " (a dry run)" if plan["dry_run"] else ""
    console.print(f"[bold]Plan: {run_name(plan).lower()} of {plan['school']}[/]{preview}", highlight=False)
    console.print(plan["consequences"], highlight=False, markup=False)
    table = Table("Record", "What", box=None, pad_edge=False)
    table.add_column("Number", justify="right")
    table.add_column("State")
    for entity in sorted(plan["counts"], key=list(ENTITIES).index):
        for kind, states in plan["counts"][entity].items():
            told = ", ".join(f"{number(n)} {state}" for state, n in states.items())
            table.add_row(ENTITIES[entity], KINDS.get(kind, kind), number(sum(states.values())), told)
    if plan["counts"]:
        console.print(table)
    if plan["messages"]:
        console.print(f"Moodle may send {count(plan['messages'], 'welcome message')}.", highlight=False)
    if plan["hold"]:
        hold = plan["hold"]
        tail = f" `rosterbus hold {hold['id']}` shows it." if hold["state"] == "open" else ""
        console.print(f"Hold {hold['id']}: {hold['state']}.{tail}", highlight=False, soft_wrap=True)
