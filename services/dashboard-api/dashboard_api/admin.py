"""Operators and API keys, made on the database itself: `python -m dashboard_api.admin`."""

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from common import logs
from common.db import Connection, create_pool
from common.migrate import migrate
from dashboard_api.auth.passwords import LEAST_LENGTH, hash_password
from dashboard_api.auth.principal import SCOPES, Role
from dashboard_api.auth.tokens import hash_token, new_key
from dashboard_api.queries import api_keys, audit, operators
from dashboard_api.queries.api_keys import NewKey
from dashboard_api.queries.operators import NewOperator
from dashboard_api.settings import Settings

ACTOR = "command line"

app = typer.Typer(help="Make operators and API keys.", no_args_is_help=True, pretty_exceptions_enable=False)
Districts = Annotated[list[str] | None, typer.Option("--district", help="Only this district; may be repeated.")]


@app.command()
def create_operator(
    email: Annotated[str, typer.Option(help="The e-mail address to sign in with.")],
    name: Annotated[str, typer.Option(help="The name that pages show; made from the address if left out.")] = "",
    role: Annotated[Role, typer.Option(help="operator has all districts, the others those given.")] = "operator",
    district: Districts = None,
    password_file: Annotated[Path | None, typer.Option(help="A file that holds the password.")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Give an operator who exists these values.")] = False,
) -> None:
    """Let a person in. Without a password file a password is made up and printed, this once."""
    if role == "school_admin":
        raise typer.BadParameter("Schools are named with `rosterbus users create --role school_admin --school …`.")
    if (role == "operator") == bool(district):
        raise typer.BadParameter(
            "An operator has all districts; name a --district for the other roles, and only there."
        )
    password = _read_password(password_file)
    new = NewOperator(
        email.strip().lower(), name or email.partition("@")[0], role, district or None, hash_password(password)
    )
    if not asyncio.run(_with_database(lambda conn: _save_operator(conn, new, reset))):
        typer.echo(f"{new.email} can sign in already; nothing was changed. --reset gives these values.")
        return
    typer.echo(f"{new.email} can sign in.")
    if password_file is None:
        typer.echo(f"The password, shown only now: {password}")


@app.command()
def create_key(
    name: Annotated[str, typer.Option(help="What the key is for; a key that has the name is replaced.")],
    out: Annotated[Path, typer.Option(help="The file to write the key to; only its owner may read it.")],
    district: Districts = None,
    scope: Annotated[list[str] | None, typer.Option(help=f"{', '.join(SCOPES)}; all if left out.")] = None,
    expires_days: Annotated[int | None, typer.Option(min=1, help="Days after which it ends.")] = None,
) -> None:
    """Make an API key. A file that holds the valid key of this name already is left as it is."""
    if unknown := set(scope or ()) - set(SCOPES):
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: scopes are {', '.join(SCOPES)}.")
    key = new_key()
    lasts = timedelta(days=expires_days) if expires_days else None
    new = NewKey(name, hash_token(key), list(scope or SCOPES), district or None, lasts)
    old = hash_token(out.read_text().strip()) if out.exists() else b""
    if not asyncio.run(_with_database(lambda conn: _save_key(conn, new, old))):
        typer.echo(f"{out} holds the key already.")
        return
    _write_private(out, key)
    typer.echo(f"The key is in {out}.")


async def _save_operator(conn: Connection, new: NewOperator, reset: bool) -> bool:
    """False if the operator exists and is to stay as is."""
    id_, action = await operators.add(conn, new), "create_operator"
    if id_ is None:
        if not reset:
            return False
        id_, action = await operators.reset(conn, new), "reset_operator"
    await audit.add(conn, "", ACTOR, action, f"operator/{id_}", {"role": new.role, "districts": new.districts})
    return True


async def _save_key(conn: Connection, new: NewKey, old_hash: bytes) -> bool:
    """False if the key with the old hash has the name, and is valid."""
    if await api_keys.is_valid(conn, new.name, old_hash):
        return False
    id_ = await api_keys.replace(conn, new)
    await audit.add(conn, "", ACTOR, "create_key", f"key/{id_}", {"scopes": new.scopes, "districts": new.districts})
    return True


async def _with_database(act: Callable[[Connection], Awaitable[bool]]) -> bool:
    """Do something in one transaction, on a schema that is up to date even if the service never ran."""
    settings = _settings()
    logs.configure(settings.model_copy(update={"log_level": "warning"}), "dashboard-api")
    await migrate(settings.database_url, "dashboard-api")
    async with await create_pool(settings, "dashboard-api") as pool, pool.acquire() as conn, conn.transaction():
        return await act(conn)


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        names = ", ".join(f"ROSTERBUS_{str(detail['loc'][0]).upper()}" for detail in error.errors())
        typer.echo(f"Set these variables as for the service itself: {names}.", err=True)
        raise typer.Exit(2) from None


def _read_password(file: Path | None) -> str:
    if file is None:
        return secrets.token_urlsafe(12)
    password = file.read_text().strip()
    if len(password) < LEAST_LENGTH:
        raise typer.BadParameter(f"The password must have at least {LEAST_LENGTH} characters.")
    return password


def _write_private(file: Path, text: str) -> None:
    """Written beside and moved into place, so that nobody else can read it at any moment."""
    draft = file.with_name(f"{file.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(text + "\n")
    draft.replace(file)


if __name__ == "__main__":
    app()
