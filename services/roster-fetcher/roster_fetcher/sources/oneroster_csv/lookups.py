"""What 1.2 tells of users in other files than users.csv: their roles, and the user names of their profiles.

Kept on disk while the packages are read, since these rows come in no order and memory is to stay flat.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.fields import is_gone
from roster_fetcher.sources.oneroster_csv.wire import ProfileRow, RoleRow
from roster_fetcher.values import text

AT_ONCE = 500
"""Keys in one query; SQLite takes at least 999."""


def in_lots(keys: Iterable[str]) -> Iterator[tuple[Sequence[str], str]]:
    """So many keys as fit into one query, with a mark for each."""
    rest = iter(keys)
    while some := list(islice(rest, AT_ONCE)):
        yield some, ",".join("?" * len(some))


class Lookups:
    """A temporary database, which vanishes with the process at the latest."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", check_same_thread=False)
        self._db.execute("CREATE TABLE role (user TEXT, role TEXT, kind TEXT, org TEXT)")
        self._db.execute("CREATE INDEX role_user ON role (user)")
        self._db.execute("CREATE TABLE profile (user TEXT PRIMARY KEY, username TEXT) WITHOUT ROWID")

    def add_roles(self, rows: Iterable[wire.Row]) -> None:
        """Take in roles."""
        roles = (row for row in rows if isinstance(row, RoleRow) and not is_gone(row))
        values = ((text(row.user_sourced_id), row.role, row.role_type, row.org_sourced_id) for row in roles)
        self._db.executemany("INSERT INTO role VALUES (?, ?, ?, ?)", values)

    def add_profiles(self, rows: Iterable[wire.Row]) -> None:
        """Take in user names; of several of one user the first counts."""
        profiles = (row for row in rows if isinstance(row, ProfileRow) and not is_gone(row))
        values = ((text(row.user_sourced_id), username) for row in profiles if (username := text(row.username)))
        self._db.executemany("INSERT INTO profile VALUES (?, ?) ON CONFLICT DO NOTHING", values)

    def give_roles(self, rows: Iterable[wire.Row]) -> None:
        """Let each of these users have the roles that were taken in."""
        by_key = _by_key(row for row in rows if isinstance(row, wire.User))
        for some, marks in in_lots(by_key):
            query = f"SELECT user, role, kind, org FROM role WHERE user IN ({marks}) ORDER BY rowid"
            for key, role, kind, org in self._db.execute(query, some):
                for user in by_key[key]:
                    user.roles = [*(user.roles or ()), wire.Role(role=role, role_type=kind, org_sourced_id=org)]

    def give_usernames(self, rows: Iterable[wire.Row]) -> None:
        """Let each of these users who has no user name have that of a profile."""
        by_key = _by_key(row for row in rows if isinstance(row, wire.User) and not text(row.username))
        for some, marks in in_lots(by_key):
            for key, username in self._db.execute(f"SELECT * FROM profile WHERE user IN ({marks})", some):
                for user in by_key[key]:
                    user.username = username

    def clear(self) -> None:
        """Forget all rows."""
        self._db.execute("DELETE FROM role")
        self._db.execute("DELETE FROM profile")

    def close(self) -> None:
        """Delete the database."""
        self._db.close()


def _by_key(users: Iterable[wire.User]) -> dict[str, list[wire.User]]:
    by_key: dict[str, list[wire.User]] = {}
    for user in users:
        by_key.setdefault(text(user.sourced_id), []).append(user)
    return by_key
