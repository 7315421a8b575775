"""Forgets what no longer counts: old hints, sessions that ran out, attempts to sign in, checks of sources."""

from common.db import Pool
from dashboard_api.auth.sessions import WINDOW
from dashboard_api.queries import hints, sessions, sign_in_attempts, source_checks

CLEAN_EVERY = 300.0


async def clean(pool: Pool) -> None:
    """Once; whoever leads repeats it each `CLEAN_EVERY` seconds."""
    await hints.forget_old(pool)
    await sessions.forget_expired(pool)
    await sign_in_attempts.forget_old(pool, WINDOW)
    await source_checks.forget_old(pool)
