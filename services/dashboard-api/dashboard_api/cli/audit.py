"""`rosterbus audit`: what people and keys did."""

import json
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli.choose import the_district, the_schools
from dashboard_api.cli.client import Client
from dashboard_api.cli.completions import school_names
from dashboard_api.cli.csv_out import AsCsv, Bom, Separator, write_csv
from dashboard_api.cli.trouble import plainly
from dashboard_api.words.amounts import ago, moment

MOMENT = "A date such as 2026-11-25, or a moment such as 2026-11-25T18:00:00+01:00"


@plainly
def audit(
    district: Annotated[str | None, typer.Option(help="Only this district.")] = None,
    school: Annotated[
        str | None,
        typer.Option(help="Only what is about this school, by name or id.", autocompletion=school_names),
    ] = None,
    who: Annotated[str | None, typer.Option(help="Only acts of this person or key, by its id (--json has it).")] = None,
    act: Annotated[str | None, typer.Option(help="Only acts of this kind, such as order or change_policy.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only about this, such as source/main.")] = None,
    since: Annotated[str | None, typer.Option("--from", help=f"{MOMENT}: nothing before it.")] = None,
    until: Annotated[str | None, typer.Option(help=f"{MOMENT}: nothing after it; a date counts whole.")] = None,
    search: Annotated[str | None, typer.Option(help="Only with this in subject, reason or a value.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at the most; CSV has all.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")] = False,
    as_csv: AsCsv = False,
    bom: Bom = False,
    separator: Separator = "comma",
) -> None:
    """Show what people and keys did, the latest first; with --json also what was before and after."""
    client = Client.from_environment()
    school_id = the_schools(client, the_district(client, district), [school])[0]["id"] if school else None
    about = {"district": district, "school": school_id, "who": who, "act": act, "subject": subject}
    wanted = {**about, "from": since, "until": until, "search": search}
    if as_csv:
        write_csv(client, "/audit.csv", bom, separator, **wanted)
        return
    acts = list(islice(client.all("/audit", "acts", **wanted), limit))
    if as_json:
        typer.echo(json.dumps(acts, ensure_ascii=False))
        return
    table = Table("When", "Who", "Did", "On", "Why", box=None, pad_edge=False)
    for one in acts:
        cells = (ago(moment(one["at"]), datetime.now(UTC)), str(one["actor_name"]), one["action"], one["subject"])
        table.add_row(*cells, str(one["detail"].get("reason") or ""))
    Console().print(table)
