"""`rosterbus districts` and `rosterbus district`: what is declared, and the sums over the schools."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli.choose import the_district
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.csv_out import AsCsv, Bom, Separator, write_csv
from dashboard_api.cli.trouble import plainly
from dashboard_api.words.amounts import number
from dashboard_api.words.kinds import OVERVIEW
from dashboard_api.words.standing import SCHOOL

AsJson = Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")]


@plainly
def districts(as_json: AsJson = False, as_csv: AsCsv = False, bom: Bom = False, separator: Separator = "comma") -> None:
    """List the districts that this key may see."""
    client = Client.from_environment()
    if as_csv:
        write_csv(client, "/districts.csv", bom, separator)
        return
    rows = list(client.all("/districts", "districts"))
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = Table("District", "Name", "Time zone", "Moodle", box=None, pad_edge=False)
    for heading in ("Schools", "Set up"):
        table.add_column(heading, justify="right")
    for one in rows:
        names = (one["id"], one["name"], one["timezone"], one["target"] or "–")
        table.add_row(*names, number(one["schools"]), number(one["set_up"]))
    Console().print(table)


@plainly
def district(
    id_: Annotated[str | None, typer.Argument(help="The district, where there are several.", metavar="[ID]")] = None,
    as_json: AsJson = False,
) -> None:
    """Show one district: how its schools stand, what they share, and how many different people that is."""
    client = Client.from_environment()
    found = client.get(f"/districts/{the_district(client, id_)}")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    console = Console()
    console.print(f"[bold]{found['name']}[/] ({found['id']}, {found['timezone']})", highlight=False)
    for source in found["sources"]:
        if source["listing_error"]:
            trouble = f"Its source {source['id']} could not tell its schools: {source['listing_error']}"
            console.print(trouble, highlight=False, markup=False)
    console.print(_facts(found))
    console.print(_counts(found))


def _facts(district: Json) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    stand = (f"{number(n)} {SCHOOL[status].said().word.lower()}" for status, n in district["statuses"].items() if n)
    for name, value in (
        ("Schools", f"{number(district['schools'])} shared, {number(district['set_up'])} set up"),
        ("They stand", ", ".join(stand) or "–"),
        ("Errors", number(district["errors"])),
        ("Moodle", f"{district['target']} ({district['target_url']})" if district["target"] else "–"),
        ("Pool", f"{district['pool']}, {number(district['max_parallel'])} runs at once"),
    ):
        table.add_row(f"[dim]{name}[/]", value)
    return table


def _counts(district: Json) -> Table:
    """Numbers over all schools, and beside them how many different people these are."""
    table = Table("", box=None, pad_edge=False)
    for heading in ("Shared", "In Moodle", "Different people", "At several schools"):
        table.add_column(heading, justify="right")
    shared, present, people = district["counts"] or {}, {**(district["in_moodle"] or {})}, district["people"]
    present["class"] = present.get("course")
    for kind, name in OVERVIEW.items():
        different = people.get(kind, {})
        numbers = (shared.get(kind), present.get(kind), different.get("people"), different.get("at_several"))
        if any(numbers):
            table.add_row(name, *map(number, numbers))
    return table
