"""`rosterbus holds` and `rosterbus hold`: operations that wait for a person, and the decision about them."""

import json
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Literal
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli.choose import the_school_id
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.completions import school_names
from dashboard_api.cli.confirm import Confirm, because, tell_waiting, typed
from dashboard_api.cli.csv_out import AsCsv, Bom, Separator, write_csv
from dashboard_api.cli.follow import follow
from dashboard_api.cli.plan import SHOWN, show_operations
from dashboard_api.cli.sync import Report
from dashboard_api.cli.trouble import FAILED, Trouble, plainly
from dashboard_api.words.amounts import ago, exact, moment, number
from dashboard_api.words.kinds import total

DECISIONS = {"approve": "approved", "reject": "rejected", "suspend": "approved as suspensions"}
State = Literal["open", "decided", "superseded"]


@plainly
def holds(
    district: Annotated[str | None, typer.Option(help="Only this district.")] = None,
    school: Annotated[
        str | None, typer.Option(help="Only this school, by name or id.", autocompletion=school_names)
    ] = None,
    state: Annotated[State | None, typer.Option(help="Only holds that stand so.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at the most; CSV has all.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")] = False,
    as_csv: AsCsv = False,
    bom: Bom = False,
    separator: Separator = "comma",
) -> None:
    """List what waits for a decision, and what was decided, the newest first."""
    client = Client.from_environment()
    school_id = the_school_id(client, district, school)
    if as_csv:
        write_csv(client, "/holds.csv", bom, separator, district=district, school=school_id, state=state)
        return
    rows = list(islice(client.all("/holds", "holds", district=district, school=school_id, state=state), limit))
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = Table("Opened", "School", "State", box=None, pad_edge=False)
    table.add_column("Operations", justify="right")
    table.add_column("Why")
    table.add_column("Hold", no_wrap=True)
    for hold in rows:
        why = " ".join(guard["sentence"] for guard in hold["guards"])
        opened = ago(moment(hold["opened_at"]), datetime.now(UTC))
        table.add_row(opened, str(hold["school"]), _state(hold), number(total(hold["operations"])), why, hold["id"])
    Console().print(table)


@plainly
def hold(
    words: Annotated[list[str], typer.Argument(help="ID, or approve, reject or suspend and ID.", metavar="[WHAT] ID")],
    only: Annotated[str | None, typer.Option(help="Only these operations, by number; the others are rejected.")] = None,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    plan_hash: Annotated[
        str | None,
        typer.Option(help="Decide only if this is still the hold's plan_hash."),
    ] = None,
    confirm: Confirm = None,
    wait: Annotated[bool, typer.Option("--wait", help="Follow the run that the decision starts to its end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")] = False,
) -> None:
    """Show a hold, or decide on it: approve, reject, or suspend (approve, but only suspend enrolments)."""
    decision, hold_id = _meant(words)
    client = Client.from_environment()
    found = client.get(f"/holds/{hold_id}")
    if decision is None:
        _show(client, found, as_json)
        return
    body: Json = {"decision": decision, "plan_hash": plan_hash or found["plan_hash"], "reason": reason}
    if only is not None:
        body["operations"] = _numbers(only)
    answer = _decide(client, found, body, confirm)
    if tell_waiting(answer, as_json):
        return
    if wait and answer["run_id"]:
        _follow(client, found, as_json)
    elif as_json:
        typer.echo(json.dumps(answer))
    else:
        follows = f" The run {answer['run_id']} does it." if answer["run_id"] else " Nothing is run."
        typer.echo(f"{found['school']}: {DECISIONS[decision]}.{follows}")


def _decide(client: Client, hold: Json, body: Json, confirm: str | None) -> Json:
    """The answer; where the name has to be typed, the API says so, and it is asked for."""
    path = f"/holds/{hold['id']}/decision"
    if confirm is not None:
        return client.post(path, {**body, "confirm": confirm})
    try:
        return client.post(path, body)
    except Trouble as trouble:
        if trouble.problem != "confirm_needed":
            raise
    what = "approves more removals than the limit"
    typed(None, hold["school"], what)
    return client.post(path, {**body, "confirm": hold["school"], "reason": because(body["reason"], what)})


def _meant(words: list[str]) -> tuple[str | None, UUID]:
    *before, last = words
    if len(before) > 1 or (before and before[0] not in DECISIONS):
        raise Trouble("Give the hold's id, or approve, reject or suspend and then the id.")
    try:
        return (before[0] if before else None), UUID(last)
    except ValueError:
        raise Trouble(f"{last} is not the id of a hold. `rosterbus holds` lists them.") from None


def _numbers(only: str) -> list[int]:
    try:
        return [int(part) for part in only.split(",") if part.strip()]
    except ValueError:
        raise Trouble("--only takes numbers of operations, separated by commas, such as 12,15.") from None


def _show(client: Client, hold: Json, as_json: bool) -> None:
    operations = client.all(f"/runs/{hold['run_id']}/operations", "operations", state="held")
    if as_json:
        typer.echo(json.dumps({**hold, "waiting": list(operations)}, ensure_ascii=False))
        return
    console = Console()
    console.print(f"[bold]Hold of {hold['school']}[/] {_state(hold)}", highlight=False)
    console.print(hold["consequences"], highlight=False, markup=False)
    for guard in hold["guards"]:
        words = f"{guard['sentence']} {guard['title']} ({guard['code']}). {guard['remedy']}"
        console.print(f"- {words}", highlight=False, markup=False)
    show_operations(console, list(islice(operations, SHOWN + 1)))


def _follow(client: Client, hold: Json, as_json: bool) -> None:
    order = {"order_id": hold["id"], "runs": [{"school_id": hold["school_id"]}]}
    runs = follow(client, hold["district_id"], order, Console(stderr=True), None)
    report = Report(runs, sum(run["duration_ms"] or 0 for run in runs) / 1000, hold["locale"] or "en")
    report.tell(as_json)
    if report.failed:
        raise typer.Exit(FAILED)


def _state(hold: Json) -> str:
    if hold["state"] != "decided":
        return {"open": "waits", "superseded": "overtaken by a later run"}[hold["state"]]
    by = f" by {hold['decided_by_name']}" if hold["decided_by_name"] else ""
    return f"{DECISIONS.get(hold['decision'], 'decided')}{by}, {exact(moment(hold['closed_at']), hold['timezone'])}"
