"""Makes a school's students and employees from a district's users."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from simulators.generate import District, Enrolment, User
from simulators.wonde.behaviour import Behaviour
from simulators.wonde.records import Employee, School, Student
from simulators.wonde.roster import Roster, upi_of

TITLES = ("Ms", "Mr", "Mrs", "Dr")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
DELETED = ("tobedeleted", "inactive")
YEARS_AFTER_LEAVING = 400


class Loaded:
    """One school while it is being made. `ids` leads from a user's id to the ids of that person's records here."""

    def __init__(self, roster: Roster, school: School, district: District, behaviour: Behaviour, rng: Random) -> None:
        self.roster = roster
        self.school = school
        self.district = district
        self.behaviour = behaviour
        self.rng = rng
        self.student_ids: dict[str, str] = {}
        self.employee_ids: dict[str, str] = {}
        self.details = {row.id: row for row in district.demographics}
        self._number = 1000

    def new_number(self) -> str:
        """Give the next number in the school's own system."""
        self._number += 1
        return str(self._number)

    def users(self, *roles: str) -> Iterable[User]:
        """List the users with one of these roles at the school, each once."""
        seen: set[str] = set()
        for user in self.district.users:
            held = {role.role.casefold() for role in user.roles if role.org_id == self.school.source_id}
            if user.id not in seen and not held.isdisjoint(roles) and user.status.casefold() not in DELETED:
                seen.add(user.id)
                yield user

    def members(self, rows: Iterable[Enrolment], role: str) -> list[str]:
        """The ids of those among these enrolments who have the role and are at the school."""
        known = self.student_ids if role == "student" else self.employee_ids
        return [known[row.user_id] for row in rows if row.role.casefold() == role and row.user_id in known]

    def person(self, user: User) -> dict[str, Any]:
        """The values that every person has; the legal names are the given ones where others are preferred."""
        mis_id, details = self.new_number(), self.details.get(user.id)
        moment = moment_of(user.modified)
        return {
            "id": self.roster.new_id(),
            "mis_id": mis_id,
            "upi": upi_of(self.school.id, mis_id),
            "source_id": user.id,
            "created_at": moment,
            "updated_at": moment,
            "forename": user.preferred_given_name or user.given_name,
            "surname": user.preferred_family_name or user.family_name,
            "middle_names": user.middle_name,
            "legal_forename": user.given_name,
            "legal_surname": user.family_name,
            "gender": details.sex if details else "",
            "date_of_birth": details.birth_date if details else "",
            "email": user.email,
            "phone": user.phone,
        }


def moment_of(modified: str) -> datetime:
    """Read when a record was changed; where it says nothing, long ago."""
    return datetime.fromisoformat(modified).astimezone(UTC) if modified else LONG_AGO


def add_students(loaded: Loaded) -> None:
    """Add the school's students."""
    for user in loaded.users("student"):
        student = Student(
            **loaded.person(user),
            nc_year=next(iter(user.grades), ""),
            admission_number=user.identifier,
            upn=f"Z{loaded.school.urn}{loaded.new_number():0>6}",
        )
        loaded.student_ids[user.id] = student.id
        loaded.school.students[student.id] = student


def add_employees(loaded: Loaded) -> None:
    """Add the school's teachers and other staff, and some who left."""
    teachers = {user.id for user in loaded.users("teacher")}
    for user in loaded.users("teacher", "principal", "siteadministrator", "administrator", "aide"):
        employee = Employee(
            **loaded.person(user),
            title=loaded.rng.choice(TITLES),
            current=user.enabled.casefold() != "false",
            teaching_staff=user.id in teachers,
            role_text="Teacher" if user.id in teachers else "Office",
            starts="2019-09-01",
        )
        loaded.employee_ids[user.id] = employee.id
        loaded.school.employees[employee.id] = employee
    _add_former_staff(loaded)


def _add_former_staff(loaded: Loaded) -> None:
    for number in range(loaded.behaviour.former_staff):
        user = User(id=f"former-{loaded.school.source_id}-{number + 1}", given_name="Former", family_name="Colleague")
        left = datetime(2025, 8, 31, tzinfo=UTC) - timedelta(days=YEARS_AFTER_LEAVING * number)
        employee = Employee(
            **loaded.person(user), current=False, teaching_staff=True, role_text="Teacher", ends=left.date().isoformat()
        )
        loaded.school.employees[employee.id] = employee
