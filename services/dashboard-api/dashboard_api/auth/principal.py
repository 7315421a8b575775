"""Who asks, and what they may do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from common.language import mark
from dashboard_api.problems import not_allowed, not_found

Role = Literal["operator", "district_admin", "school_admin", "viewer"]
Scope = Literal["read", "order", "decide", "declare", "contact", "administer"]

DOES: dict[Scope, str] = {
    "read": mark("see this"),
    "order": mark("order runs, or pause and resume nightly syncs"),
    "decide": mark("decide about holds, or undo runs"),
    "declare": mark("declare districts and devices, or change schedules"),
    "contact": mark("tell whether a device is online"),
    "administer": mark("administer people and keys"),
}
SCOPES: tuple[Scope, ...] = tuple(DOES)
OF_A_DISTRICT: frozenset[Scope] = frozenset({"declare", "administer"})
"""What reaches all of a district, so that who is limited to some of its schools may not do it."""
ROLES: dict[Role, frozenset[Scope]] = {
    "operator": frozenset(SCOPES),
    "district_admin": frozenset(SCOPES),
    "school_admin": frozenset({"read", "order", "decide", "contact"}),
    "viewer": frozenset({"read"}),
}
"""An operator has all districts; a school administrator the schools that they are given; the others whole districts."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or a program. `districts` None: all; `schools` None: all of these districts.

    `csrf` is set for people who came with a session cookie, and so are `locale` (None: as the browser asks) and
    `timezone` (None: the district's).
    """

    id: str
    name: str
    scopes: frozenset[str]
    districts: tuple[str, ...] | None
    csrf: str | None = None
    schools: tuple[UUID, ...] | None = None
    locale: str | None = None
    timezone: str | None = None
    role: Role | None = None
    """None: a program."""
    person: UUID | None = None
    """Who stands behind it: the person themselves, or who made the key; None: a key that was made at the server."""

    @property
    def visible(self) -> list[str] | None:
        """The districts as queries take them; the database itself keeps to the schools."""
        return None if self.districts is None else list(self.districts)

    def sees(self, district_id: str) -> bool:
        """Whether the district is one of theirs."""
        return self.districts is None or district_id in self.districts

    def may(self, scope: Scope) -> bool:
        """Whether they may do such a thing in the districts that they see."""
        return scope in self.scopes and not (scope in OF_A_DISTRICT and self.schools is not None)

    def require(self, scope: Scope, district_id: str) -> None:
        """Raises `Problem`: 404 for a district of others, 403 for what they may not do in their own."""
        if not self.sees(district_id):
            raise not_found("district")
        self.require_scope(scope)

    def require_scope(self, scope: Scope) -> None:
        """Raises `Problem` 403 for what they may not do anywhere."""
        if not self.may(scope):
            raise not_allowed(DOES[scope])

    def covers(
        self, scopes: Iterable[str], districts: Iterable[str] | None, schools: Iterable[UUID] | None = None
    ) -> bool:
        """Whether they have all this themselves: nobody gives what they do not have."""
        return (
            self.scopes.issuperset(scopes)
            and (self.districts is None or (districts is not None and set(districts) <= set(self.districts)))
            and (self.schools is None or (schools is not None and set(schools) <= set(self.schools)))
        )


def person(row: Mapping[str, Any]) -> Principal:
    """Somebody who signed in: `id, name, role, districts, schools, locale, timezone, csrf`."""
    own = None if row["districts"] is None else tuple(row["districts"])
    schools = None if row["schools"] is None else tuple(row["schools"])
    scopes = ROLES[row["role"]]
    return Principal(
        str(row["id"]), row["name"], scopes, own, row["csrf"], schools, row["locale"], row["timezone"], row["role"],
        row["id"],
    )  # fmt: skip


def key(row: Mapping[str, Any]) -> Principal:
    """A program with an API key: `id, name, scopes, districts, schools, made_by`."""
    own = None if row["districts"] is None else tuple(row["districts"])
    schools = None if row["schools"] is None else tuple(row["schools"])
    return Principal(str(row["id"]), row["name"], frozenset(row["scopes"]), own, schools=schools, person=row["made_by"])
