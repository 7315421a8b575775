"""The name that is typed before something dangerous, and acts that then wait for a second person."""

import json
import sys
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Literal
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli.choose import the_school_id
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.completions import school_names
from dashboard_api.cli.csv_out import AsCsv, Bom, Separator, write_csv
from dashboard_api.cli.trouble import Trouble, plainly
from dashboard_api.words.amounts import ago, exact, moment

Confirm = Annotated[
    str | None, typer.Option("--confirm", help="The name of the school (with --all: of the district), to confirm.")
]
State = Literal["waiting", "confirmed", "rejected", "expired"]


def typed(given: str | None, name: str, what: str) -> None:
    """Have the name typed, unless --confirm gave it. Raises `Trouble` if it is another, or nobody can be asked."""
    if given is None and sys.stdin.isatty():
        given = typer.prompt(f"This {what}. Type {name} to confirm", err=True)
    if given is None or given.strip().casefold() != name.strip().casefold():
        raise Trouble(f'This {what}. To confirm, add --confirm "{name}". Nothing was done.')


def because(given: str, what: str) -> str:
    """The reason, asked for unless --reason gave it. Raises `Trouble` if there is none, and nobody can be asked."""
    if not given.strip() and sys.stdin.isatty():
        given = typer.prompt("Why? The reason is kept in the audit log", err=True)
    if not given.strip():
        raise Trouble(f'This {what}. Say why with --reason "…"; it is kept in the audit log. Nothing was done.')
    return given


def tell_waiting(answer: Json, as_json: bool) -> bool:
    """Say so if an act waits for a second person; whether it does."""
    consent = answer.get("consent")
    if consent is None:
        return False
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return True
    until = exact(moment(consent["expires_at"]), consent["timezone"])
    typer.echo(
        f"{consent['school']}: this waits for a second person until {until}. "
        f"Somebody else confirms it with `rosterbus consent confirm {consent['id']}`."
    )
    return True


@plainly
def consents(
    district: Annotated[str | None, typer.Option(help="Only this district.")] = None,
    school: Annotated[
        str | None, typer.Option(help="Only this school, by name or id.", autocompletion=school_names)
    ] = None,
    state: Annotated[State | None, typer.Option(help="Only those that stand so.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at the most; CSV has all.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")] = False,
    as_csv: AsCsv = False,
    bom: Bom = False,
    separator: Separator = "comma",
) -> None:
    """List acts that wait for a second person, and what became of others, the newest first."""
    client = Client.from_environment()
    wanted = {"district": district, "school": the_school_id(client, district, school), "state": state}
    if as_csv:
        write_csv(client, "/consents.csv", bom, separator, **wanted)
        return
    rows = list(islice(client.all("/consents", "consents", **wanted), limit))
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = Table("Asked", "School", "What", "By", "Why", "State", box=None, pad_edge=False)
    table.add_column("Id", no_wrap=True)
    for one in rows:
        asked = ago(moment(one["asked_at"]), datetime.now(UTC))
        table.add_row(
            asked, str(one["school"]), one["title"], str(one["asked_by_name"]), one["reason"], one["state"], one["id"]
        )
    Console().print(table)


@plainly
def consent(
    words: Annotated[list[str], typer.Argument(help="ID, or confirm or reject and ID.", metavar="[WHAT] ID")],
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")] = False,
) -> None:
    """Show what waits for a second person; confirm it, which does it now, or reject it."""
    *what, id_ = words
    if len(what) > 1 or (what and what[0] not in ("confirm", "reject")):
        raise Trouble("Give an id, or confirm or reject and then the id.")
    try:
        path = f"/consents/{UUID(id_)}"
    except ValueError:
        raise Trouble(f"{id_} is not the id of something that waits. `rosterbus consents` lists them.") from None
    client = Client.from_environment()
    found = client.post(f"{path}/{what[0]}", {"reason": reason}) if what else client.get(path)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    run_id = (found["outcome"] or {}).get("run_id")
    does = f" The run {run_id} does it." if run_id else ""
    typer.echo(f"{found['school']}: {found['title']}, asked for by {found['asked_by_name']} ({found['reason']}).")
    typer.echo(f"{found['state_title']}.{does}")
