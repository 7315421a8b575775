"""`rosterbus mapping try`: what templates would make of a school's real rows."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli.choose import the_district, the_schools
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.trouble import plainly
from dashboard_api.words.amounts import number

PEOPLE = ("username", "email", "idnumber")
CLASSES = ("fullname", "shortname", "category", "idnumber")
Template = Annotated[list[str] | None, typer.Option(help="Several: the first whose fields all have a value.")]

app = typer.Typer(help="Try out how records become Moodle's.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keeps `try` a command of its own, though it is the only one."""


@app.command("try")
@plainly
def try_(
    school: Annotated[str, typer.Option(help="Whose rows are taken, by name or id.")],
    username: Template = None,
    email: Template = None,
    short_name: Template = None,
    full_name: Template = None,
    category: Annotated[list[str] | None, typer.Option(help="Several: the levels from the top down.")] = None,
    idnumber: Annotated[str | None, typer.Option(help="For people, courses and all else.")] = None,
    rows: Annotated[int, typer.Option(min=1, max=1000, help="How many people and classes are shown.")] = 20,
    district: Annotated[str | None, typer.Option(help="The district, where there are several.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")] = False,
) -> None:
    """Show what templates make of a school's rows, beside what the present policy makes of them. Nothing is changed."""
    client = Client.from_environment()
    district_id = the_district(client, district)
    wished = {
        "username": username,
        "email": email,
        "course_short_name": short_name,
        "course_full_name": full_name,
        "category": category,
        "idnumber": idnumber,
    }
    body = {
        "district": district_id,
        "school": the_schools(client, district_id, [school])[0]["id"],
        "templates": {name: value for name, value in wished.items() if value},
        "rows": rows,
    }
    found = client.post("/mapping/try", body)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    console = Console()
    _tell(console, "People", PEOPLE, found["people"], found["totals"]["people"])
    _tell(console, "Classes", CLASSES, found["classes"], found["totals"]["classes"])


def _tell(console: Console, title: str, fields: tuple[str, ...], entries: list[Json], totals: Json) -> None:
    if not totals["rows"]:
        return
    table = Table("Id at the source", *fields, "Look at", box=None, pad_edge=False)
    for entry in entries:
        look_at = [entry["warning"]] if entry["warning"] else []
        look_at += [f"{field} is not unique" for field in entry["not_unique"]]
        table.add_row(entry["key"], *(_cell(entry, field) for field in fields), ", ".join(look_at))
    console.print(f"[bold]{title}[/]")
    console.print(table)
    numbers = ("changed", "cut", "cleaned", "not_unique")
    told = ", ".join(f"{number(totals[name])} {name.replace('_', ' ')}" for name in numbers)
    console.print(f"Of {number(totals['rows'])}: {told}.", highlight=False)


def _cell(entry: Json, field: str) -> str:
    now, new = (entry[which][field].replace("[", r"\[") for which in ("now", "new"))
    return new if now == new else f"{now} → [bold]{new}[/]"
