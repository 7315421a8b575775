"""`rosterbus devices` and `rosterbus device`: the offline Moodles at schools, their schedules and their syncs."""

import json
from datetime import UTC, datetime
from time import monotonic
from typing import Annotated
from uuid import uuid4

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli.choose import devices_named, the_device, the_district, the_school_id, the_schools
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.completions import school_names
from dashboard_api.cli.confirm import because, typed
from dashboard_api.cli.csv_out import AsCsv, Bom, Separator, write_csv
from dashboard_api.cli.follow import follow
from dashboard_api.cli.sync import Report
from dashboard_api.cli.trouble import FAILED, Trouble, plainly
from dashboard_api.words.amounts import ago, duration, exact, moment

app = typer.Typer(help="Look at devices, set their schedules, and sync them.", no_args_is_help=True)

Device = Annotated[str, typer.Argument(help="The device, by name or id.", metavar="DEVICE")]
District = Annotated[str | None, typer.Option(help="The district, where there are several.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")]
SETTINGS = ("name", "enabled", "daily_at", "at_next_contact", "target", "notify", "force")


@plainly
def list_(
    district: Annotated[str | None, typer.Option(help="Only this district.")] = None,
    school: Annotated[
        str | None, typer.Option(help="Only this school, by name or id.", autocompletion=school_names)
    ] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    bom: Bom = False,
    separator: Separator = "comma",
) -> None:
    """List devices: schedule, whether they are online, and when they sync next."""
    client = Client.from_environment()
    school_id = the_school_id(client, district, school)
    if as_csv:
        write_csv(client, "/devices.csv", bom, separator, district=district, school=school_id)
        return
    found = list(client.all("/devices", "devices", district=district, school=school_id))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    table = Table("Device", "School", "Contact", "Daily at", "Next sync", "Id", box=None, pad_edge=False)
    for one in found:
        table.add_row(one["name"], one["school"], _contact(one), _daily(one), _next(one), one["id"])
    Console().print(table)


@app.command()
@plainly
def show(device: Device, district: District = None, as_json: AsJson = False) -> None:
    """Show one device and its last five syncs."""
    client = Client.from_environment()
    found = the_device(client, the_district(client, district), device)
    _show(client.get(f"/devices/{found['id']}"), as_json)


@app.command("set")
@plainly
def set_(
    device: Device,
    district: District = None,
    school: Annotated[
        str | None, typer.Option(help="Its school, by name or id; a new device needs one.", autocompletion=school_names)
    ] = None,
    name: Annotated[str | None, typer.Option(help="Another name.")] = None,
    daily_at: Annotated[str | None, typer.Option(help="A time in UTC such as 03:00, or none.")] = None,
    at_next_contact: Annotated[
        bool | None, typer.Option(help="If it is offline at its time, sync at its next contact instead.")
    ] = None,
    target: Annotated[str | None, typer.Option(help="Another Moodle than its school's, by id, or none.")] = None,
    notify: Annotated[
        bool | None, typer.Option("--notify/--no-notify", help="Tell the district's recipients of each sync by e-mail.")
    ] = None,
    force: Annotated[
        bool | None,
        typer.Option(
            "--force/--no-force", help="Sync courses whose modification dates differ, too; it may cause errors."
        ),
    ] = None,
    confirm: Annotated[str | None, typer.Option("--confirm", help="The device's name, to confirm --force.")] = None,
    reason: Annotated[str, typer.Option(help="Why; --force needs it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Declare a device, or change what is declared of it."""
    client = Client.from_environment()
    district_id = the_district(client, district)
    change: Json = {
        "name": name,
        "at_next_contact": at_next_contact,
        "notify": notify,
        "force": force,
    }
    change = {key: value for key, value in change.items() if value is not None}
    for key, value in (("daily_at", daily_at), ("target", target)):
        if value is not None:
            change[key] = None if value == "none" else value
    if school is not None:
        change["school"] = the_schools(client, district_id, [school])[0]["id"]
    change |= {"reason": reason} if reason else {}
    if devices_named(client, district_id, device):
        known = the_device(client, district_id, device)
        forced = _forced(known["name"], confirm, reason) if force and not known["force"] else {}
        _change(client, known, change | forced, as_json)
    elif school is None:
        raise Trouble(f"There is no device {device}. To declare a new one, name its school with --school.")
    else:
        body = {"name": device} | change
        body |= _forced(str(body["name"]), confirm, reason) if force else {}
        _show(client.put(f"/districts/{district_id}/devices/{uuid4()}", body), as_json)


@app.command()
@plainly
def enable(device: Device, district: District = None, as_json: AsJson = False) -> None:
    """Let a device sync."""
    _switch(device, district, as_json, enabled=True)


@app.command()
@plainly
def disable(device: Device, district: District = None, as_json: AsJson = False) -> None:
    """Let a device sync no more until it is enabled."""
    _switch(device, district, as_json, enabled=False)


@app.command()
@plainly
def contact(
    device: Device,
    district: District = None,
    offline: Annotated[bool, typer.Option("--offline", help="It is not there any more.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell that a device is online, or with --offline that it is not."""
    client = Client.from_environment()
    found = the_device(client, the_district(client, district), device)
    told = client.post(f"/devices/{found['id']}/contact", {"online": not offline})
    if as_json:
        typer.echo(json.dumps(told))
        return
    typer.echo(f"{found['name']} is {_contact(told)}.")


@app.command()
@plainly
def sync(
    device: Device,
    district: District = None,
    wait: Annotated[bool, typer.Option("--wait", help="Follow the run to its end.")] = False,
    timeout: Annotated[float | None, typer.Option(help="Seconds to wait at the most.")] = None,
    as_json: AsJson = False,
) -> None:
    """Start a device's sync now. With --wait the exit code is 1 if it failed or did not start."""
    client = Client.from_environment()
    district_id = the_district(client, district)
    found = the_device(client, district_id, device)
    began = monotonic()
    order = client.post(f"/devices/{found['id']}/runs", {})
    if wait:
        runs = follow(client, district_id, order, Console(stderr=True), timeout)
        report = Report(runs, monotonic() - began, client.get(f"/districts/{district_id}")["locale"])
        report.tell(as_json)
        if report.failed:
            raise typer.Exit(FAILED)
    elif as_json:
        typer.echo(json.dumps(order))
    else:
        typer.echo(f"Ordered. `rosterbus device show {found['id']}` shows how it stands.")


@app.command()
@plainly
def remove(device: Device, district: District = None, as_json: AsJson = False) -> None:
    """Take a device out; what became of its syncs stays."""
    client = Client.from_environment()
    found = the_device(client, the_district(client, district), device)
    removed = client.delete(f"/devices/{found['id']}")
    typer.echo(json.dumps(removed) if as_json else f"{found['name']} is removed. Its runs can still be looked at.")


def _switch(device: str, district: str | None, as_json: bool, *, enabled: bool) -> None:
    client = Client.from_environment()
    _change(client, the_device(client, the_district(client, district), device), {"enabled": enabled}, as_json)


def _forced(name: str, confirm: str | None, reason: str) -> Json:
    """What goes along with --force: the name, typed once more, and the reason."""
    what = f"forces the syncs of {name}, which may cause errors"
    typed(confirm, name, what)
    return {"confirm": name, "reason": because(reason, what)}


def _change(client: Client, device: Json, change: Json, as_json: bool) -> None:
    before = {key: device[key] for key in SETTINGS} | {"school": device["school_id"]}
    _show(client.put(f"/districts/{device['district_id']}/devices/{device['id']}", before | change), as_json)


def _show(device: Json, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(device, ensure_ascii=False))
        return
    console = Console()
    console.print(f"{device['name']}, {device['school']}", style="bold", highlight=False, markup=False)
    facts = Table(box=None, show_header=False, pad_edge=False)
    for name, value in (
        ("Contact", _contact(device)), ("Sync", "enabled" if device["enabled"] else "disabled"),
        ("Daily at", _daily(device)), ("Next sync", _next(device)), ("Id", device["id"]),
    ):  # fmt: skip
        facts.add_row(f"[dim]{name}[/]", value)
    console.print(facts)
    if device["waits_since"]:
        console.print("It was offline at its time, and syncs at its next contact.", highlight=False)
    if device["last_syncs"]:
        console.print(_syncs(device["last_syncs"]))


def _syncs(syncs: list[Json]) -> Table:
    table = Table("When", "Status", "Duration", "What happened", "Run", box=None, pad_edge=False)
    for one in syncs:
        when = exact(moment(one["ended_at"] or one["noted_at"]), "UTC")
        table.add_row(when, one["badge"], duration(one["duration_ms"]), one["sentence"], one["run_id"])
    return table


def _contact(device: Json) -> str:
    if device["online"]:
        return "online"
    if device["last_contact_at"] is None:
        return "offline, never seen"
    return f"offline, last contact {ago(moment(device['last_contact_at']), datetime.now(UTC))}"


def _daily(device: Json) -> str:
    if not device["daily_at"]:
        return "not by itself"
    missed = ", or at the next contact" if device["at_next_contact"] else ", if it is online"
    return f"{device['daily_at']} UTC{missed}"


def _next(device: Json) -> str:
    if not device["enabled"]:
        return "disabled"
    return exact(moment(device["next_sync_at"]), "UTC")
