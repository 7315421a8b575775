"""`rosterbus me`: whose key this is, and what it may do.

A key has no account of its own: password, second factor and sessions are people's, who change them signed in.
"""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.trouble import plainly


@plainly
def me(as_json: Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")] = False) -> None:
    """Show whose key this is: what it may do, of which districts and schools."""
    client = Client.from_environment()
    found = client.get("/me")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in (
        ("Key", found["name"]),
        ("Role", found["role"]),
        ("May", ", ".join(found["scopes"])),
        ("Districts", ", ".join(found["districts"] or ["all"])),
        ("Schools", ", ".join(_schools(client, found) or ["all of these districts"])),
    ):
        if value:
            table.add_row(f"[dim]{name}[/]", value)
    Console().print(table)


def _schools(client: Client, found: Json) -> list[str]:
    """The names of the schools that a key is kept to; their ids, where it may not read."""
    if found["schools"] is None:
        return []
    if "read" not in found["scopes"]:
        return list(found["schools"])
    return [school["name"] for school in client.all("/schools", "schools") if school["id"] in found["schools"]]
