"""`rosterbus apply`: declares a district, and waits until its source has told which schools it shares."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli import district_file
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.trouble import FAILED, Trouble, plainly
from dashboard_api.cli.waiting import answers, deadline
from dashboard_api.words.amounts import count, moment


@plainly
def apply(
    file: Annotated[Path, typer.Option("--file", "-f", help="The district file (YAML).")],
    timeout: Annotated[float, typer.Option(help="Seconds to wait for the sources.")] = 120,
    as_json: Annotated[bool, typer.Option("--json", help="The district as JSON, as the API has it.")] = False,
) -> None:
    """Declare a district: its sources, its Moodle site and its schools. The same file twice changes nothing."""
    body = district_file.load(file)
    client, errors = Client.from_environment(), Console(stderr=True)
    district_id = body["district"]["id"]
    declared = client.put(f"/districts/{district_id}", body)
    asking = "its source" if len(declared["sources"]) == 1 else f"its {len(declared['sources'])} sources"
    with errors.status(f"Declared {declared['name']}. Asking {asking} for their schools …"):
        listed = _wait_for_listing(client, declared, timeout)
    if as_json:
        typer.echo(json.dumps(listed, ensure_ascii=False))
        return
    _tell(client, listed, Console())


def _wait_for_listing(client: Client, declared: Json, timeout: float) -> Json:
    """The district once each source has told its schools. Raises `Trouble` if one could not, or did not in time."""
    district, silent = declared, list(declared["sources"])
    for district in answers(lambda: client.get(f"/districts/{declared['id']}"), deadline(timeout)):
        silent = [source for source in district["sources"] if not _has_answered(source, declared)]
        if not silent:
            break
    troubles = [_untold(source, district) for source in district["sources"] if source["listing_error"]]
    if silent:
        troubles.append(_silent(silent, district))
    if troubles:
        raise Trouble("\n           ".join(troubles), FAILED)
    return district


def _has_answered(source: Json, declared: Json) -> bool:
    listed_at, declared_at = moment(source["listed_at"]), moment(declared["declared_at"])
    return bool(source["listing_error"] or (listed_at and declared_at and listed_at >= declared_at))


def _untold(source: Json, district: Json) -> str:
    return (
        f"The district is declared, but {_its(source, district)} could not tell which schools it shares "
        f"({source['listing_error_code']}). {source['listing_error']}"
    )


def _silent(silent: list[Json], district: Json) -> str:
    names = " and ".join(_its(source, district) for source in silent)
    return (
        f"The district is declared, but roster-fetcher has not told which schools {names} share"
        f"{'s' if len(silent) == 1 else ''}. Check that roster-fetcher runs, then apply the file again."
    )


def _its(source: Json, district: Json) -> str:
    return "its source" if len(district["sources"]) == 1 else f"its source {source['id']}"


def _tell(client: Client, district: Json, console: Console) -> None:
    several = len(district["sources"]) > 1
    table = Table(
        "School", *(("Source",) if several else ()), "Id at the source", "Set up for", box=None, pad_edge=False
    )
    for school in client.all("/schools", "schools", district=district["id"]):
        if school["shared"]:
            source = (school["source_id"],) if several else ()
            table.add_row(school["name"], *source, school["source_school_id"], school["target"] or "not set up")
    console.print(table)
    console.print(
        f"{district['name']}: {count(district['schools'], 'school')} shared, {district['set_up']} set up. "
        "`rosterbus sync --all --mode full --wait` brings Moodle to them.",
        highlight=False,
        soft_wrap=True,
    )
