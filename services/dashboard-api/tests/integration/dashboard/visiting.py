"""Somebody at the pages: signed in, reading, sending forms."""

from typing import Any

from .surroundings import Dashboard

EMAIL = "a.rossi@north.example"
VIEWER = "v.iewer@north.example"


async def signed_in(dashboard: Dashboard, email: str = EMAIL, **who: Any) -> Dashboard:
    """Whoever may do everything, unless said otherwise."""
    await dashboard.operator(email, **who)
    await dashboard.sign_in(email)
    return dashboard


async def page(dashboard: Dashboard, path: str, status: int = 200) -> str:
    """A page's text."""
    async with dashboard.http.get(path) as answer:
        assert answer.status == status, await answer.text()
        return await answer.text()


async def send(dashboard: Dashboard, path: str, **fields: Any) -> tuple[int, str]:
    """Send a form; the status, and where it leads to or, where it leads nowhere, what is shown."""
    csrf = await dashboard.pool.fetchval("SELECT csrf FROM session ORDER BY created_at DESC LIMIT 1")
    async with dashboard.http.post(path, data={"csrf": csrf, **fields}, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location") or await answer.text()
