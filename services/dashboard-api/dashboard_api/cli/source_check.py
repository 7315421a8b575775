"""`rosterbus source check | list`: sources of a district file or declared ones (`source_changes`: the rest)."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli import district_file
from dashboard_api.cli.choose import the_district
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.csv_out import AsCsv, Bom, Separator, write_csv
from dashboard_api.cli.show_check import show
from dashboard_api.cli.trouble import FAILED, Trouble, plainly
from dashboard_api.cli.waiting import check_done, deadline
from dashboard_api.declare.kinds import split
from dashboard_api.declare.model import Declaration
from dashboard_api.words.amounts import count, number

app = typer.Typer(help="Look at sources, and change how they are reached.", no_args_is_help=True)


@app.command()
@plainly
def check(
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="The district file (YAML); without it, what is declared.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Only this source, where there are several.")] = None,
    school: Annotated[str | None, typer.Option(help="Read this school, by its id at the source.")] = None,
    district: Annotated[str | None, typer.Option(help="The district, where there are several and no file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for each source.")] = False,
    timeout: Annotated[float | None, typer.Option(help="Seconds to wait at the most.")] = None,
) -> None:
    """Try sources out without a sync: list their schools, and read one. The exit code is 1 if one cannot be used."""
    client, console = Client.from_environment(), Console()
    if file is None:
        locale, ids = _order_declared(client, the_district(client, district), source, school)
    else:
        locale, ids = _order_of_file(client, file, source, school)
    end = deadline(timeout)
    usable = True
    for name, id_ in ids.items():
        with Console(stderr=True).status(f"Reading {name} …"):
            done = check_done(client, f"/source-checks/{id_}", "roster-fetcher", f" about {name}", end)
        if as_json:
            typer.echo(json.dumps({"source": name, **done["report"]}, ensure_ascii=False))
        else:
            show(console, name, done, locale)
        usable = usable and done["report"]["usable"]
    if not usable:
        raise typer.Exit(FAILED)


@app.command("list")
@plainly
def list_(
    district: Annotated[str | None, typer.Option(help="The district, where there are several.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")] = False,
    as_csv: AsCsv = False,
    bom: Bom = False,
    separator: Separator = "comma",
) -> None:
    """List a district's sources, without their secrets."""
    client = Client.from_environment()
    place = f"/districts/{the_district(client, district)}/sources"
    if as_csv:
        write_csv(client, f"{place}.csv", bom, separator)
        return
    found = client.get(place)["sources"]
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    table = Table("Source", "Name", "Kind", "Schools", "Set up", "Secrets", "Trouble", box=None, pad_edge=False)
    for one in found:
        secrets = "cannot be opened" if one["secrets"] is None else ", ".join(one["secrets"])
        numbers = (number(one["schools"]), number(one["set_up"]))
        table.add_row(one["id"], one["name"], one["kind"], *numbers, secrets, one["listing_error"] or "")
    Console().print(table)


def _order_of_file(client: Client, file: Path, source: str | None, school: str | None) -> tuple[str, dict[str, str]]:
    """The language of the answers, and the id of each source's check."""
    body = district_file.load(file, needed=lambda part: _is_checked(part, source))
    declaration = Declaration.model_validate(body)
    bodies = _bodies(declaration, source, school)
    return declaration.district.locale, {
        name: client.post("/source-checks", body)["id"] for name, body in bodies.items()
    }


def _order_declared(
    client: Client, district_id: str, source: str | None, school: str | None
) -> tuple[str, dict[str, str]]:
    """The same of what is declared."""
    district = client.get(f"/districts/{district_id}")
    names = [one["id"] for one in district["sources"] if source in (None, one["id"])]
    if not names or (school is not None and len(names) > 1):
        raise Trouble("Say with --source which one, as `rosterbus source list` has it.")
    path = f"/districts/{district_id}/sources"
    return district["locale"], {name: client.post(f"{path}/{name}/check", {"school": school})["id"] for name in names}


def _is_checked(part: str, wanted: str | None) -> bool:
    """Whether a part of the file is a source that is tried out; the secrets of the others need not be at hand."""
    return part == "source" or (part.startswith("sources.") and wanted in (None, part.removeprefix("sources.")))


def _bodies(declaration: Declaration, wanted: str | None, school: str | None) -> dict[str, Json]:
    """What to send for each source, by the source's id."""
    sources = declaration.sources_by_id
    if wanted is not None and wanted not in sources:
        raise Trouble(f"The file declares no source {wanted}. It declares {', '.join(sources)}.")
    chosen = {id_: one for id_, one in sources.items() if wanted in (None, id_)}
    if school is not None and len(chosen) > 1:
        raise Trouble(f"The file declares {count(len(chosen), 'source')}; say with --source whose school {school} is.")
    district = declaration.district
    return {
        id_: {"district": district.id, "pool": district.pool, "source": _as_declared(one), "school": school}
        for id_, one in chosen.items()
    }


def _as_declared(source: Any) -> Json:
    settings, secrets = split(source)
    return {"kind": source.kind, **settings, **secrets}
