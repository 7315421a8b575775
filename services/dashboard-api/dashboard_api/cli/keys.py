"""`rosterbus keys …`: API keys."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.auth.principal import SCOPES
from dashboard_api.cli.choose import school_ids
from dashboard_api.cli.client import Client
from dashboard_api.cli.trouble import Trouble, plainly
from dashboard_api.cli.users import AsJson, Districts
from dashboard_api.words.amounts import ago, moment

app = typer.Typer(help="API keys.", no_args_is_help=True)


@app.command("list")
@plainly
def list_(
    district: Annotated[str | None, typer.Option(help="Only keys for this district.")] = None, as_json: AsJson = False
) -> None:
    """Show keys: what each may do, and when it was last used."""
    found = list(Client.from_environment().all("/keys", "keys", district=district))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    table = Table("Name", "May", "Districts", "Made by", "Until", "Last used", box=None, pad_edge=False)
    for key in found:
        used, until = key["last_used_at"], key["expires_at"] or ""
        table.add_row(
            key["name"],
            ", ".join(key["scopes"]),
            ", ".join(key["districts"] or ["all"]),
            key["made_by_name"] or "–",
            "ended" if key["expired"] else until[:10] or "–",
            ago(moment(used), datetime.now(UTC)) if used else "never",
        )
    Console().print(table)


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
def revoke(name: Annotated[str, typer.Argument(help="Its name.")], as_json: AsJson = False) -> None:
    """End a key now."""
    client = Client.from_environment()
    ids = [key["id"] for key in client.all("/keys", "keys") if key["name"] == name]
    if not ids:
        raise Trouble(f"No key that you may administer is called {name}. `rosterbus keys list` shows which there are.")
    revoked = client.delete(f"/keys/{ids[0]}")
    typer.echo(json.dumps(revoked, ensure_ascii=False) if as_json else f"The key {name} works no more.")
