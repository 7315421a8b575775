"""Wonde as a world."""

from typing import Any

import msgspec

from simulators.wonde import Behaviour, WondeSimulator

from ..north import North
from .world import Shared, World


class WondeWorld(World):
    """Wonde."""

    server: WondeSimulator

    async def start(self) -> None:
        district = msgspec.structs.replace(self.district)
        self.server = await self.stack.enter_async_context(WondeSimulator(district, Behaviour()))

    async def declare(self, north: North, *, page_size: int = 100) -> None:
        settings = {"base_url": self.server.base_url, "families": True, "page_size": min(page_size, 200)}
        schools = [self.server.school_id(school.id) for school in self.district.schools]
        await north.declare("wonde", settings, {"token": self.server.token}, schools)

    def school(self, number: int = 0) -> str:
        return self.server.school_id(self.district.schools[number].id)

    def shared(self, number: int = 0) -> Shared:
        held = self.server.roster.schools[self.school(number)]
        students = {row.id for row in held.students.values() if not row.gone}
        staff = {row.id for row in held.employees.values() if not row.gone and row.current}
        classes = {row.id: row for row in held.classes.values() if not row.gone}
        parts = {
            (class_.id, person, role)
            for class_ in classes.values()
            for role, keys, there in (
                ("student", class_.student_ids, students),
                ("teacher", class_.employee_ids, staff),
            )
            for person in keys
            if person in there
        }
        teachers = {user for _, user, role in parts if role == "teacher"}
        teachers |= {key for key in staff if held.employees[key].teaching_staff}
        contacts = {
            row.id
            for row in held.contacts.values()
            if not row.gone and any(child.student_id in students for child in row.children)
        }
        return Shared(set(classes), students | teachers | contacts, parts)

    @property
    def mishaps(self) -> Any:
        return self.server.mishaps

    def rename(self, number: int, name: str) -> None:
        self.server.changes.rename_person(self._student(number), name)

    def admit(self, name: str) -> None:
        student = self.server.changes.add_student(self.school(), name, "Fresh", email=f"{name.casefold()}@a.example")
        self.server.changes.add_member(self._class(0), student)

    def dismiss(self, number: int) -> None:
        self.server.changes.remove(self._student(number))

    def enrol(self, number: int, class_number: int) -> None:
        self.server.changes.add_member(self._class(class_number), self._student(number))

    def drop(self, class_number: int) -> None:
        class_ = self._class(class_number)
        member = next((user for key, user, _ in sorted(self.shared().parts) if key == class_), None)
        if member:
            self.server.changes.drop_member(class_, member)

    def open_class(self, title: str, number: int) -> None:
        self.server.changes.add_class(self.school(), title, student_ids=[self._student(number)])

    def close_class(self, class_number: int) -> None:
        if len(self.shared().classes) > 1:
            self.server.changes.remove(self._class(class_number))

    def retitle(self, class_number: int, title: str) -> None:
        self.server.changes.change(self._class(class_number), name=title)

    def transfer(self, number: int) -> None:
        """At Wonde a person of another school is another person."""
        self.server.changes.remove(self._student(number))

    def surprise(self, number: int) -> None:
        """Those who were deleted come back, with their old id or with a new one; staff leaves; contacts change."""
        held, changes = self.server.roster.schools[self.school()], self.server.changes
        gone = sorted(row.id for row in held.students.values() if row.gone)
        staff = sorted(row.id for row in held.employees.values() if not row.gone)
        match number % 5:
            case 0 if gone:
                changes.restore(gone[number % len(gone)])
            case 1 if gone:
                changes.readmit(gone[number % len(gone)])
            case 2:
                changes.end_employment(staff[number % len(staff)])
            case 3:
                changes.make_parent(staff[number % len(staff)], [self._student(number)])
            case 4:
                changes.remove(staff[number % len(staff)])

    def _student(self, number: int) -> str:
        held = self.server.roster.schools[self.school()]
        students = sorted(row.id for row in held.students.values() if not row.gone)
        return students[number % len(students)]

    def _class(self, number: int) -> str:
        classes = sorted(self.shared().classes)
        return classes[number % len(classes)]
