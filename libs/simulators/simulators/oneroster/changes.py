"""Changes of the roster while it is served, each moving the record's dateLastModified."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from simulators.generate import Class, Enrolment, Role, User
from simulators.oneroster.behaviour import Behaviour, Removal
from simulators.oneroster.roster import Roster
from simulators.shared.clock import now

RELATIONS = {
    "agent_ids", "class_id", "course_id", "org_id", "parent_id", "primary_org_id", "roles", "school_id",
    "school_year_id", "term_ids", "user_id",
}  # fmt: skip
"""Fields of records that name other records."""


class Changes:
    """Changes by name; collections are called as OneRoster calls them. KeyError if a record does not exist.

    A change of who belongs to a class moves the enrolment's date only, never the person's or the class's.
    """

    def __init__(self, roster: Roster, behaviour: Behaviour, clock: Callable[[], datetime] = now) -> None:
        self._roster = roster
        self._removal = behaviour.removal
        self._relations_move_date = behaviour.relations_move_date
        self._clock = clock

    def change(self, collection: str, record_id: str, **values: Any) -> None:
        """Give a record new values, by the names that the record types have."""
        record = self._record(collection, record_id)
        moved = self._relations_move_date or not RELATIONS.issuperset(values)
        fields = msgspec.to_builtins(record) | values | ({"modified": self._moment()} if moved else {})
        self._roster.replace(collection, msgspec.convert(fields, type(record)))

    def remove(self, collection: str, record_id: str, removal: Removal | None = None) -> None:
        """Let a record vanish or be marked as deleted; without `removal` as the server usually does."""
        if (removal or self._removal) == "vanish":
            self._roster.remove(collection, record_id)
        else:
            self.change(collection, record_id, status="tobedeleted")

    def rename_person(self, user_id: str, given_name: str = "", family_name: str = "") -> None:
        """Give a person other names; a blank one stays."""
        names = {"given_name": given_name, "family_name": family_name}
        self.change("users", user_id, **{name: value for name, value in names.items() if value})

    def add_person(self, school_id: str, role: str, given_name: str, family_name: str, **values: Any) -> str:
        """Add a person at a school, and return the id."""
        user = User(
            id=self._new_id("users"),
            modified=self._moment(),
            given_name=given_name,
            family_name=family_name,
            roles=(Role(role=role, org_id=school_id),),
        )
        self._roster.add("users", msgspec.convert(msgspec.to_builtins(user) | values, User))
        return user.id

    def remove_person(self, user_id: str, removal: Removal | None = None) -> None:
        """Remove a person with every enrolment."""
        for row in list(self._roster.rows("enrollments")):
            if row.record.user_id == user_id:
                self.remove("enrollments", row.record.id, removal)
        self.remove("users", user_id, removal)

    def add_enrolment(self, user_id: str, class_id: str, role: str = "student", primary: str = "false") -> str:
        """Give a person a part in a class, and return the enrolment's id."""
        school_id = self._record("classes", class_id).school_id
        enrolment = Enrolment(
            id=self._new_id("enrollments"),
            modified=self._moment(),
            user_id=self._record("users", user_id).id,
            class_id=class_id,
            school_id=school_id,
            role=role,
            primary=primary,
        )
        self._roster.add("enrollments", enrolment)
        return enrolment.id

    def drop_enrolment(self, enrolment_id: str, removal: Removal | None = None) -> None:
        """End a part in a class."""
        self.remove("enrollments", enrolment_id, removal)

    def add_class(
        self, school_id: str, title: str, teacher_id: str = "", student_ids: Sequence[str] = (), **values: Any
    ) -> str:
        """Add a class, with a teacher in charge and students if they are named, and return its id.

        Course and terms are those of the school's first class, unless `values` say otherwise.
        """
        model = next((r.record for r in self._roster.rows("classes") if r.record.school_id == school_id), None)
        own = {"course_id": model.course_id, "term_ids": model.term_ids} if model else {}
        fields = {"id": self._new_id("classes"), "modified": self._moment(), **own, **values}
        taught = msgspec.convert(fields | {"title": title, "school_id": school_id}, Class)
        self._roster.add("classes", taught)
        if teacher_id:
            self.add_enrolment(teacher_id, taught.id, "teacher", "true")
        for student_id in student_ids:
            self.add_enrolment(student_id, taught.id)
        return taught.id

    def remove_class(self, class_id: str, removal: Removal | None = None) -> None:
        """Remove a class with every enrolment."""
        for row in list(self._roster.rows("enrollments")):
            if row.record.class_id == class_id:
                self.remove("enrollments", row.record.id, removal)
        self.remove("classes", class_id, removal)

    def _record(self, collection: str, record_id: str) -> Any:
        row = self._roster.find(collection, record_id)
        if row is None:
            raise KeyError(f"There is no record {record_id} in {collection}.")
        return row.record

    def _new_id(self, collection: str) -> str:
        number = 1
        while self._roster.find(collection, f"added-{collection}-{number:04}"):
            number += 1
        return f"added-{collection}-{number:04}"

    def _moment(self) -> str:
        return self._clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")
