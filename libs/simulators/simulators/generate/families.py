"""Families: students who share a family name, and parents linked to them by agents."""

from msgspec import Struct, field

from simulators.generate.draft import Draft
from simulators.generate.model import Role, User

REMEMBERED = 200
"""Families that may still get a further child; a bound, so that a big district is made as fast as a small one."""


class Family(Struct):
    """A family name, the ids kept for its parents, and the children found so far."""

    name: str
    parent_ids: tuple[str, ...]
    child_ids: list[str] = field(default_factory=list)
    school_ids: list[str] = field(default_factory=list)
    school_index: int = 0


class Families:
    """Finds each new student a family, and at the end makes the parents."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._all: list[Family] = []

    def find(self, school_index: int) -> Family:
        """Give a new family, or one with a child already, who may be at another school."""
        if self._all and self._draft.chance(self._draft.recipe.siblings):
            return self._draft.rng.choice(self._all[-REMEMBERED:])
        family = Family(self._draft.names.family(), self._parent_ids(), school_index=school_index)
        self._all.append(family)
        return family

    def _parent_ids(self) -> tuple[str, ...]:
        if not self._draft.chance(self._draft.recipe.families):
            return ()
        number = 2 if self._draft.chance(0.4) else 1
        return tuple(self._draft.new_id("parent", 7) for _ in range(number))

    def add_parents(self) -> None:
        """Add every family's parents to the district, at each school where a child of theirs is."""
        users = self._draft.district.users
        users.extend(self._parent(family, parent_id) for family in self._all for parent_id in family.parent_ids)

    def _parent(self, family: Family, parent_id: str) -> User:
        given = self._draft.names.given()
        login = self._draft.names.login(given, family.name)
        return User(
            id=parent_id,
            modified=self._draft.modified(family.school_index),
            given_name=given,
            family_name=family.name,
            roles=tuple(Role(role="parent", org_id=school) for school in dict.fromkeys(family.school_ids)),
            username=login,
            email=f"{login}@families.example",
            phone=f"555-01{self._draft.rng.randrange(100):02}",
            agent_ids=tuple(family.child_ids),
        )
