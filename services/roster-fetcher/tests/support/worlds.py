"""Every kind of source with a server (or package) behind it, seen alike: what it shares, how it changes, what can go wrong.

A world serves one district. It says what a school must come to, worked out from what the server holds, not from what
was read. Changes pick their records by number, so that a test may choose numbers at random.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from simulators.classlink import ClassLinkSimulator
from simulators.clever import CleverSimulator
from simulators.generate import District, write_csv_package
from simulators.generate.model import Enrolment, Role, User
from simulators.oneroster import Behaviour, OneRosterSimulator
from simulators.wonde import WondeSimulator
from simulators.wonde import Behaviour as WondeBehaviour

from .expected import classes_at, enrolments_at, users_at
from .north import North

Part = tuple[str, str, str]
"""A class, a user and the role."""


class Shared(NamedTuple):
    """What a school must come to."""

    classes: set[str]
    users: set[str]
    parts: set[Part]


class World(ABC):
    """A district at its source. `school` is the id there of the district's first school."""

    def __init__(self, district: District, folder: Path) -> None:
        self.district = district
        self.folder = folder
        self.stack = AsyncExitStack()

    @abstractmethod
    async def start(self) -> None:
        """Serve the district."""

    @abstractmethod
    async def declare(self, north: North, *, page_size: int = 100) -> None:
        """Let this be the test district's source, with all its schools."""

    @abstractmethod
    def school(self, number: int = 0) -> str:
        """The id at the source of one of the district's schools."""

    @abstractmethod
    def shared(self, number: int = 0) -> Shared:
        """What one of the schools must come to."""

    has_mishaps = True

    @property
    @abstractmethod
    def mishaps(self) -> Any:
        """What can go wrong, where `has_mishaps`."""

    @abstractmethod
    def rename(self, number: int, name: str) -> None:
        """Give a student of the first school another name."""

    @abstractmethod
    def admit(self, name: str) -> None:
        """Let a new student come to the first school, into its first class."""

    @abstractmethod
    def dismiss(self, number: int) -> None:
        """Let a student of the first school be deleted."""

    @abstractmethod
    def enrol(self, number: int, class_number: int) -> None:
        """Put a student into a class; nothing happens to somebody who is in it."""

    @abstractmethod
    def drop(self, class_number: int) -> None:
        """Take somebody out of a class; nothing happens to an empty one."""

    @abstractmethod
    def open_class(self, title: str, number: int) -> None:
        """Let there be a class with one student, and nobody to teach it."""

    @abstractmethod
    def close_class(self, class_number: int) -> None:
        """Let a class be deleted with all that is in it, unless it is the last."""

    @abstractmethod
    def retitle(self, class_number: int, title: str) -> None:
        """Give a class another title."""

    @abstractmethod
    def transfer(self, number: int) -> None:
        """Let a student of the first school belong to the second one, still in the classes of the first."""

    @abstractmethod
    def surprise(self, number: int) -> None:
        """Something that only this kind of source does."""

    async def __aenter__(self) -> "World":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stack.aclose()


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


class CsvWorld(OneRosterWorld):
    """A package on disk, written again after each change."""

    has_mishaps = False
    version: Any = "1.1"

    async def start(self) -> None:
        await super().start()
        self.packages = self.folder / "packages"
        self.packages.mkdir()

    async def declare(self, north: North, *, page_size: int = 100) -> None:
        self.publish()
        await north.declare("oneroster-csv", {"path": str(self.packages / "package.zip")}, {}, self._schools())

    def publish(self) -> None:
        """Write the package as things are now."""
        write_csv_package(self.now(), self.packages / "package.zip", self.version, bom=True, blank_status=True)

    def rename(self, number: int, name: str) -> None:
        super().rename(number, name)
        self.publish()

    def admit(self, name: str) -> None:
        super().admit(name)
        self.publish()

    def dismiss(self, number: int) -> None:
        super().dismiss(number)
        self.publish()

    def enrol(self, number: int, class_number: int) -> None:
        super().enrol(number, class_number)
        self.publish()

    def drop(self, class_number: int) -> None:
        super().drop(class_number)
        self.publish()

    def open_class(self, title: str, number: int) -> None:
        super().open_class(title, number)
        self.publish()

    def close_class(self, class_number: int) -> None:
        super().close_class(class_number)
        self.publish()


    def retitle(self, class_number: int, title: str) -> None:
        super().retitle(class_number, title)
        self.publish()

    def transfer(self, number: int) -> None:
        super().transfer(number)
        self.publish()

    def surprise(self, number: int) -> None:
        super().surprise(number)
        self.publish()


class Csv12World(CsvWorld):
    """The same in 1.2, with roles.csv."""

    version: Any = "1.2"


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
        students = sorted(u["id"] for u in users if self.school() in u["roles"].get("student", {}).get("schools", ()))
        return students[number % len(students)]

    def _class(self, number: int) -> str:
        classes = sorted(self.shared().classes)
        return classes[number % len(classes)]


class WondeWorld(World):
    """Wonde."""

    server: WondeSimulator

    async def start(self) -> None:
        district = msgspec.structs.replace(self.district)
        self.server = await self.stack.enter_async_context(WondeSimulator(district, WondeBehaviour()))

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


WORLDS: dict[str, type[World]] = {
    "oneroster-1.2": OneRosterWorld,
    "oneroster-1.1": OneRoster11World,
    "oneroster-1.1-signed": SignedWorld,
    "classlink-direct": ClassLinkWorld,
    "classlink-proxy": ProxyWorld,
    "clever": CleverWorld,
    "wonde": WondeWorld,
    "csv-1.1": CsvWorld,
    "csv-1.2": Csv12World,
}
SERVERS = [name for name in WORLDS if not name.startswith("csv")]
"""Those that answer over HTTP."""


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


def _is_at(user: dict[str, Any], school: str) -> bool:
    roles = user["roles"]
    return "district_admin" in roles or any(school in roles.get(name, {}).get("schools", ()) for name in _AT_SCHOOLS)


_AT_SCHOOLS = ("student", "teacher", "staff")
