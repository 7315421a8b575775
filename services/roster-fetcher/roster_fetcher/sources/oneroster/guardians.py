"""Whose guardian somebody is: OneRoster's `agents`, said by either side, often by one only. Pure.

In a reading of changes most rows do not come. What they said of guardians who were not here is known no more, so where
a family may have come to the school, everything must be read.
"""

from collections.abc import Iterator, Set

from roster_fetcher import roster
from roster_fetcher.roster import GuardianLink, link_key
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.fields import references
from roster_fetcher.sources.oneroster.people import role_words
from roster_fetcher.sources.oneroster.roles import USER_ROLES
from roster_fetcher.sources.protocol import ChangesRefusedError

Link = tuple[str, roster.Body]


def is_guardians_word(word: str) -> bool:
    """Whether this is a role of guardians, case-folded."""
    return USER_ROLES.get(word) == "guardian"


def agents(row: wire.User) -> tuple[str, ...]:
    """The ids of those whom a row names as agents."""
    return references(row.agents) or references(row.agent_sourced_ids)


def links_of(row: wire.User, key: str, role: str) -> Iterator[Link]:
    """The links that a row declares: a student's to guardians, or those of somebody who is one to students."""
    named = agents(row)
    if not named:
        return
    relationship = next(filter(is_guardians_word, role_words(row)), "")
    for agent in named:
        link = GuardianLink(agent, key, key) if role == "student" else GuardianLink(key, agent, key, relationship)
        link_id = link_key(link.guardian_key, link.student_key, key)
        if agent != key and (role == "student" or relationship):
            yield link_id, link


class Families:
    """What is known of families in a reading of changes; in one of everything there is nothing to know.

    `by_guardians`: at this source only guardians name students, not the other way round.
    """

    def __init__(self, *, by_guardians: bool = False) -> None:
        self._by_guardians = by_guardians
        self._known: Set[str] = frozenset()
        self._links: Set[str] = frozenset()
        self._met: set[str] = set()
        self._awaited: set[str] = set()

    def recall(self, entity: str, keys: Set[str]) -> None:
        """The people and links of the last snapshot, links to people who are not shared among them.

        Without links, none are told, and there is nothing to miss.
        """
        if entity == "user":
            self._known = keys
        elif entity == "guardian_link":
            self._links = keys

    def came(self, row: wire.User, key: str, role: str) -> None:
        """Somebody of this school is among what changed. Raises `ChangesRefusedError`."""
        if not self._links:
            return
        self._met.add(key)
        if role != "student":
            return
        strangers = (agent for agent in agents(row) if agent not in self._known)
        self._awaited.update(agent for agent in strangers if link_key(agent, key, key) not in self._links)
        if self._by_guardians and key not in self._known:
            raise ChangesRefusedError("A student is new here, and guardians who did not change may belong here now.")

    def ended(self) -> None:
        """All that changed has come. Raises `ChangesRefusedError`."""
        if people := len(self._awaited - self._met):
            raise ChangesRefusedError(f"Students who changed name {people} guardians who are not among what changed.")
