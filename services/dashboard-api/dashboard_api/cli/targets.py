"""`rosterbus target check | list`: the Moodle sites of a district (`target_changes`: the rest)."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli import district_file
from dashboard_api.cli.choose import the_district
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.csv_out import AsCsv, Bom, Separator, write_csv
from dashboard_api.cli.settings import AsJson, District
from dashboard_api.cli.trouble import FAILED, plainly
from dashboard_api.cli.waiting import check_done, deadline
from dashboard_api.words.amounts import ago, count, moment, number

File = Annotated[
    Path | None, typer.Option("--file", "-f", help="The target of this district file, declared or not yet.")
]
TargetId = Annotated[str, typer.Argument(help="The target's id.", metavar="[TARGET]")]

app = typer.Typer(help="Look at Moodle sites, and change how they are reached.", no_args_is_help=True)


@app.command("list")
@plainly
def list_(
    district: District = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    bom: Bom = False,
    separator: Separator = "comma",
) -> None:
    """List a district's Moodle sites, and how their last checks ended."""
    client = Client.from_environment()
    place = f"/districts/{the_district(client, district)}/targets"
    if as_csv:
        write_csv(client, f"{place}.csv", bom, separator)
        return
    found = client.get(place)["targets"]
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    table = Table("Target", "Name", "Address", "Schools", "Roles", "Last check", box=None, pad_edge=False)
    for one in found:
        roles = ", ".join(f"{role} {id_}" for role, id_ in one["roles"].items())
        table.add_row(one["id"], one["name"], one["base_url"], number(one["schools"]), roles, _last(one["check"]))
    Console().print(table)


@app.command()
@plainly
def check(
    target: TargetId = "main",
    file: File = None,
    district: District = None,
    as_json: AsJson = False,
    timeout: Annotated[float | None, typer.Option(help="Seconds to wait at the most.")] = None,
) -> None:
    """See what a Moodle site lets us do; nothing is written to it. The exit code is 1 if it cannot be used."""
    client = Client.from_environment()
    if file is None:
        ordered = client.post(f"/districts/{the_district(client, district)}/targets/{target}/check", {})
    else:
        body = district_file.load(file, needed=lambda part: part == "target")
        about = {"district": body["district"]["id"], "pool": body["district"].get("pool")}
        ordered = client.post("/target-checks", {**about, "target": body["target"]})
    found = check_done(client, f"/target-checks/{ordered['id']}", "moodle-sync", "", deadline(timeout))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        _show(Console(), found["report"])
    if not found["report"]["usable"]:
        raise typer.Exit(FAILED)


def _show(console: Console, report: Json) -> None:
    trouble = report["trouble"]
    if trouble:
        console.print(f"{trouble['title']}. {trouble['detail']} {trouble['remedy']}", highlight=False, markup=False)
        return
    allowed = f"{count(report['allowed'], 'function')} allowed"
    console.print(f"{report['site_name']}, Moodle {report['release']}: {allowed}.", highlight=False, markup=False)
    for one in report["missing"]:
        need = "is needed" if one["needed"] else "would be needed with other settings"
        line = f"- {one['function']} is not allowed and {need}; it asks for {one['capability']}."
        console.print(line, highlight=False, markup=False)
    for one in report["refused"]:
        console.print(f"- {one['detail']}", highlight=False, markup=False)
    for role in report["roles"]:
        if role["usual"] is False:
            console.print(f"- {role['role']} is {role['id']} here, which is not the id on a standard site; look at it.")
    if report["welcome_messages"] == "possible":
        console.print("- This Moodle may send a welcome message for each enrolment, unless the site has that off.")
    console.print("It can be used." if report["usable"] else "It cannot be used like this.")


def _last(check: Json | None) -> str:
    if check is None:
        return "none today"
    if check["usable"] is None:
        return "under way"
    when = ago(moment(check["asked_at"]), datetime.now(UTC))
    return f"{'usable' if check['usable'] else 'not usable'}, {when}"
