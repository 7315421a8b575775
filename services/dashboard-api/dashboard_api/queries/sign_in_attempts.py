"""The table `sign_in_attempt`: how often an account, or an address, was tried of late."""

from datetime import timedelta

from common.db import Pool


async def add(pool: Pool, subjects: list[bytes]) -> None:
    """Note an attempt before it is judged, so that many at once count as many."""
    await pool.executemany("INSERT INTO sign_in_attempt (subject) VALUES ($1)", [(subject,) for subject in subjects])


async def count(pool: Pool, subject: bytes, within: timedelta) -> int:
    """Attempts of a subject within a time."""
    n: int = await pool.fetchval(
        "SELECT count(*) FROM sign_in_attempt WHERE subject = $1 AND attempted_at > now() - $2::interval",
        subject,
        within,
    )
    return n


async def forget(pool: Pool, subject: bytes) -> None:
    """Forget a subject's attempts, since the last one succeeded."""
    await pool.execute("DELETE FROM sign_in_attempt WHERE subject = $1", subject)


async def forget_old(pool: Pool, older_than: timedelta) -> None:
    """Forget attempts that no longer count."""
    await pool.execute("DELETE FROM sign_in_attempt WHERE attempted_at < now() - $1::interval", older_than)
