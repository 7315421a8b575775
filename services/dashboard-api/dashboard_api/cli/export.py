"""`rosterbus export`: a district as a file that `rosterbus apply` takes."""

import json
from typing import Annotated

import typer
import yaml

from dashboard_api.cli.choose import the_district
from dashboard_api.cli.client import Client
from dashboard_api.cli.trouble import plainly


@plainly
def export(
    district: Annotated[str | None, typer.Option(help="The district, where there are several.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of YAML.")] = False,
) -> None:
    """Write a district as a file for `rosterbus apply`. Secrets stand there as names of environment variables."""
    client = Client.from_environment()
    found = client.get(f"/districts/{the_district(client, district)}/declaration")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    typer.echo(yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=120), nl=False)
