"""`rosterbus settings`: a declared district, changed part by part."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console
from rich.table import Table

from dashboard_api.cli.choose import the_district, the_schools
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.trouble import Trouble, plainly
from dashboard_api.declare.recipients import Outcomes

District = Annotated[str | None, typer.Option(help="The district, where there are several.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")]
School = Annotated[str | None, typer.Option(help="Of this school only, by name or id.")]

app = typer.Typer(help="Change a declared district part by part.", no_args_is_help=True)


@app.command()
@plainly
def show(district: District = None, as_json: AsJson = False) -> None:
    """Show what is declared of a district, but for sources and targets."""
    client = Client.from_environment()
    _tell(client.get(f"/districts/{the_district(client, district)}/settings"), as_json)


@app.command("set")
@plainly
def set_(
    name: Annotated[str | None, typer.Option(help="The district's name.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Its time zone, such as Europe/Amsterdam.")] = None,
    locale: Annotated[str | None, typer.Option(help="Its language, such as nl.")] = None,
    pool: Annotated[str | None, typer.Option(help="The pool of workers that serves it.")] = None,
    max_parallel: Annotated[int | None, typer.Option(help="Runs at once at the most.")] = None,
    district: District = None,
    as_json: AsJson = False,
) -> None:
    """Change name, time zone, language, pool or the runs at once."""
    given = {"name": name, "timezone": timezone, "locale": locale, "pool": pool, "max_parallel": max_parallel}
    body = {key: value for key, value in given.items() if value is not None}
    if not body:
        raise Trouble("Say what to change. `rosterbus settings set --help` lists it.")
    client = Client.from_environment()
    _tell(client.patch(f"/districts/{the_district(client, district)}/settings", body), as_json)


@app.command()
@plainly
def policy(
    file: Annotated[Path | None, typer.Option("--file", "-f", help="The whole policy (YAML).")] = None,
    change: Annotated[
        list[str] | None, typer.Option("--set", help="limits.removals.count=3; nothing after = for the usual value.")
    ] = None,
    district: District = None,
    as_json: AsJson = False,
) -> None:
    """Change parts of the policy, or all of it: templates, families, limits and the rest."""
    if bool(file) == bool(change):
        raise Trouble("Give a file with the whole policy, or say with --set what to change.")
    client = Client.from_environment()
    path = f"/districts/{the_district(client, district)}/policy"
    if file:
        _tell(client.put(path, _whole(file)), as_json)
    else:
        _tell(client.patch(path, patch_of(change or [])), as_json)


@app.command("second-person")
@plainly
def second_person(
    force: Annotated[bool | None, typer.Option("--force/--no-force", help="To force a device's sync.")] = None,
    undo: Annotated[bool | None, typer.Option("--undo/--no-undo", help="To take back a run.")] = None,
    approvals_over: Annotated[
        str | None, typer.Option("--approvals-over", help="To approve more removals than this; none: never.")
    ] = None,
    district: District = None,
    as_json: AsJson = False,
) -> None:
    """Say which acts need a second person; what is not mentioned stays."""
    client = Client.from_environment()
    place = f"/districts/{the_district(client, district)}"
    wanted: Json = dict(client.get(f"{place}/settings")["second_person"])
    wanted |= {key: value for key, value in (("force", force), ("undo", undo)) if value is not None}
    if approvals_over is not None:
        wanted["approvals_over_limit"] = None if approvals_over == "none" else _number(approvals_over)
    _tell(client.put(f"{place}/second-person", wanted), as_json)


@app.command()
@plainly
def recipients(district: District = None, as_json: AsJson = False) -> None:
    """List who is told of runs by e-mail."""
    client = Client.from_environment()
    found = client.get(f"/districts/{the_district(client, district)}/settings")["recipients"]
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    table = Table("E-mail", "Of", "Told of", "Language", box=None, pad_edge=False)
    for one in found:
        table.add_row(one["email"], one["school"] or "all schools", one["outcomes"], one["locale"] or "the district's")
    Console().print(table)


@app.command()
@plainly
def tell(
    email: Annotated[str, typer.Argument(help="The e-mail address.")],
    outcomes: Annotated[
        Outcomes, typer.Option(help="all ends; problems: failed, with errors, waiting for a decision; never.")
    ] = "all",
    locale: Annotated[str | None, typer.Option(help="In this language, such as nl.")] = None,
    school: School = None,
    remove: Annotated[bool, typer.Option("--remove", help="Tell this address no more.")] = False,
    district: District = None,
    as_json: AsJson = False,
) -> None:
    """Say of which ends of runs an address is told, for the district or for one school of it."""
    client = Client.from_environment()
    district_id = the_district(client, district)
    school_id = the_schools(client, district_id, [school])[0]["id"] if school else None
    keys = ("email", "outcomes", "locale", "school_id")
    known = [{k: one[k] for k in keys} for one in client.get(f"/districts/{district_id}/settings")["recipients"]]
    others = [r for r in known if (r["email"].lower(), r["school_id"]) != (email.lower(), school_id)]
    new = {"email": email, "outcomes": outcomes, "locale": locale, "school_id": school_id}
    body = {"recipients": others if remove else [*others, new]}
    _tell(client.put(f"/districts/{district_id}/recipients", body), as_json)


@app.command()
@plainly
def school(
    name: Annotated[str, typer.Argument(help="The school, by name or id.", metavar="SCHOOL")],
    target: Annotated[str | None, typer.Option(help="The target to set it up for; none: take it out.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Its own time zone; none: the district's.")] = None,
    district: District = None,
    as_json: AsJson = False,
) -> None:
    """Show a school's settings, set it up or take it out, or give it a time zone of its own."""
    client = Client.from_environment()
    path = f"/schools/{the_schools(client, the_district(client, district), [name])[0]['id']}/settings"
    given = {"target": target, "timezone": timezone}
    body = {key: None if value == "none" else value for key, value in given.items() if value is not None}
    _tell(client.patch(path, body) if body else client.get(path), as_json)


def _tell(settings: Json, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(settings, ensure_ascii=False))
    else:
        shown = {key: value for key, value in settings.items() if key != "policy"}
        typer.echo(yaml.safe_dump(shown, sort_keys=False, allow_unicode=True, width=120), nl=False)


def _whole(file: Path) -> Json:
    try:
        body = yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - the plainest loader of all
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise Trouble(f"{file} cannot be read as YAML.") from None
    if not isinstance(body, dict):
        raise Trouble(f"{file} holds no policy. It begins with keys such as leavers, limits and templates.")
    return body


def patch_of(changes: list[str]) -> Json:
    """`limits.removals.count=3` as `{limits: {removals: {count: 3}}}`; a value in brackets is a list."""
    patch: Json = {}
    for one in changes:
        key, equals, value = one.partition("=")
        if not (key and equals):
            raise Trouble(f"--set {one} is no change. Write it as limits.removals.count=3.")
        *above, last = key.split(".")
        place = patch
        for name in above:
            place = place.setdefault(name, {})
        place[last] = _value(value)
    return patch


def _value(text: str) -> Any:
    if not text:
        return None
    return yaml.safe_load(text) if text.startswith("[") else text


def _number(text: str) -> int:
    if not text.isdecimal():
        raise Trouble(f"--approvals-over {text} is no number. Give a number of removals, or none.")
    return int(text)
