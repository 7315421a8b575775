"""Signing in and out: attempts are limited; cookies are random and given anew each hour, and only hashes kept."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from fastapi import Response
from starlette.types import Scope

from common.db import Connection
from dashboard_api.auth import passwords, second_factor
from dashboard_api.auth.principal import Principal, person
from dashboard_api.auth.tokens import hash_token, new_token
from dashboard_api.context import Context
from dashboard_api.language import _
from dashboard_api.problems import Problem
from dashboard_api.queries import audit, operators, sessions, sign_in_attempts
from dashboard_api.queries.sessions import NewSession

WINDOW = timedelta(minutes=15)
MOST_PER_ACCOUNT = 5
MOST_PER_ADDRESS = 50
"""An address may be a whole school's; an account is one person's."""
FOR_THE_CODE = timedelta(minutes=10)
"""For which a right password is good without the second factor."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A new session's cookie. `complete` False: good for nothing but giving the code of the second factor."""

    token: str
    complete: bool


async def sign_in(context: Context, email: str, password: str, address: str) -> Begun:
    """Begin a session. Raises `Problem`: 401 for a wrong pair, 429 after too many attempts."""
    account = hash_token(f"account {email.lower()}")
    await limit(context, account, hash_token(f"address {address}"))
    found = await operators.find(context.whole, email)
    hash_: str | None = found["password_hash"] if found else None
    if not await passwords.verify(hash_, password) or found is None or hash_ is None:
        raise Problem(401, "wrong_password", _("This e-mail address and password do not belong together. Try again."))
    renewed = await passwords.make(password) if passwords.needs_renewal(hash_) else None
    async with context.whole.acquire() as conn, conn.transaction():
        held = await operators.hold(conn, found["id"])
        begun = None
        if held is not None and held["password_hash"] == hash_:
            if renewed is not None:
                await operators.renew_hash(conn, found["id"], renewed)
            begun = await begin(conn, context, found["id"], complete=not held["has_second_factor"])
    if begun is None:  # the password was changed while it was checked: judge by what is there now
        return await sign_in(context, email, password, address)
    await sign_in_attempts.forget(context.whole, account)
    return begun


async def begin(conn: Connection, context: Context, operator_id: UUID, *, complete: bool = True) -> Begun:
    """Begin a person's session; one that is complete is noted."""
    token = new_token()
    lasts = timedelta(hours=context.settings.session_hours) if complete else FOR_THE_CODE
    await sessions.add(conn, NewSession(hash_token(token), operator_id, new_token(), lasts, complete))
    if complete:
        await audit.add(conn, "", str(operator_id), "sign_in", f"operator/{operator_id}")
    return Begun(token, complete)


async def give_code(context: Context, cookie: str | None, code: str, address: str) -> Begun:
    """Complete a session with the second factor, under another cookie. Raises `Problem` 401 or 429."""
    waiting = await sessions.waiting(context.whole, hash_token(cookie)) if cookie else None
    if waiting is None:
        raise _too_late()
    attempts = hash_token(f"code {waiting['id']}")
    await limit(context, attempts, hash_token(f"address {address}"))
    async with context.whole.acquire() as conn, conn.transaction():
        await operators.hold(conn, waiting["id"])
        waiting = await sessions.waiting(conn, hash_token(cookie or ""))  # a new password may have ended it meanwhile
        if waiting is None:
            raise _too_late()
        secret = context.box.open(waiting["totp_secret"])["totp"]
        if not await second_factor.accept(conn, waiting["id"], secret, waiting["totp_step"], code):
            raise Problem(401, "wrong_code", _("This code is wrong or was used already. Wait for the next one."))
        await sessions.end(conn, hash_token(cookie or ""))
        begun = await begin(conn, context, waiting["id"])
    await sign_in_attempts.forget(context.whole, attempts)
    return begun


def _too_late() -> Problem:
    return Problem(401, "sign_in_again", _("That took too long. Sign in again from the start."))


async def find(context: Context, cookie: str, scope: Scope | None = None) -> Principal | None:
    """Whose session a cookie is. Where it is due, the answer to this request (`scope`) brings another one."""
    idle = timedelta(minutes=context.settings.session_idle_minutes)
    used = hash_token(cookie)
    row = await sessions.find(context.whole, used, idle)
    if row is None:
        return None
    if row["due"] and scope is not None:
        token = new_token()
        if await sessions.rotate(context.whole, row["session"], used, hash_token(token)):
            scope.setdefault("state", {})["cookie"] = token
    return person(dict(row))


async def sign_out(context: Context, cookie: str) -> None:
    """End the session of a cookie."""
    await sessions.end(context.whole, hash_token(cookie))


def cookie_name(context: Context) -> str:
    """`__Host-` makes browsers refuse the cookie from other hosts, paths and open lines."""
    return "__Host-rosterbus" if context.settings.secure_cookies else "rosterbus"


def set_cookie(context: Context, response: Response, token: str) -> None:
    """Hand the cookie to the browser, out of reach of scripts and of other sites' requests."""
    response.set_cookie(
        cookie_name(context),
        token,
        max_age=int(context.settings.session_hours * 3600),
        path="/",
        secure=context.settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(context: Context, response: Response) -> None:
    """Take the cookie back."""
    response.delete_cookie(
        cookie_name(context), path="/", secure=context.settings.secure_cookies, httponly=True, samesite="lax"
    )


async def limit(context: Context, account: bytes, address: bytes) -> None:
    """Note an attempt. Raises `Problem` 429 after too many of an account or an address."""
    await sign_in_attempts.add(context.whole, list({account, address}))
    for subject, most in ((account, MOST_PER_ACCOUNT), (address, MOST_PER_ADDRESS)):
        if await sign_in_attempts.count(context.whole, subject, WINDOW) > most:
            minutes = int(WINDOW.total_seconds() // 60)
            raise Problem(
                429,
                "too_many_attempts",
                _("Too many attempts to sign in. Wait {minutes} minutes, then try again.", minutes=minutes),
                {"Retry-After": str(minutes * 60)},
            )
