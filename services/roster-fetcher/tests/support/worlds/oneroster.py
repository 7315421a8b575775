"""OneRoster servers as a world, and ClassLink's, which are such servers."""

from typing import Any

import msgspec

from simulators.classlink import ClassLinkSimulator
from simulators.generate import District
from simulators.generate.model import User
from simulators.oneroster import Behaviour, OneRosterSimulator

from ..expected import classes_at, enrolments_at, users_at
from ..north import North
from .world import Shared, World


class OneRosterWorld(World):
    """A OneRoster server; also the frame for ClassLink's."""

    version: Any = "1.2"
    behaviour = Behaviour(removal="tobedeleted")
    server: OneRosterSimulator

    async def start(self) -> None:
        copy = msgspec.structs.replace(self.district)
        self.server = await self.stack.enter_async_context(OneRosterSimulator(copy, self.version, self.behaviour))

    async def declare(self, north: North, *, page_size: int = 100) -> None:
        server = self.server
        addresses = {"base_url": server.base_url, "token_url": server.token_url}
        secrets = {"client_id": server.client_id, "client_secret": server.client_secret}
        settings = {"version": self.version, "page_size": page_size} | addresses
        await north.declare("oneroster", settings, secrets, self._schools())

    def _schools(self) -> list[str]:
        return [school.id for school in self.district.schools]

    def school(self, number: int = 0) -> str:
        return self._schools()[number]

    def shared(self, number: int = 0) -> Shared:
        return shared_of(self.now(), self.school(number))

    def now(self) -> District:
        """The district as it is, without tombstones."""
        return living(self.server.roster.district())

    @property
    def mishaps(self) -> Any:
        return self.server.mishaps

    def rename(self, number: int, name: str) -> None:
        self.server.changes.rename_person(self._student(number), name)

    def admit(self, name: str) -> None:
        student = self.server.changes.add_person(self.school(), "student", name, "Fresh", username=name.casefold())
        self.server.changes.add_enrolment(student, self._class(0))

    def dismiss(self, number: int) -> None:
        self.server.changes.remove_person(self._student(number))

    def enrol(self, number: int, class_number: int) -> None:
        student, class_ = self._student(number), self._class(class_number)
        if (class_, student, "student") not in self.shared().parts:
            self.server.changes.add_enrolment(student, class_)

    def drop(self, class_number: int) -> None:
        class_ = self._class(class_number)
        row = next((row for row in self.now().enrolments if row.class_id == class_), None)
        if row:
            self.server.changes.drop_enrolment(row.id)

    def open_class(self, title: str, number: int) -> None:
        self.server.changes.add_class(self.school(), title, student_ids=[self._student(number)])

    def close_class(self, class_number: int) -> None:
        if len(self.shared().classes) > 1:
            self.server.changes.remove_class(self._class(class_number))

    def retitle(self, class_number: int, title: str) -> None:
        self.server.changes.change("classes", self._class(class_number), title=title)

    def transfer(self, number: int) -> None:
        roles = [{"role": "student", "org_id": self.school(1)}]
        self.server.changes.change("users", self._student(number), roles=roles)

    def surprise(self, number: int) -> None:
        """Guardians change hands, accounts are disabled, a course is renamed, a term ends sooner."""
        district = self.now()
        guardians = [user for user in district.users if user.has_role("parent", "guardian")]
        guardian = guardians[number % len(guardians)].id
        match number % 4:
            case 0:
                self.server.changes.change("users", guardian, agent_ids=[self._student(number)])
            case 1:
                self.server.changes.change("users", self._student(number), agent_ids=[guardian], enabled="false")
            case 2:
                course = district.courses[number % len(district.courses)].id
                self.server.changes.change("courses", course, title=f"Course {number}")
            case 3:
                term = district.sessions[number % len(district.sessions)]
                self.server.changes.change("academicSessions", term.id, ends="2027-05-30")

    def _student(self, number: int) -> str:
        students = [user.id for user in self.now().users if is_student(user, self.school())]
        return students[number % len(students)]

    def _class(self, number: int) -> str:
        classes = sorted(self.shared().classes)
        return classes[number % len(classes)]


class OneRoster11World(OneRosterWorld):
    """The same in 1.1."""

    version: Any = "1.1"


class SignedWorld(OneRosterWorld):
    """A OneRoster 1.1 server that wants signed requests."""

    version: Any = "1.1"
    behaviour = Behaviour(removal="tobedeleted", auth="oauth1")

    async def declare(self, north: North, *, page_size: int = 100) -> None:
        secrets = {"client_id": self.server.client_id, "client_secret": self.server.client_secret}
        settings = {"version": "1.1", "auth": "oauth1", "base_url": self.server.base_url, "page_size": page_size}
        await north.declare("oneroster", settings, secrets, self._schools())


class ClassLinkWorld(OneRosterWorld):
    """ClassLink's Roster Server itself."""

    version: Any = "1.1"
    server: ClassLinkSimulator

    async def start(self) -> None:
        copy = msgspec.structs.replace(self.district)
        self.server = await self.stack.enter_async_context(ClassLinkSimulator(copy, "1.1"))

    async def declare(self, north: North, *, page_size: int = 100) -> None:
        secrets = {"client_id": self.server.client_id, "client_secret": self.server.client_secret}
        settings = {"mode": "direct", "endpoint_url": self.server.endpoint_url, "page_size": page_size}
        await north.declare("classlink", settings, secrets, self._schools())


class ProxyWorld(ClassLinkWorld):
    """ClassLink's OneRoster proxy."""

    async def declare(self, north: North, *, page_size: int = 100) -> None:
        settings = {
            "mode": "proxy",
            "base_url": self.server.address,
            "application_id": self.server.oneroster_application_id,
            "page_size": page_size,
        }
        await north.declare("classlink", settings, {"token": self.server.token}, self._schools())


def is_student(user: User, school: str) -> bool:
    """Whether somebody is a student of a school."""
    return any(role.org_id == school and role.role == "student" for role in user.roles)


def living(district: District) -> District:
    """The district without tombstones."""
    names = ("orgs", "sessions", "courses", "classes", "users", "enrolments", "demographics")
    kept = {name: [row for row in getattr(district, name) if row.status != "tobedeleted"] for name in names}
    return msgspec.structs.replace(district, **kept)


def shared_of(district: District, school: str) -> Shared:
    """What a school of a district without faults must come to by OneRoster's rules."""
    kept = enrolments_at(district, school)
    parts = {(row.class_id, row.user_id, row.role) for row in district.enrolments if row.id in kept}
    return Shared(classes_at(district, school), users_at(district, school), parts)
