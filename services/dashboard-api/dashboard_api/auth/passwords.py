"""Passwords: argon2id, off the event loop, at most two at once (64 MiB each)."""

import asyncio
from functools import cache
from secrets import token_urlsafe

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dashboard_api.language import _
from dashboard_api.problems import Problem

AT_ONCE = 2
LEAST_LENGTH = 10

_hasher = PasswordHasher()
_slots = asyncio.Semaphore(AT_ONCE)


def hash_password(password: str) -> str:
    """The hash to be kept."""
    return _hasher.hash(password)


async def make(password: str) -> str:
    """The same, off the event loop."""
    async with _slots:
        return await asyncio.to_thread(hash_password, password)


def too_short() -> Problem:
    """The password has fewer characters than `LEAST_LENGTH`."""
    sentence = _("The password must have at least {least} characters. Choose a longer one.", least=LEAST_LENGTH)
    return Problem(422, "short_password", sentence)


def needs_renewal(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


async def verify(password_hash: str | None, password: str) -> bool:
    """Whether it is the password. None (nobody has this address) takes as long and is never right."""
    async with _slots:
        return await asyncio.to_thread(_verify, password_hash, password)


def _verify(password_hash: str | None, password: str) -> bool:
    try:
        return _hasher.verify(password_hash or _nobodys_hash(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    """A hash of the same cost, that no password has."""
    return _hasher.hash(token_urlsafe())
