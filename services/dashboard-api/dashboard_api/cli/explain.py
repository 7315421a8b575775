"""`rosterbus explain`: what became of a person or a class, and why."""

import json
from typing import Annotated, Literal
from urllib.parse import quote

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.cli.choose import the_district, the_school_id
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.completions import school_names
from dashboard_api.cli.trouble import FAILED, Trouble, plainly
from dashboard_api.words.amounts import exact, moment
from dashboard_api.words.standing import run_name

Entity = Literal["user", "class", "enrolment", "school"]


@plainly
def explain(
    text: Annotated[str, typer.Argument(help="Name, e-mail, user name, or an id at the source or in Moodle.")],
    district: Annotated[str | None, typer.Option(help="The district, where there are several.")] = None,
    school: Annotated[
        str | None, typer.Option(help="Only as this school sees it, by name or id.", autocompletion=school_names)
    ] = None,
    entity: Annotated[
        Entity | None, typer.Option(help="TEXT is the id at the source of such a record; of an enrolment class/person.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")] = False,
) -> None:
    """Explain a record: the source's rows, what was planned and done, what Moodle has, and why if it has not."""
    client = Client.from_environment()
    district_id = the_district(client, district)
    school_id = the_school_id(client, district_id, school)
    kind, key = (entity, text) if entity else _the_record(client, district_id, school_id, text)
    found = client.get(f"/records/{kind}/{quote(key)}/explain", district=district_id, school=school_id)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    _tell(Console(), found)


def _the_record(client: Client, district_id: str, school_id: str | None, text: str) -> tuple[str, str]:
    """The one record that is meant. Raises `Trouble` for none, and for several, which it lists."""
    wanted = {"district": district_id, "school": school_id, "text": text}
    found = client.post("/records/search", wanted)["records"]
    exact_ones = [record for record in found if record["exact"]]
    meant = exact_ones if len(exact_ones) == 1 else found
    if not meant:
        raise Trouble(
            "No feed of this district ever had such a record, and Moodle has none of ours. Look it up at the source.",
            FAILED,
        )
    if len(meant) == 1:
        return meant[0]["entity"], meant[0]["key"]
    table = Table("What", "Name", "Id at the source", "Schools", "Moodle id", box=None, pad_edge=False)
    for record in meant:
        what = record["role"] or record["entity"]
        schools = ", ".join(record["schools"]) + ("" if record["shared"] else " (no longer)")
        table.add_row(what, record["name"] or "–", record["key"], schools, str(record["moodle_id"] or "–"))
    Console(stderr=True).print(table)
    raise Trouble("Several records fit. Name one by its id at the source, with --entity user or --entity class.")


def _tell(console: Console, found: Json) -> None:
    console.print(f"[bold]{_safe(found['name'] or found['key'])}[/] ({found['entity']} {_safe(found['key'])})")
    for sentence in found["summary"]:
        console.print(sentence, highlight=False, markup=False)
    for part in found["schools"]:
        console.print(f"[bold]{_safe(part['school'])}[/]", highlight=False)
        for sentence in part["sentences"]:
            console.print(f"  {sentence}", highlight=False, markup=False)
        if part["hold_id"]:
            console.print(f"  `rosterbus hold {part['hold_id']}` shows it.", highlight=False, soft_wrap=True)
    for place in found["places"]:
        state = "" if place["active"] else " (suspended)"
        console.print(f"  In the course {place['course'] or place['course_key']}{state}", highlight=False, markup=False)
    zones = {part["school"]: part["timezone"] for part in found["schools"]}
    for entry in found["life"]:
        what = run_name({"kind": entry.get("run_kind"), "mode": entry.get("mode")})
        preview = ", a dry run" if entry.get("dry_run") else ""
        when = exact(moment(entry["at"]), zones.get(entry["school"]))
        console.print(f"[dim]{when} · {what}{preview} · {_safe(str(entry['school']))} · {entry['run_id']}[/]")
        told = [entry["source"]] if entry["source"] else []
        for one in (*told, *entry["findings"], *entry["operations"]):
            console.print(f"  {one['sentence']}", highlight=False, markup=False)


def _safe(text: str) -> str:
    return text.replace("[", r"\[")
