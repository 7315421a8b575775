"""`rosterbus undo`: takes back what runs did, one after the other, the newest first."""

import json
from collections.abc import Iterator
from datetime import datetime
from time import monotonic
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from dashboard_api.cli.choose import the_district, the_schools
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.completions import run_ids, school_names
from dashboard_api.cli.confirm import Confirm, because, tell_waiting, typed
from dashboard_api.cli.follow import follow
from dashboard_api.cli.records import record_of
from dashboard_api.cli.sync import Report
from dashboard_api.cli.trouble import FAILED, Trouble, plainly
from dashboard_api.words.amounts import count, moment


@plainly
def undo(
    run_id: Annotated[
        UUID | None, typer.Argument(help="The run to take back.", metavar="[RUN]", autocompletion=run_ids)
    ] = None,
    school: Annotated[
        str | None, typer.Option(help="Take back this school's runs, by name or id.", autocompletion=school_names)
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Take back the runs of all schools of the district.")] = False,
    since: Annotated[
        str | None, typer.Option(help="From when on, such as 2026-11-25T18:00 (in the school's own time).")
    ] = None,
    record: Annotated[str | None, typer.Option(help="Only what was done to one record: user:ID or class:ID.")] = None,
    district: Annotated[str | None, typer.Option(help="The district, where there are several.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Stop after the plan; nothing is sent to Moodle.")] = False,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    confirm: Confirm = None,
    wait: Annotated[bool, typer.Option("--wait", help="Follow the run to its end, as several always are.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The last line is one JSON object.")] = False,
    timeout: Annotated[float | None, typer.Option(help="Seconds to wait for each run at the most.")] = None,
) -> None:
    """Take back what a run did, or all runs of a school since a time. What has changed since then is left alone."""
    several = bool(school) or all_
    if (run_id is None) != several or several != (since is not None) or (school and all_):
        raise Trouble("Name a run, or give --since with --school or --all.")
    client = Client.from_environment()
    body: Json = {"dry_run": dry_run, "reason": reason}
    if record is not None:
        body["record"] = record_of(record)
    district_id = client.get(f"/runs/{run_id}")["district_id"] if run_id else the_district(client, district)
    meant = [str(run_id)] if run_id else list(_since(client, district_id, school, str(since)))
    if meant and not dry_run:
        what = f"takes back what {count(len(meant), 'run')} did"
        typed(confirm, _meant(client, run_id, school, district_id), what)
        body["reason"] = because(reason, what)
    if run_id is not None and not wait:
        order = client.post(f"/runs/{run_id}/undo", _confirmed(client, str(run_id), body))
        if not tell_waiting(order, as_json):
            does = f"Ordered the run {order['runs'][0]['run_id']}, which takes it back."
            typer.echo(json.dumps(order) if as_json else does)
        return
    _one_by_one(client, district_id, meant, body, as_json, timeout)


def _meant(client: Client, run_id: UUID | None, school: str | None, district_id: str) -> str:
    """The name to type: of the school, or of the district whose schools all are meant."""
    if run_id is not None:
        return str(client.get(f"/runs/{run_id}")["school"])
    if school is not None:
        return str(the_schools(client, district_id, [school])[0]["name"])
    return str(client.get(f"/districts/{district_id}")["name"])


def _confirmed(client: Client, run_id: str, body: Json) -> Json:
    """The body of an undo, with the name that the API asks for: it was typed once, for all of them."""
    return body if body["dry_run"] else {**body, "confirm": client.get(f"/runs/{run_id}")["school"]}


def _since(client: Client, district_id: str, school: str | None, since: str) -> Iterator[str]:
    """The runs that may have changed something since then, the newest first."""
    schools = the_schools(client, district_id, [school]) if school else []
    zone = schools[0]["timezone"] if schools else client.get(f"/districts/{district_id}")["timezone"]
    try:
        start = datetime.fromisoformat(since)
    except ValueError:
        raise Trouble(f"--since {since} is no time. Write it as 2026-11-25T18:00.") from None
    start = start if start.tzinfo else start.replace(tzinfo=ZoneInfo(zone))
    school_id = schools[0]["id"] if schools else None
    for run in client.all("/runs", "runs", district=district_id, school=school_id):
        noted = moment(run["noted_at"])
        if noted is None or noted < start:
            return
        did = run["status"] in ("completed", "failed") and not run["dry_run"] and run["kind"] in (None, "roster")
        if did and run["outcome"] not in ("nothing_to_do", "refreshed", "previewed"):
            yield run["id"]


def _one_by_one(
    client: Client, district_id: str, meant: list[str], body: Json, as_json: bool, timeout: float | None
) -> None:
    """Each undo waits for the one before: a school has one run at a time. Stops at the first that fails."""
    ended: list[Json] = []
    began = monotonic()
    for run_id in meant:
        try:
            order = client.post(f"/runs/{run_id}/undo", _confirmed(client, run_id, body))
        except Trouble as trouble:
            if len(meant) == 1:
                raise
            typer.echo(f"rosterbus: run {run_id}: {trouble}", err=True)
            continue
        if tell_waiting(order, as_json):
            continue
        runs = follow(client, district_id, order, Console(stderr=True), timeout)
        ended += runs
        if any(run["status"] != "completed" for run in runs):
            break
    if meant and not ended:
        return
    report = Report(ended, monotonic() - began, client.get(f"/districts/{district_id}")["locale"])
    report.tell(as_json)
    if report.failed:
        raise typer.Exit(FAILED)
