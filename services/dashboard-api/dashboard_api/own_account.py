"""What people do with their own account: password, second factor, sessions. Each is audited, without secrets."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from common.db import Connection
from dashboard_api.auth import passwords, second_factor, sessions
from dashboard_api.auth.principal import Principal
from dashboard_api.auth.tokens import hash_token
from dashboard_api.context import Context
from dashboard_api.language import _
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import audit, operators, second_factors, sign_in_attempts
from dashboard_api.queries import sessions as session_rows


def own_id(caller: Principal) -> UUID:
    """The person's id. Raises `Problem` 403 for programs, which have no account."""
    if caller.csrf is None:
        raise Problem(403, "no_person", _("An API key has no account of its own. Sign in to the dashboard."))
    return UUID(caller.id)


async def change(context: Context, caller: Principal, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Change some of one's own `name, locale, timezone`; all three as they are then."""
    id_ = own_id(caller)
    before = {"name": caller.name, "locale": caller.locale, "timezone": caller.timezone}
    after = {**before, **wanted}
    async with context.whole.acquire() as conn, conn.transaction():
        await operators.change_own(conn, id_, **after)
        renamed = {"renamed": True} if after["name"] != before["name"] else {}
        was, now = ({key: value for key, value in side.items() if key != "name"} for side in (before, after))
        detail = {"before": was, "after": now | renamed}
        await audit.add(conn, "", caller.id, "change account", f"operator/{id_}", detail)
    return after


async def change_password(context: Context, caller: Principal, current: str, new: str) -> None:
    """Change one's own password; other sessions end. Raises `Problem` 401 or 429 for a wrong present one."""
    id_ = own_id(caller)
    if len(new) < passwords.LEAST_LENGTH:
        raise passwords.too_short()
    confirmed = await confirm_password(context, id_, current)
    hash_ = await passwords.make(new)
    async with context.whole.acquire() as conn, conn.transaction():
        await _hold(conn, id_, confirmed)
        await operators.set_password(conn, id_, hash_)
        await session_rows.end_all(conn, id_, caller.csrf)
        await audit.add(conn, "", caller.id, "change password", f"operator/{id_}")


async def begin_second_factor(context: Context, caller: Principal) -> dict[str, Any]:
    """A new secret as text, address and picture, good once it is confirmed. Raises `Problem` 409 if there is one."""
    id_ = own_id(caller)
    secret = second_factor.new_secret()
    sealed = context.box.seal({"totp": secret})
    async with context.whole.acquire() as conn, conn.transaction():
        if not await second_factors.begin(conn, id_, sealed):
            raise Problem(
                409, "second_factor_on", _("You have a second factor already. Remove it before you set up another.")
            )
        found = await second_factors.find(conn, id_)
    assert found is not None
    return _to_scan(secret, found["email"])


async def pending_second_factor(context: Context, caller: Principal) -> dict[str, Any] | None:
    """The secret that waits to be confirmed, as `begin_second_factor` gave it; None if none is being set up."""
    found = await second_factors.find(context.whole, own_id(caller))
    if found is None or found["totp_secret"] is None or found["confirmed"]:
        return None
    return _to_scan(context.box.open(found["totp_secret"])["totp"], found["email"])


async def confirm_second_factor(context: Context, caller: Principal, code: str) -> list[str]:
    """The app shows the right code: from now on one is asked for, and other sessions end. Gives the recovery codes."""
    id_ = own_id(caller)
    await sessions.limit(context, _attempts(id_), _attempts(id_))
    codes = second_factor.new_recovery_codes()
    async with context.whole.acquire() as conn, conn.transaction():
        await operators.hold(conn, id_)  # another set-up, begun meanwhile, must not be confirmed by this one's code
        found = await second_factors.find(conn, id_)
        if found is None or found["totp_secret"] is None or found["confirmed"]:
            raise Problem(409, "no_second_factor", _("No second factor is being set up. Begin with its picture."))
        secret = context.box.open(found["totp_secret"])["totp"]
        if not await second_factor.accept(conn, id_, secret, found["totp_step"], code):
            raise Problem(422, "wrong_code", _("This code is wrong or was used already. Wait for the next one."))
        await second_factors.confirm(conn, id_, [second_factor.hash_recovery_code(id_, code) for code in codes])
        await session_rows.end_all(conn, id_, caller.csrf)
        await audit.add(conn, "", caller.id, "add second factor", f"operator/{id_}")
    await sign_in_attempts.forget(context.whole, _attempts(id_))
    return codes


async def remove_second_factor(context: Context, caller: Principal, password: str) -> None:
    """Sign in with the password alone again; other sessions end. Raises `Problem` 401 or 429 for a wrong password."""
    id_ = own_id(caller)
    confirmed = await confirm_password(context, id_, password)
    async with context.whole.acquire() as conn, conn.transaction():
        await _hold(conn, id_, confirmed)
        if await second_factors.remove(conn, id_):
            await session_rows.end_all(conn, id_, caller.csrf)
            await audit.add(conn, "", caller.id, "remove second factor", f"operator/{id_}")


async def end_other_sessions(context: Context, caller: Principal) -> int:
    """Sign out everywhere else; from how many sessions."""
    id_ = own_id(caller)
    async with context.whole.acquire() as conn, conn.transaction():
        ended = await session_rows.end_all(conn, id_, caller.csrf)
        await audit.add(conn, "", caller.id, "end sessions", f"operator/{id_}", {"sessions": ended})
    return ended


async def end_session(context: Context, caller: Principal, session_id: UUID) -> None:
    """End one of one's sessions. Raises `Problem` 404."""
    id_ = own_id(caller)
    async with context.whole.acquire() as conn, conn.transaction():
        if not await session_rows.end_one(conn, id_, session_id):
            raise not_found("session")
        await audit.add(conn, "", caller.id, "end sessions", f"operator/{id_}", {"sessions": 1})


async def confirm_password(context: Context, id_: UUID, password: str) -> str | None:
    """The hash of the password, if it is this one.

    Raises `Problem`: 403 for a wrong password, so that programs do not take it for an ended session; 429.
    """
    await sessions.limit(context, _attempts(id_), _attempts(id_))
    hash_ = await operators.password_hash_of(context.whole, id_)
    if not await passwords.verify(hash_, password):
        raise _wrong_password()
    await sign_in_attempts.forget(context.whole, _attempts(id_))
    return hash_


async def _hold(conn: Connection, id_: UUID, confirmed: str | None) -> None:
    """Hold the person until the transaction ends. Raises `Problem` 403 if the password is another one by now."""
    held = await operators.hold(conn, id_)
    if held is None or held["password_hash"] != confirmed:
        raise _wrong_password()


def _wrong_password() -> Problem:
    return Problem(403, "wrong_password", _("This is not your present password. Try again."))


def _to_scan(secret: str, email: str) -> dict[str, Any]:
    address = second_factor.address(secret, email)
    return {"secret": secret, "address": address, "picture": second_factor.picture(address)}


def _attempts(id_: UUID) -> bytes:
    return hash_token(f"own {id_}")
