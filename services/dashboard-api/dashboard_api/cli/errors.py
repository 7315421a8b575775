"""`rosterbus errors`: the data errors that stand, by cause or one by one."""

import json
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli.choose import the_school_id
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.csv_out import AsCsv, Bom, Separator, write_csv
from dashboard_api.cli.trouble import Trouble, plainly
from dashboard_api.words.amounts import lasting, moment, number

Severity = Literal["critical", "error", "warning"]
SHOWN = 200
"""Errors that the table shows; JSON and CSV have all."""


@plainly
def errors(
    district: Annotated[str | None, typer.Option(help="Only this district.")] = None,
    school: Annotated[str | None, typer.Option(help="Only this school, by name or id.")] = None,
    code: Annotated[str | None, typer.Option(help="Only this code of the error catalogue.")] = None,
    severity: Annotated[Severity | None, typer.Option(help="Only errors of this severity.")] = None,
    entity: Annotated[str | None, typer.Option(help="Only this kind of record; with --records or --csv.")] = None,
    records: Annotated[bool, typer.Option("--records", help="List the records, not the causes.")] = False,
    causes: Annotated[bool, typer.Option("--causes", help="List the causes, also as CSV.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")] = False,
    as_csv: AsCsv = False,
    bom: Bom = False,
    separator: Separator = "comma",
) -> None:
    """Show which data errors stand: how many, since when, what happened, and what to do; or each of them."""
    if causes and (records or entity):
        raise Trouble("--causes lists causes. Leave out --records and --entity, which are about records.")
    if entity and not (records or as_csv):
        raise Trouble("--entity chooses among records. Add --records or --csv, which list them.")
    client = Client.from_environment()
    school_id = the_school_id(client, district, school)
    wanted = {"district": district, "school": school_id, "code": code, "severity": severity}
    if as_csv and causes:
        write_csv(client, "/errors/causes.csv", bom, separator, **wanted)
        return
    if as_csv:
        write_csv(client, "/errors.csv", bom, separator, entity=entity, **wanted)
        return
    if records:
        found = client.all("/errors", "errors", entity=entity, **wanted)
        rows = list(found if as_json else islice(found, SHOWN + 1))
    else:
        rows = client.get("/errors/causes", **wanted)["causes"]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
    elif not rows:
        typer.echo("There are no errors.")
    else:
        Console().print(_records(rows[:SHOWN]) if records else causes_table(rows))
    if records and not as_json and len(rows) > SHOWN:
        typer.echo(f"These are the first {SHOWN}; --csv has all.")


def causes_table(causes: list[Json]) -> Table:
    """A line for each cause; those of one school do not say at how many schools they are."""
    several = any("schools" in cause for cause in causes)
    table = Table("Code", "Severity", box=None, pad_edge=False)
    for heading in ("Records", "Schools") if several else ("Records",):
        table.add_column(heading, justify="right")
    for heading in ("Stands", "What happened", "What to do", "Who"):
        table.add_column(heading)
    for cause in causes:
        numbers = [number(cause[key]) for key in (("records", "schools") if several else ("records",))]
        stands = lasting(moment(cause["since"]), datetime.now(UTC))
        table.add_row(cause["code"], cause["severity"], *numbers, stands, cause["title"], cause["remedy"], cause["who"])
    return table


def _records(errors: list[Json]) -> Table:
    table = Table("School", "Code", "Severity", "Record", "Id at the source", "Name", "Field", "Value", "Stands")
    table.box, table.pad_edge = None, False
    for one in errors:
        about = (str(one["school"]), one["code"], one["severity"], one["entity"], one["source_id"], one["name"])
        stands = lasting(moment(one["first_seen_at"]), datetime.now(UTC))
        table.add_row(*about, one["field"], one["value"], stands)
    return table
