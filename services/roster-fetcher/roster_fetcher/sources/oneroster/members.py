"""Which people belong to a school, and what their rows say. Pure but for what it remembers of rows that came before."""

from collections.abc import Iterable, Sequence, Set
from typing import Any

import msgspec

from roster_fetcher.findings import Notes
from roster_fetcher.sources.oneroster import roles, wire
from roster_fetcher.sources.oneroster.fields import note_status
from roster_fetcher.sources.oneroster.guardians import Families, is_guardians_word, links_of
from roster_fetcher.sources.oneroster.people import (
    RolesAsWritten,
    held_roles,
    read_person,
    role_words,
    roles_as_written,
)
from roster_fetcher.sources.oneroster.roles import Standing
from roster_fetcher.sources.protocol import Records
from roster_fetcher.values import text


class Members:
    """The people of the school with this key; `above` are the organisations that it is part of."""

    def __init__(self, school_key: str, families: Families) -> None:
        self.school_key = school_key
        self.families = families
        self.above: frozenset[str] = frozenset()
        self._standings: dict[RolesAsWritten, Standing] = {}

    def is_part_of(self, orgs: Iterable[str]) -> None:
        """The organisations above the school."""
        self.above = frozenset(orgs)

    def strangers(self, rows: Sequence[Any]) -> dict[int, str]:
        """Users without a role here: they belong to the school only if they are enrolled here."""
        return {
            place: text(row.sourced_id)
            for place, row in enumerate(rows)
            if type(row) is wire.User and not self._standing(roles_as_written(row)).belongs
        }

    def user(self, away: Set[int], row: wire.User, notes: Notes) -> Records | None:
        """A user's records; `away` are the numbers of the rows of those who are not enrolled here either."""
        key = text(row.sourced_id)
        if notes.row in away:
            return self._user_away(row, key, notes)
        written = roles_as_written(row)
        role, belongs = self._standing(written)
        if not key or not role:
            words = ", ".join(text(word) for word, _, _ in written)
            notes.add("INVALID_ROLE" if key else "MISSING_ID", key, "role" if key else "sourcedId", words)
            return None
        person = read_person(row, key, role, notes)
        if person is None:
            return None
        if not belongs:
            notes.add("STUDENT_OTHER_SCHOOL", key, "orgs", ", ".join(org for _, _, org in written))
            person = msgspec.structs.replace(person, visiting=True)
        note_status(row, key, notes)
        self.families.came(row, key, role)
        return ((key, person), *links_of(row, key, role))

    def _user_away(self, row: wire.User, key: str, notes: Notes) -> Records | None:
        """Guardians belong wherever a child of theirs is, which is known when all rows have come; nobody else does.

        What is wrong with their rows is told at their own school.
        """
        if key and any(map(is_guardians_word, role_words(row))):
            person = read_person(row, key, "guardian", Notes(notes.entity))
            if person is None:
                return None
            self.families.came(row, key, "guardian")
            return ((key, msgspec.structs.replace(person, visiting=True)), *links_of(row, key, "guardian"))
        if not (row.orgs or row.org_sourced_ids or row.roles):
            notes.add("ORG_NOT_FOUND", key, "orgs")
        return None

    def _standing(self, written: RolesAsWritten) -> Standing:
        known = self._standings.get(written)
        if known is None:
            known = roles.standing(held_roles(written), self.school_key, self.above)
            self._standings[written] = known
        return known
