"""`rosterbus apply`: declares a district, and waits until its source has told which schools it shares."""

from pathlib import Path
from time import monotonic, sleep
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli import district_file
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.trouble import FAILED, Trouble, plainly
from dashboard_api.words.amounts import count, moment

EVERY_SECONDS = 0.5


@plainly
def apply(
    file: Annotated[Path, typer.Option("--file", "-f", help="The district file (YAML).")],
    timeout: Annotated[float, typer.Option(help="Seconds to wait for the source.")] = 120,
) -> None:
    """Declare a district: its source, its Moodle site and its schools. The same file twice changes nothing."""
    body = district_file.load(file)
    client, errors = Client.from_environment(), Console(stderr=True)
    district_id = body["district"]["id"]
    declared = client.put(f"/districts/{district_id}", body)
    with errors.status(f"Declared {declared['name']}. Asking the source which schools it shares …"):
        listed = _wait_for_listing(client, declared, timeout)
    _tell(client, listed, Console())


def _wait_for_listing(client: Client, declared: Json, timeout: float) -> Json:
    end = monotonic() + timeout
    while True:
        district = client.get(f"/districts/{declared['id']}")
        if district["listing_error"]:
            raise Trouble(
                f"The district is declared, but its source could not tell which schools it shares "
                f"({district['listing_error_code']}). {district['listing_error']}",
                FAILED,
            )
        listed_at, declared_at = moment(district["listed_at"]), moment(declared["declared_at"])
        if listed_at and declared_at and listed_at >= declared_at:
            return district
        if monotonic() > end:
            raise Trouble(
                "The district is declared, but roster-fetcher has not told which schools its source shares. "
                "Check that roster-fetcher runs, then apply the file again.",
                FAILED,
            )
        sleep(EVERY_SECONDS)


def _tell(client: Client, district: Json, console: Console) -> None:
    table = Table("School", "Id at the source", "Set up for", box=None, pad_edge=False)
    for school in client.all("/schools", "schools", district=district["id"]):
        if school["shared"]:
            table.add_row(school["name"], school["source_school_id"], school["target"] or "not set up")
    console.print(table)
    console.print(
        f"{district['name']}: {count(district['schools'], 'school')} shared, {district['set_up']} set up. "
        "`rosterbus sync --all --mode full --wait` brings Moodle to them.",
        highlight=False,
        soft_wrap=True,
    )
