"""Signing in and out: attempts are limited, cookies are random, only their hashes are kept."""

from datetime import timedelta

from fastapi import Response

from dashboard_api.auth import passwords
from dashboard_api.auth.principal import Principal, person
from dashboard_api.auth.tokens import hash_token, new_token
from dashboard_api.context import Context
from dashboard_api.problems import Problem
from dashboard_api.queries import audit, operators, sessions, sign_in_attempts

WINDOW = timedelta(minutes=15)
MOST_PER_ACCOUNT = 5
MOST_PER_ADDRESS = 50
"""An address may be a whole school's; an account is one person's."""


async def sign_in(context: Context, email: str, password: str, address: str) -> str:
    """A new session's cookie. Raises `Problem`: 401 for a wrong pair, 429 after too many attempts."""
    account = hash_token(f"account {email.lower()}")
    await _limit(context, account, hash_token(f"address {address}"))
    found = await operators.find(context.pool, email)
    if not await passwords.verify(found["password_hash"] if found else None, password) or found is None:
        raise Problem(401, "wrong_password", "This e-mail address and password do not belong together. Try again.")
    if passwords.needs_renewal(found["password_hash"]):
        await operators.renew_hash(context.pool, found["id"], passwords.hash_password(password))
    await sign_in_attempts.forget(context.pool, account)
    token = new_token()
    async with context.unit_of_work() as uow:
        lasts = timedelta(hours=context.settings.session_hours)
        await sessions.add(uow.conn, hash_token(token), found["id"], new_token(), lasts)
        await audit.add(uow.conn, "", str(found["id"]), "sign_in", f"operator/{found['id']}")
    return token


async def find(context: Context, cookie: str) -> Principal | None:
    """Whose session a cookie is."""
    idle = timedelta(minutes=context.settings.session_idle_minutes)
    row = await sessions.find(context.pool, hash_token(cookie), idle)
    return person(row["id"], row["name"], row["role"], row["districts"], row["csrf"]) if row else None


async def sign_out(context: Context, cookie: str) -> None:
    """End the session of a cookie."""
    await sessions.end(context.pool, hash_token(cookie))


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


async def _limit(context: Context, account: bytes, address: bytes) -> None:
    await sign_in_attempts.add(context.pool, [account, address])
    for subject, most in ((account, MOST_PER_ACCOUNT), (address, MOST_PER_ADDRESS)):
        if await sign_in_attempts.count(context.pool, subject, WINDOW) > most:
            minutes = int(WINDOW.total_seconds() // 60)
            raise Problem(
                429,
                "too_many_attempts",
                f"Too many attempts to sign in. Wait {minutes} minutes, then try again.",
                {"Retry-After": str(minutes * 60)},
            )
