"""Where users hold which roles, as roles.csv of 1.2 tells apart from users.csv.

Kept on disk while the package is read, since roles come in no order and memory is to stay flat.
"""

import sqlite3
from collections.abc import Iterable

from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster_csv.wire import RoleRow
from roster_fetcher.values import text

AT_ONCE = 500
"""Keys in one query; SQLite takes at least 999."""


class RoleIndex:
    """A temporary database, which vanishes with the process at the latest."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", check_same_thread=False)
        self._db.execute("CREATE TABLE role (user TEXT, role TEXT, kind TEXT, org TEXT)")
        self._db.execute("CREATE INDEX role_user ON role (user)")

    def add(self, rows: Iterable[RoleRow]) -> None:
        """Take in roles."""
        values = ((text(row.user_sourced_id), row.role, row.role_type, row.org_sourced_id) for row in rows)
        self._db.executemany("INSERT INTO role VALUES (?, ?, ?, ?)", values)

    def give(self, users: Iterable[wire.User]) -> None:
        """Let each of these users have the roles that were taken in."""
        by_key: dict[str, list[wire.User]] = {}
        for user in users:
            by_key.setdefault(text(user.sourced_id), []).append(user)
        keys = list(by_key)
        for start in range(0, len(keys), AT_ONCE):
            some = keys[start : start + AT_ONCE]
            marks = ",".join("?" * len(some))
            found = self._db.execute(
                f"SELECT user, role, kind, org FROM role WHERE user IN ({marks}) ORDER BY rowid",
                some,
            )
            for key, role, kind, org in found:
                for user in by_key[key]:
                    user.roles = [*(user.roles or ()), wire.Role(role=role, role_type=kind, org_sourced_id=org)]

    def close(self) -> None:
        """Forget everything."""
        self._db.close()
