"""Changes of the records while they are served, each moving `updated_at`."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from simulators.shared.clock import now
from simulators.wonde.behaviour import Behaviour
from simulators.wonde.build_contacts import add_parent_on_staff
from simulators.wonde.records import SINGULAR, Access, Child, Class, Contact, Deletion, Employee, Student
from simulators.wonde.roster import Roster, collection, upi_of


class Changes:
    """Changes by name; ids are Wonde's. KeyError if a record does not exist.

    A change of who belongs to a class moves the class's date (`Behaviour.membership_moves_class`), never a person's.
    """

    def __init__(self, roster: Roster, behaviour: Behaviour, clock: Callable[[], datetime] = now) -> None:
        self._roster = roster
        self._behaviour = behaviour
        self._clock = clock

    def change(self, record_id: str, **values: Any) -> None:
        """Give a record new values, by the names that the record types have."""
        school, kind = self._roster.school_of(record_id)
        record = collection(school, kind)[record_id]
        fields = msgspec.to_builtins(record) | {"updated_at": self._clock()} | values
        collection(school, kind)[record_id] = msgspec.convert(fields, type(record))
        self._roster.changes += 1

    def rename_person(self, record_id: str, forename: str = "", surname: str = "") -> None:
        """Give a person other names; a blank one stays."""
        names = {"forename": forename, "surname": surname}
        self.change(record_id, **{name: value for name, value in names.items() if value})

    def add_student(self, school_id: str, forename: str, surname: str, **values: Any) -> str:
        """Add a student, and return the id."""
        return self._add(school_id, Student, {"forename": forename, "surname": surname} | values)

    def add_employee(self, school_id: str, forename: str, surname: str, **values: Any) -> str:
        """Add a teacher, or with `teaching_staff` false another employee, and return the id."""
        return self._add(
            school_id, Employee, {"teaching_staff": True, "forename": forename, "surname": surname} | values
        )

    def add_contact(
        self, school_id: str, forename: str, surname: str, student_ids: Sequence[str] = (), **values: Any
    ) -> str:
        """Add a contact of these students, and return the id."""
        children = [Child(student) for student in student_ids]
        return self._add(school_id, Contact, {"forename": forename, "surname": surname, "children": children} | values)

    def add_class(
        self,
        school_id: str,
        name: str,
        employee_ids: Sequence[str] = (),
        student_ids: Sequence[str] = (),
        **values: Any,
    ) -> str:
        """Add a class with these members, and return the id."""
        members = {"employee_ids": list(employee_ids), "student_ids": list(student_ids)}
        return self._add(school_id, Class, {"name": name, "description": name} | members | values)

    def add_member(self, class_id: str, person_id: str) -> None:
        """Give a student or an employee a part in a class."""
        members = self._members(class_id, person_id)
        if person_id not in members:
            members.append(person_id)
            self._moved(class_id)

    def drop_member(self, class_id: str, person_id: str) -> None:
        """End a part in a class."""
        members = self._members(class_id, person_id)
        if person_id not in members:
            raise KeyError(f"{person_id} is not in the class {class_id}.")
        members.remove(person_id)
        self._moved(class_id)

    def remove(self, record_id: str) -> None:
        """Delete a record; the list of deletions says so."""
        school, kind = self._roster.school_of(record_id)
        mis_id = collection(school, kind)[record_id].mis_id
        self.leave(record_id)
        school.deletions.append(Deletion(record_id, SINGULAR[kind], mis_id, self._clock()))

    def leave(self, record_id: str) -> None:
        """Let a record vanish without a word, as leavers do."""
        self.change(record_id, gone=True)

    def restore(self, record_id: str) -> None:
        """Bring a record back under its id; its deletion, if there is one, says so."""
        moment = self._clock()
        self.change(record_id, gone=False, restored_at=moment, updated_at=moment)
        school, _ = self._roster.school_of(record_id)
        for entry in school.deletions:
            if entry.id == record_id:
                entry.restored_at = moment

    def readmit(self, record_id: str) -> str:
        """Let a person who is gone come back as often happens: under a new id, with the same UPI; return the id."""
        school, kind = self._roster.school_of(record_id)
        moment, new_id = self._clock(), self._roster.new_id()
        person = msgspec.structs.replace(
            collection(school, kind)[record_id], id=new_id, created_at=moment, updated_at=moment, gone=False
        )
        collection(school, kind)[new_id] = person
        self._roster.changes += 1
        return new_id

    def end_employment(self, employee_id: str) -> None:
        """Let an employee leave the school; the record stays."""
        self.change(employee_id, current=False, ends=self._clock().date().isoformat())

    def make_parent(self, employee_id: str, student_ids: Sequence[str]) -> str:
        """Make an employee a contact too: one UPI, two ids; return the contact's."""
        school, _ = self._roster.school_of(employee_id)
        contact = add_parent_on_staff(self._roster, school, school.employees[employee_id], student_ids)
        contact.created_at = contact.updated_at = self._clock()
        self._roster.changes += 1
        return contact.id

    def set_access(self, school_id: str, access: Access, *, online: bool = True) -> None:
        """Let a school approve, revoke or decline access, or its connector go offline."""
        school = self._roster.schools[school_id]
        school.access, school.online = msgspec.convert(access, Access), online
        self._roster.changes += 1

    def move_school(self, school_id: str, domain: str, region: str = "AU") -> None:
        """Keep a school's data at another region's host (and port); blank for here. Its lists here are empty then."""
        school = self._roster.schools[school_id]
        school.domain, school.region = domain, region
        self._roster.changes += 1

    def _add(self, school_id: str, type_: type, values: dict[str, Any]) -> str:
        kind = "classes" if type_ is Class else f"{type_.__name__.casefold()}s"
        records, record_id, moment = (
            collection(self._roster.schools[school_id], kind),
            self._roster.new_id(),
            self._clock(),
        )
        mis_id = f"9{self._roster.given}"
        upi = {} if type_ is Class else {"upi": upi_of(school_id, mis_id)}
        lead = {"id": record_id, "mis_id": mis_id, "created_at": moment, "updated_at": moment}
        records[record_id] = msgspec.convert(msgspec.to_builtins(lead | upi | values), type_)
        self._roster.changes += 1
        return record_id

    def _members(self, class_id: str, person_id: str) -> list[str]:
        school, kind = self._roster.school_of(person_id)
        taught = school.classes[class_id]
        return taught.employee_ids if kind == "employees" else taught.student_ids

    def _moved(self, class_id: str) -> None:
        if self._behaviour.membership_moves_class:
            self._roster.find(class_id).updated_at = self._clock()
        self._roster.changes += 1
