"""Clever as a world."""

from typing import Any

import msgspec

from simulators.clever import CleverSimulator

from ..north import North
from .world import Shared, World


class CleverWorld(World):
    """Clever."""

    server: CleverSimulator

    async def start(self) -> None:
        self.server = await self.stack.enter_async_context(CleverSimulator(msgspec.structs.replace(self.district)))

    async def declare(self, north: North, *, page_size: int = 100) -> None:
        server = self.server
        settings = {
            "base_url": server.base_url,
            "token_base_url": server.token_base_url,
            "district_id": server.district_id,
            "families": True,
            "page_size": page_size,
        }
        secrets = {"client_id": server.client_id, "client_secret": server.client_secret, "token": server.token}
        await north.declare("clever", settings, secrets, [school.id for school in self.district.schools])

    def school(self, number: int = 0) -> str:
        return self.district.schools[number].id

    def shared(self, number: int = 0) -> Shared:
        school = self.school(number)
        store = self.server.publisher.store
        users = {user["id"]: user for user in store["users"].records()}
        sections = [section for section in store["sections"].records() if section["school"] == school]
        members = {
            (section["id"], key, role)
            for section in sections
            for role, keys in (("student", section["students"]), ("teacher", section["teachers"]))
            for key in keys
            if key in users
        }
        here = {key for key, user in users.items() if _is_at(user, school)} | {key for _, key, _ in members}
        here |= {
            key
            for key, user in users.items()
            for link in user["roles"].get("contact", {}).get("student_relationships", ())
            if link["student"] in here
        }
        return Shared({section["id"] for section in sections}, here, members)

    @property
    def mishaps(self) -> Any:
        return self.server.mishaps

    def be_busy(self, times: int) -> None:
        self.mishaps.set(too_many=times, bare=True)

    def rename(self, number: int, name: str) -> None:
        self.server.changes.rename_person(self._student(number), name)

    def admit(self, name: str) -> None:
        student = self.server.changes.add_person(self.school(), "student", name, "Fresh")
        self.server.changes.change("users", student, roles={"student": {"credentials": {"district_username": name}}})
        self.server.changes.add_enrolment(student, self._class(0))

    def dismiss(self, number: int) -> None:
        self.server.changes.remove_person(self._student(number))

    def enrol(self, number: int, class_number: int) -> None:
        self.server.changes.add_enrolment(self._student(number), self._class(class_number))

    def drop(self, class_number: int) -> None:
        class_ = self._class(class_number)
        member = next((user for key, user, _ in sorted(self.shared().parts) if key == class_), None)
        if member:
            self.server.changes.drop_enrolment(member, class_)

    def open_class(self, title: str, number: int) -> None:
        self.server.changes.add_class(self.school(), title, student_ids=[self._student(number)])

    def close_class(self, class_number: int) -> None:
        if len(self.shared().classes) > 1:
            self.server.changes.remove_class(self._class(class_number))

    def retitle(self, class_number: int, title: str) -> None:
        self.server.changes.change("sections", self._class(class_number), name=title)

    def transfer(self, number: int) -> None:
        at = {"school": self.school(1), "schools": [self.school(1)]}
        self.server.changes.change("users", self._student(number), roles={"student": at})

    def surprise(self, number: int) -> None:
        """Records are unshared and shared again, somebody comes back with a new id, a course is renamed."""
        changes, store = self.server.changes, self.server.publisher.store
        match number % 5:
            case 0:
                changes.unshare("users", self._student(number))
            case 1:
                for user in sorted(self.server.publisher.sharing.users):
                    changes.share("users", user)
            case 2:
                changes.renew_person(self._student(number))
            case 3:
                changes.change("courses", next(store["courses"].records())["id"], name=f"Course {number}")
            case 4 if len(self.shared().classes) > 1:
                section = self._class(number)
                changes.unshare("sections", section)
                if number % 2:
                    changes.share("sections", section)

    def _student(self, number: int) -> str:
        users = self.server.publisher.store["users"].records()
        students = sorted(
            str(u["id"]) for u in users if self.school() in u["roles"].get("student", {}).get("schools", ())
        )
        return students[number % len(students)]

    def _class(self, number: int) -> str:
        classes = sorted(self.shared().classes)
        return classes[number % len(classes)]


def _is_at(user: dict[str, Any], school: str) -> bool:
    roles = user["roles"]
    return "district_admin" in roles or any(school in roles.get(name, {}).get("schools", ()) for name in _AT_SCHOOLS)


_AT_SCHOOLS = ("student", "teacher", "staff")
