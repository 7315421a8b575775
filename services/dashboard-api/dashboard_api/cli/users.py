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
from dashboard_api.cli.trouble import Trouble, plainly
from dashboard_api.words.amounts import ago, moment

app = typer.Typer(help="People who sign in.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="JSON, as the API has it.")]
Who = Annotated[str, typer.Argument(help="The e-mail address.", metavar="EMAIL")]
Districts = Annotated[list[str] | None, typer.Option("--district", help="One of theirs; may be repeated.")]
Schools = Annotated[list[str] | None, typer.Option("--school", help="A school administrator's; may be repeated.")]


@app.command("list")
@plainly
def list_(
    district: Annotated[str | None, typer.Option(help="Only who has this district.")] = None, as_json: AsJson = False
) -> None:
    """Show people, their roles, and when they were last here."""
    found = list(Client.from_environment().all("/users", "users", district=district))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    table = Table("E-mail", "Name", "Role", "Districts", "Second factor", "Last seen", box=None, pad_edge=False)
    for user in found:
        table.add_row(*_cells(user))
    Console().print(table)


@app.command()
@plainly
def create(
    email: Who,
    name: Annotated[str, typer.Option(help="The name that pages show.")],
    role: Annotated[Role, typer.Option(help="What they may do.")],
    district: Districts = None,
    school: Schools = None,
    password_file: Annotated[Path | None, typer.Option(help="A file with their first password.")] = None,
    as_json: AsJson = False,
) -> None:
    """Let a person in. Without a password file the link is printed with which they choose a password."""
    client = Client.from_environment()
    wanted: Json = {"email": email, "name": name, "role": role, **_rights(client, district, school)}
    if password_file is not None:
        wanted["password"] = password_file.read_text().strip()
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
    as_json: AsJson = False,
) -> None:
    """Change name or rights. Who gets other rights is signed out everywhere."""
    client = Client.from_environment()
    wanted = {key: value for key, value in (("name", name), ("role", role)) if value is not None}
    if district or school or role is not None:
        wanted |= _rights(client, district, school)
    _change(client, email, wanted, as_json, "has changed")


@app.command()
@plainly
def disable(email: Who, as_json: AsJson = False) -> None:
    """Keep a person out, and sign them out everywhere."""
    _change(Client.from_environment(), email, {"disabled": True}, as_json, "can sign in no more")


@app.command()
@plainly
def enable(email: Who, as_json: AsJson = False) -> None:
    """Let a person in again."""
    _change(Client.from_environment(), email, {"disabled": False}, as_json, "can sign in again")


@app.command("reset-password")
@plainly
def reset_password(email: Who, as_json: AsJson = False) -> None:
    """Print a link with which a person chooses a new password; the present one works until then."""
    client = Client.from_environment()
    made = client.post(f"/users/{_id(client, email)}/invitation", {})
    if as_json:
        typer.echo(json.dumps(made, ensure_ascii=False))
        return
    _tell_link(made["invitation"])


@app.command("sign-out")
@plainly
def sign_out(email: Who, as_json: AsJson = False) -> None:
    """End a person's sessions, wherever they are."""
    client = Client.from_environment()
    ended = client.delete(f"/users/{_id(client, email)}/sessions")
    typer.echo(json.dumps(ended) if as_json else f"{email} is signed out everywhere.")


@app.command("remove-second-factor")
@plainly
def remove_second_factor(email: Who, as_json: AsJson = False) -> None:
    """For a person who has lost it: they come in with their password alone."""
    client = Client.from_environment()
    person = client.delete(f"/users/{_id(client, email)}/second-factor")
    typer.echo(json.dumps(person) if as_json else f"{email} has no second factor any more.")


def _change(client: Client, email: str, wanted: Json, as_json: bool, done: str) -> None:
    after = client.patch(f"/users/{_id(client, email)}", wanted)
    typer.echo(json.dumps(after, ensure_ascii=False) if as_json else f"{after['email']} {done}.")


def _rights(client: Client, districts: list[str] | None, schools: list[str] | None) -> Json:
    """Districts and schools by id; a school is named as elsewhere on the command line."""
    return {"districts": districts or None, "schools": school_ids(client, districts, schools)}


def _id(client: Client, email: str) -> str:
    for user in client.all("/users", "users"):
        if user["email"] == email.lower():
            return str(user["id"])
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
