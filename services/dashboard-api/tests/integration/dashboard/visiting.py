"""Somebody at the pages: signed in, reading, sending forms."""

from html.parser import HTMLParser
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


def nested(text: str, attribute: str) -> list[str]:
    """The ids of elements with this attribute that stand within another one that has it."""
    reading = _Nesting(attribute)
    reading.feed(text)
    return reading.found


VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
"""Elements in which nothing stands, and which nothing closes."""


class _Nesting(HTMLParser):
    def __init__(self, attribute: str) -> None:
        super().__init__()
        self.attribute = attribute
        self.around: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        if self.attribute in has and any(marked for _, marked in self.around):
            self.found.append(has.get("id") or tag)
        if tag not in VOID:
            self.around.append((tag, self.attribute in has))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Nothing stands in it."""

    def handle_endtag(self, tag: str) -> None:
        while self.around and self.around.pop()[0] != tag:
            pass
