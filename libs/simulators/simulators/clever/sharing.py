"""What a district shares with the app: rules, and what a record looks like under them."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct, field

Json = dict[str, Any]


class Sharing(Struct):
    """Ids of what is not shared. What belongs to an unshared school alone is not shared either.

    An unshared person stays in the sections' lists of members, as it happens where districts share by student.
    """

    schools: set[str] = field(default_factory=set)
    sections: set[str] = field(default_factory=set)
    users: set[str] = field(default_factory=set)

    def shown(self, collection: str, record: Json, is_shown: Callable[[str], bool]) -> Json | None:
        """Give a record as the app sees it; None if it does not. `is_shown` tells whether it sees a person."""
        if record["id"] in self._unshared(collection):
            return None
        if collection == "sections":
            return None if record["school"] in self.schools else record
        return self._user(record, is_shown) if collection == "users" else record

    def _unshared(self, collection: str) -> set[str]:
        return getattr(self, collection) if collection in self.__struct_fields__ else set()

    def _user(self, record: Json, is_shown: Callable[[str], bool]) -> Json | None:
        roles = {name: self._role(held) for name, held in record["roles"].items()}
        links = (record["roles"].get("contact") or {}).get("student_relationships") or ()
        if links and not any(is_shown(link["student"]) for link in links):
            return None
        left = {name: held for name, held in roles.items() if held is not None}
        return record | {"roles": left} if left else None

    def _role(self, held: Json) -> Json | None:
        schools = held.get("schools") or []
        shared = [school for school in schools if school not in self.schools]
        if len(shared) == len(schools):
            return held
        if not shared:
            return None
        first = {"school": held["school"] if held["school"] in shared else shared[0]} if "school" in held else {}
        there = [stay for stay in held.get("enrollments") or () if stay["school"] in shared]
        return held | first | {"schools": shared} | ({"enrollments": there} if "enrollments" in held else {})
