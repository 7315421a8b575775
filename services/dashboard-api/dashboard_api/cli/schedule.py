"""`rosterbus schedule`: when schools sync by themselves, and which nights come."""

import json
from datetime import date, datetime
from itertools import islice
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli.choose import the_district, the_school_id, the_schools
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.completions import school_names
from dashboard_api.cli.csv_out import AsCsv, Bom, Separator, write_csv
from dashboard_api.cli.trouble import Trouble, plainly
from dashboard_api.words.amounts import count, moment
from dashboard_api.words.standing import REFUSALS

app = typer.Typer(help="Look at and set the times of nightly syncs.", no_args_is_help=True)

Schools = Annotated[
    list[str] | None, typer.Argument(help="Schools, by name or id.", metavar="SCHOOL", autocompletion=school_names)
]
District = Annotated[str | None, typer.Option(help="The district, where there are several.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")]
CLOCKS = {"": "", "skipped": "clocks go forward: first valid moment", "repeated": "clocks go back: the first time"}


@app.command()
@plainly
def preview(
    school: Annotated[
        str | None, typer.Argument(help="Only this school, by name or id.", autocompletion=school_names)
    ] = None,
    district: District = None,
    nights: Annotated[int, typer.Option(min=1, max=366, help="How many nights.")] = 14,
    as_json: AsJson = False,
) -> None:
    """Show the nights that come, in local time and UTC, and how many runs begin in each hour."""
    client = Client.from_environment()
    district_id = the_district(client, district)
    path = f"/districts/{district_id}/schedule"
    if school:
        path = f"/schools/{the_schools(client, district_id, [school])[0]['id']}/schedule"
    found = client.get(path, nights=nights)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    console = Console()
    if not found["coming"]:
        console.print("Nothing is scheduled. `rosterbus schedule set --nightly 20:00` gives all schools a time.")
        return
    console.print(_coming(found["coming"]))
    if "load" in found:
        console.print(_load(found["load"]))


@app.command("set")
@plainly
def set_(
    schools: Schools = None,
    district: District = None,
    nightly: Annotated[str | None, typer.Option(help="A time such as 20:00 or 00:00, or none.")] = None,
    nights: Annotated[str | None, typer.Option(help="Days, such as mon,tue,wed,thu,fri; or all.")] = None,
    spread: Annotated[int | None, typer.Option(help="Minutes over which a wave's starts are spread.")] = None,
    as_json: AsJson = False,
) -> None:
    """Set the time and days of the schools named, or of all that have none of their own."""
    if nightly is None and nights is None and spread is None:
        raise Trouble("Say what to set: --nightly, --nights or --spread.")
    client = Client.from_environment()
    district_id = the_district(client, district)
    change: Json = {} if nightly is None else {"nightly": None if nightly == "none" else nightly}
    if nights is not None:
        change["nights"] = None if nights == "all" else [day.strip() for day in nights.split(",")]
    if not schools:
        spreading = {} if spread is None else {"spread_minutes": spread}
        _set_district(client, district_id, change | spreading, as_json)
    elif spread is not None:
        raise Trouble("--spread is the district's; leave the schools out.")
    for school in the_schools(client, district_id, schools or []):
        own = client.get(f"/schools/{school['id']}/schedule")["own"]
        after = client.put(f"/schools/{school['id']}/schedule", own | change)
        typer.echo(json.dumps(after, ensure_ascii=False) if as_json else f"{school['name']} is set.")


@app.command()
@plainly
def blackout(
    first: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The first date without a sync.")],
    last: Annotated[datetime | None, typer.Argument(formats=["%Y-%m-%d"], help="The last one.")] = None,
    district: District = None,
    school: Annotated[
        str | None, typer.Option(help="At this school only, by name or id.", autocompletion=school_names)
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, such as winter break.")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Take these dates back.")] = False,
    as_json: AsJson = False,
) -> None:
    """Set dates apart on which no school syncs by itself, or one school does not."""
    client = Client.from_environment()
    district_id = the_district(client, district)
    wanted: Json = {"first": str(first.date()), "last": str((last or first).date())}
    wanted["school_id"] = the_school_id(client, district_id, school)
    dates = client.get(f"/districts/{district_id}/schedule")["blackouts"]
    kept = [one for one in dates if any(one[key] != value for key, value in wanted.items())]
    if remove and len(kept) == len(dates):
        raise Trouble(f"No blackout from {wanted['first']} to {wanted['last']} is set.")
    added = [] if remove else [{**wanted, "reason": reason}]
    _set_district(client, district_id, {"blackouts": kept + added}, as_json)


@app.command()
@plainly
def history(
    school: Annotated[
        str | None, typer.Argument(help="Only this school, by name or id.", autocompletion=school_names)
    ] = None,
    district: District = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at the most; CSV has all.")] = 50,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    bom: Bom = False,
    separator: Separator = "comma",
) -> None:
    """Show what became of the nights that came: run, missed, skipped or refused, and why."""
    client = Client.from_environment()
    district_id = the_district(client, district)
    school_id = the_school_id(client, district_id, school)
    path = f"/districts/{district_id}/nights"
    if as_csv:
        write_csv(client, f"{path}.csv", bom, separator, school=school_id)
        return
    found = list(islice(client.all(path, "nights", school=school_id), limit))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    table = Table("Night", "School", "Became", "Why", box=None, pad_edge=False)
    for one in found:
        table.add_row(one["night"], str(one["school"]), one["state"], REFUSALS.get(one["reason"] or "", ""))
    Console().print(table)


@app.command()
@plainly
def modes(
    school: Annotated[
        str | None, typer.Argument(help="Only this school, by name or id.", autocompletion=school_names)
    ] = None,
    district: District = None,
    as_json: AsJson = False,
) -> None:
    """Show which schools sync by night, pause, or only take in what is new: until when, and why."""
    client = Client.from_environment()
    district_id = the_district(client, district)
    of = f"/schools/{the_schools(client, district_id, [school])[0]['id']}" if school else f"/districts/{district_id}"
    found = client.get(f"{of}/nightly-mode")["schools"]
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    table = Table("School", "Nightly sync", "Until", "Why", box=None, pad_edge=False)
    for one in found:
        table.add_row(one["school"], one["mode"].replace("_", " "), one["until"] or "–", one["reason"])
    Console().print(table)


def _set_district(client: Client, district_id: str, change: Json, as_json: bool) -> None:
    path = f"/districts/{district_id}/schedule"
    known = ("nightly", "nights", "spread_minutes", "blackouts")
    before = {key: value for key, value in client.get(path).items() if key in known}
    after = client.put(path, before | change)
    if as_json:
        typer.echo(json.dumps(after, ensure_ascii=False))
        return
    days = ", ".join(after["nights"])
    typer.echo(
        f"{district_id}: {after['nightly'] or 'no nightly sync'} on {days}; "
        f"{count(len(after['blackouts']), 'blackout')}; starts spread over {after['spread_minutes']} min."
    )


def _coming(nights: list[Json]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("Night", "Local", "Zone", "UTC"):
        table.add_column(heading)
    table.add_column("Runs", justify="right")
    table.add_column("Remarks")
    for one in nights:
        local = _local(one)
        cells = (f"{one['date']} {date.fromisoformat(one['date']):%a}", f"{local:%H:%M %z}", one["timezone"])
        table.add_row(*cells, f"{moment(one['utc']):%Y-%m-%d %H:%M}", str(one["schools"]), _remarks(one))
    return table


def _local(one: Json) -> Any:
    at = moment(one["utc"])
    assert at is not None
    return at.astimezone(ZoneInfo(one["timezone"]))


def _remarks(one: Json) -> str:
    parts = [CLOCKS[one["clocks"]]]
    parts += [f"{one[key]} {word}" for key, word in (("blackout", "blacked out"), ("paused", "paused")) if one[key]]
    if "starts_at" in one and one["starts_at"] != one["utc"]:
        parts.append(f"begins {moment(one['starts_at']):%H:%M:%S} UTC")
    return ", ".join(part for part in parts if part)


def _load(hours: list[Json]) -> Table:
    table = Table(box=None, pad_edge=False, title="Runs by hour", title_justify="left")
    table.add_column("Hour (UTC)")
    table.add_column("Runs", justify="right")
    table.add_column("")
    most = max((hour["runs"] for hour in hours), default=0)
    for hour in hours:
        table.add_row(f"{moment(hour['hour']):%Y-%m-%d %H}h", str(hour["runs"]), "█" * -(-30 * hour["runs"] // most))
    return table
