"""`rosterbus keys …`: API keys."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.auth.principal import SCOPES
from dashboard_api.cli.choose import school_ids
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.csv_out import AsCsv, Bom, Separator, write_csv
from dashboard_api.cli.trouble import Trouble, plainly
from dashboard_api.cli.users import AsJson, Districts
from dashboard_api.words.amounts import ago, moment, number

app = typer.Typer(help="API keys.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The key's name.", metavar="NAME")]
HEADINGS = ("Name", "May", "Districts", "Schools", "Made by", "Until", "Last used")


@app.command("list")
@plainly
def list_(
    district: Annotated[str | None, typer.Option(help="Only keys for this district.")] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    bom: Bom = False,
    separator: Separator = "comma",
) -> None:
    """List keys: what each may do, and when it was last used."""
    client = Client.from_environment()
    if as_csv:
        write_csv(client, "/keys.csv", bom, separator, district=district)
        return
    found = list(client.all("/keys", "keys", district=district))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    table = Table(*HEADINGS, box=None, pad_edge=False)
    for key in found:
        table.add_row(*_cells(key))
    Console().print(table)


@app.command()
@plainly
def show(name: Name, as_json: AsJson = False) -> None:
    """Show one key, without the key itself."""
    client = Client.from_environment()
    found = client.get(f"/keys/{_id(client, name)}")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    facts = Table(box=None, show_header=False, pad_edge=False)
    for heading, value in zip(HEADINGS, _cells(found), strict=True):
        facts.add_row(f"[dim]{heading}[/]", value)
    Console().print(facts)


@app.command()
@plainly
def create(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scope: Annotated[list[str], typer.Option(help=f"{', '.join(SCOPES)}; may be repeated.")],
    district: Districts = None,
    school: Annotated[list[str] | None, typer.Option("--school", help="Only this school; may be repeated.")] = None,
    expires_days: Annotated[int | None, typer.Option(min=1, help="Days after which it ends.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key, and print it this once."""
    client = Client.from_environment()
    schools = school_ids(client, district, school)
    wanted = {"name": name, "scopes": scope, "districts": district or None, "schools": schools}
    made = client.post("/keys", {**wanted, "expires_days": expires_days})
    typer.echo(json.dumps(made, ensure_ascii=False) if as_json else made["key"])


@app.command()
@plainly
def revoke(name: Name, as_json: AsJson = False) -> None:
    """End a key now."""
    client = Client.from_environment()
    revoked = client.delete(f"/keys/{_id(client, name)}")
    typer.echo(json.dumps(revoked, ensure_ascii=False) if as_json else f"The key {name} works no more.")


def _id(client: Client, name: str) -> str:
    """Of the key of this name; there is one at the most. Raises `Trouble` if there is none."""
    for key in client.all("/keys", "keys"):
        if key["name"] == name:
            return str(key["id"])
    raise Trouble(f"No key that you may administer is called {name}. `rosterbus keys list` shows which there are.")


def _cells(key: Json) -> list[str]:
    return [
        key["name"],
        ", ".join(key["scopes"]),
        ", ".join(key["districts"] or ["all"]),
        "all" if key["schools"] is None else number(len(key["schools"])),
        key["made_by_name"] or "–",
        "ended" if key["expired"] else (key["expires_at"] or "–")[:10],
        ago(moment(key["last_used_at"]), datetime.now(UTC)) if key["last_used_at"] else "never",
    ]
