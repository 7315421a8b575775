"""`rosterbus users …`: people who sign in."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from dashboard_api.auth.principal import Role
from dashboard_api.cli.choose import school_ids
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.csv_out import AsCsv, Bom, Separator, write_csv
from dashboard_api.cli.trouble import Trouble, plainly
from dashboard_api.words.amounts import ago, moment, number

app = typer.Typer(help="People who sign in.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")]
Who = Annotated[str, typer.Argument(help="The e-mail address.", metavar="EMAIL")]
Districts = Annotated[list[str] | None, typer.Option("--district", help="One of theirs; may be repeated.")]
Language = Annotated[
    str | None, typer.Option("--locale", help="Their language: en, nl or fr; none: as the browser asks.")
]
Schools = Annotated[list[str] | None, typer.Option("--school", help="A school administrator's; may be repeated.")]


@app.command("list")
@plainly
def list_(
    district: Annotated[str | None, typer.Option(help="Only who has this district.")] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    bom: Bom = False,
    separator: Separator = "comma",
) -> None:
    """List people, their roles, and when they were last here."""
    client = Client.from_environment()
    if as_csv:
        write_csv(client, "/users.csv", bom, separator, district=district)
        return
    found = list(client.all("/users", "users", district=district))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    table = Table("E-mail", "Name", "Role", "Districts", "Second factor", "Last seen", box=None, pad_edge=False)
    for user in found:
        table.add_row(*_cells(user))
    Console().print(table)


@app.command()
@plainly
def show(email: Who, as_json: AsJson = False) -> None:
    """Show one person: role, districts, schools, and their ways in."""
    client = Client.from_environment()
    found = client.get(f"/users/{_person(client, email)['id']}")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    facts = Table(box=None, show_header=False, pad_edge=False)
    headings = ("E-mail", "Name", "Role", "Districts", "Second factor", "Last seen")
    known = dict(zip(headings, _cells(found), strict=True))
    known |= {"Schools": number(len(found["schools"] or ())), "Signed in": number(found["sessions"])}
    known |= {
        "Password": "yes" if found["has_password"] else "no",
        "Language": found["locale"] or "as the browser asks",
    }
    for name, value in known.items():
        facts.add_row(f"[dim]{name}[/]", value)
    Console().print(facts)


@app.command()
@plainly
def create(
    email: Who,
    name: Annotated[str, typer.Option(help="The name that pages show.")],
    role: Annotated[Role, typer.Option(help="What they may do.")],
    district: Districts = None,
    school: Schools = None,
    locale: Language = None,
    password_file: Annotated[
        Path | None, typer.Option(help="A file with their first password.", exists=True, dir_okay=False, readable=True)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Let a person in. Without a password file the link is printed with which they choose a password."""
    client = Client.from_environment()
    wanted: Json = {"email": email, "name": name, "role": role, "districts": district or None}
    wanted |= {"schools": school_ids(client, district, school), **_language(locale)}
    if password_file is not None:
        wanted["password"] = _password(password_file)
    made = client.post("/users", wanted)
    if as_json:
        typer.echo(json.dumps(made, ensure_ascii=False))
        return
    typer.echo(f"{made['email']} has an account.")
    _tell_link(made["invitation"])


@app.command()
@plainly
def change(
    email: Who,
    name: Annotated[str | None, typer.Option(help="Another name.")] = None,
    role: Annotated[Role | None, typer.Option(help="Another role.")] = None,
    district: Districts = None,
    school: Schools = None,
    locale: Language = None,
    as_json: AsJson = False,
) -> None:
    """Change name, language or rights; what is not mentioned stays. Who gets other rights is signed out everywhere."""
    if all(given is None for given in (name, role, district, school, locale)):
        raise Trouble("Say what to change. `rosterbus users change --help` lists it.")
    client = Client.from_environment()
    person = _person(client, email)
    wanted: Json = {} if name is None else {"name": name}
    wanted |= _language(locale) | _without(role)
    if district:
        wanted["districts"] = district
    if school:
        wanted["schools"] = school_ids(client, district or person["districts"], school)
    _change(client, person, wanted, as_json, "has changed")


@app.command()
@plainly
def disable(email: Who, as_json: AsJson = False) -> None:
    """Keep a person out, and sign them out everywhere."""
    client = Client.from_environment()
    _change(client, _person(client, email), {"disabled": True}, as_json, "can sign in no more")


@app.command()
@plainly
def enable(email: Who, as_json: AsJson = False) -> None:
    """Let a person in again."""
    client = Client.from_environment()
    _change(client, _person(client, email), {"disabled": False}, as_json, "can sign in again")


@app.command("reset-password")
@plainly
def reset_password(email: Who, as_json: AsJson = False) -> None:
    """Print a link with which a person chooses a new password; the present one works until then."""
    client = Client.from_environment()
    made = client.post(f"/users/{_person(client, email)['id']}/invitation", {})
    if as_json:
        typer.echo(json.dumps(made, ensure_ascii=False))
        return
    _tell_link(made["invitation"])


@app.command("sign-out")
@plainly
def sign_out(email: Who, as_json: AsJson = False) -> None:
    """End a person's sessions, wherever they are."""
    client = Client.from_environment()
    ended = client.delete(f"/users/{_person(client, email)['id']}/sessions")
    typer.echo(json.dumps(ended) if as_json else f"{email} is signed out everywhere.")


@app.command("remove-second-factor")
@plainly
def remove_second_factor(email: Who, as_json: AsJson = False) -> None:
    """For a person who has lost it: they come in with their password alone."""
    client = Client.from_environment()
    person = client.delete(f"/users/{_person(client, email)['id']}/second-factor")
    typer.echo(json.dumps(person) if as_json else f"{email} has no second factor any more.")


def _password(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        raise Trouble(f"{file} holds no password: it is not UTF-8 text.") from None


def _change(client: Client, person: Json, wanted: Json, as_json: bool, done: str) -> None:
    after = client.patch(f"/users/{person['id']}", wanted)
    typer.echo(json.dumps(after, ensure_ascii=False) if as_json else f"{after['email']} {done}.")


def _without(role: Role | None) -> Json:
    """A role, and null for what people of this role do not have: platform operators districts, others schools."""
    if role is None:
        return {}
    districts: Json = {"districts": None} if role == "operator" else {}
    schools: Json = {} if role == "school_admin" else {"schools": None}
    return {"role": role, **districts, **schools}


def _language(locale: str | None) -> Json:
    if locale is None:
        return {}
    return {"locale": None if locale == "none" else locale}


def _person(client: Client, email: str) -> Json:
    """Who has this address. Raises `Trouble` if nobody has that the key may administer."""
    for user in client.all("/users", "users"):
        if user["email"] == email.lower():
            return user
    raise Trouble(f"Nobody that you may administer has the address {email}. `rosterbus users list` shows who there is.")


def _cells(user: Json) -> list[str]:
    seen: Any = user["last_seen_at"]
    return [
        user["email"],
        user["name"],
        f"{user['role']}{' (disabled)' if user['disabled_at'] else ''}",
        ", ".join(user["districts"] or ["all"]),
        "yes" if user["second_factor"] else "no",
        ago(moment(seen), datetime.now(UTC)) if seen else "–",
    ]


def _tell_link(invitation: Json | None) -> None:
    if invitation is not None:
        typer.echo(f"Send them this link, good once and until {invitation['expires_at'][:10]}:\n{invitation['link']}")
