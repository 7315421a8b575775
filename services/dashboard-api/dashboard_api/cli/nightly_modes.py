"""`rosterbus pause` and `resume`: nightly syncs on and off. Runs by hand stay possible."""

import json
from datetime import datetime
from typing import Annotated

import typer

from dashboard_api.cli.choose import the_district, the_schools
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.completions import school_names
from dashboard_api.cli.trouble import Trouble, plainly
from dashboard_api.words.amounts import count

Schools = Annotated[
    list[str] | None, typer.Argument(help="Schools, by name or id.", metavar="SCHOOL", autocompletion=school_names)
]
All = Annotated[bool, typer.Option("--all", help="All schools that are set up.")]
District = Annotated[str | None, typer.Option(help="The district, where there are several.")]
Status = Annotated[str | None, typer.Option(help="Schools that stand so, such as with_errors or on_hold.")]
Search = Annotated[str | None, typer.Option(help="Schools whose name has these words.")]
Reason = Annotated[str, typer.Option(help="Why, for the record.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")]


@plainly
def pause(
    schools: Schools = None,
    all_: All = False,
    district: District = None,
    status: Status = None,
    search: Search = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first date on which they sync again.")
    ] = None,
    additions_only: Annotated[
        bool, typer.Option("--additions-only", help="Do not pause, but let nights only create what is new.")
    ] = False,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Pause the nightly sync, until a date or until it is resumed."""
    body: Json = {"mode": "additions_only" if additions_only else "paused", "reason": reason}
    if until:
        body["until"] = str(until.date())
    _change(_chosen(schools, all_, district, status, search), body, as_json)


@plainly
def resume(
    schools: Schools = None,
    all_: All = False,
    district: District = None,
    status: Status = None,
    search: Search = None,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Let the nightly sync go on."""
    _change(_chosen(schools, all_, district, status, search), {"mode": "on", "reason": reason}, as_json)


def choice(client: Client, district_id: str, schools: list[str] | None, filters: Json, all_: bool) -> Json:
    """What the API takes to know which schools are meant. Raises `Trouble` unless it was said in exactly one way."""
    given = {name: value for name, value in filters.items() if value}
    if [bool(schools), all_, bool(given)].count(True) != 1:
        raise Trouble("Name the schools, or give --all for all that are set up, or --status or --search.")
    if schools:
        return {"schools": [school["id"] for school in the_schools(client, district_id, schools)]}
    return given


def _chosen(
    schools: list[str] | None, all_: bool, district: str | None, status: str | None, search: str | None
) -> tuple[Client, str, Json]:
    client = Client.from_environment()
    district_id = the_district(client, district)
    return client, district_id, choice(client, district_id, schools, {"status": status, "search": search}, all_)


def _change(chosen: tuple[Client, str, Json], body: Json, as_json: bool) -> None:
    client, district_id, which = chosen
    found = client.put(f"/districts/{district_id}/nightly-mode", body | which)["schools"]
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    words = {"on": "on", "paused": "paused", "additions_only": "additions only"}[body["mode"]]
    until = f" until {body['until']}" if "until" in body else ""
    typer.echo(f"Nightly sync {words}{until} for {count(len(found), 'school')}. Runs by hand stay possible.")
