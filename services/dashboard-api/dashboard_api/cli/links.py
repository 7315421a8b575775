"""`rosterbus links rebuild`: finds what records are in Moodle anew."""

import json
from typing import Annotated

import typer
from rich.console import Console

from dashboard_api.cli.choose import the_district, the_schools
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.completions import school_names
from dashboard_api.cli.follow import follow
from dashboard_api.cli.trouble import FAILED, Trouble, plainly
from dashboard_api.words.amounts import count

app = typer.Typer(help="What records are in Moodle.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keeps `rebuild` a command of its own, though it is the only one."""


@app.command()
@plainly
def rebuild(
    school: Annotated[
        list[str] | None, typer.Option(help="A school, by name or id.", autocompletion=school_names)
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="All schools that are set up.")] = False,
    district: Annotated[str | None, typer.Option(help="The district, where there are several.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look what would be linked.")] = False,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    wait: Annotated[bool, typer.Option("--wait", help="Follow the runs to their ends.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for each order.")] = False,
) -> None:
    """Find the links of schools anew in Moodle, by ID number, for instance after a database was lost."""
    if bool(school) == all_:
        raise Trouble("Name schools with --school, or give --all for all that are set up.")
    client = Client.from_environment()
    district_id = the_district(client, district)
    body: Json = {"dry_run": dry_run, "reason": reason}
    orders = [client.post(f"/schools/{one['id']}/links/rebuild", body) for one in _meant(client, district_id, school)]
    if as_json:
        for order in orders:
            typer.echo(json.dumps(order))
    else:
        typer.echo(f"Ordered {count(len(orders), 'run')}. `rosterbus runs` shows how they stand.")
    if wait:
        ended = [run for order in orders for run in follow(client, district_id, order, Console(stderr=True), None)]
        if any(run["status"] != "completed" for run in ended):
            raise typer.Exit(FAILED)


def _meant(client: Client, district_id: str, named: list[str] | None) -> list[Json]:
    if named:
        return the_schools(client, district_id, named)
    schools = client.all("/schools", "schools", district=district_id)
    return [school for school in schools if school["status"] not in ("not_set_up", "not_shared")]
