"""Who asks, and what they may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from dashboard_api.problems import not_allowed, not_found

Role = Literal["operator", "district_admin", "viewer"]
Scope = Literal["read", "order", "declare"]

SCOPES: tuple[Scope, ...] = ("read", "order", "declare")
ROLES: dict[Role, frozenset[Scope]] = {
    "operator": frozenset(SCOPES),
    "district_admin": frozenset(SCOPES),
    "viewer": frozenset({"read"}),
}
"""An operator has all districts, the others those that they are given."""
DOES: dict[Scope, str] = {"read": "see this", "order": "order runs", "declare": "declare a district"}


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or a program. `districts` None: all. `csrf` is set for people who came with a session cookie."""

    id: str
    name: str
    scopes: frozenset[str]
    districts: tuple[str, ...] | None
    csrf: str | None = None

    @property
    def visible(self) -> list[str] | None:
        """The districts as queries take them."""
        return None if self.districts is None else list(self.districts)

    def sees(self, district_id: str) -> bool:
        """Whether the district is one of theirs."""
        return self.districts is None or district_id in self.districts

    def may(self, scope: Scope) -> bool:
        """Whether they may do such a thing in the districts that they see."""
        return scope in self.scopes

    def require(self, scope: Scope, district_id: str) -> None:
        """Raises `Problem`: 404 for a district of others, 403 for what they may not do in their own."""
        if not self.sees(district_id):
            raise not_found("district")
        self.require_scope(scope)

    def require_scope(self, scope: Scope) -> None:
        """Raises `Problem` 403 for what they may not do anywhere."""
        if not self.may(scope):
            raise not_allowed(DOES[scope])


def person(row_id: object, name: str, role: Role, districts: Iterable[str] | None, csrf: str) -> Principal:
    """Somebody who signed in."""
    own = None if districts is None else tuple(districts)
    return Principal(str(row_id), name, ROLES[role], own, csrf)
