"""People as Clever's user objects: one record for each person, with an object for each sort of role."""

from collections import defaultdict
from typing import Any, Literal

from simulators.clever import words
from simulators.generate import Demographics, District, User

Json = dict[str, Any]


class People:
    """Makes users, knowing who is whose contact and how old people are."""

    def __init__(self, district: District, district_id: str, contact_names: Literal["last", "parts"]) -> None:
        self._district_id = district_id
        self._whole_names = contact_names == "last"
        self._children = _children(district)
        self._demographics = {details.id: details for details in district.demographics}
        self._schools = {org.id for org in district.schools}
        years = [session for session in district.sessions if session.kind == "schoolYear"]
        self._year = (years[0].starts, words.last_day(years[0].ends)) if years else ("", "")

    def user(self, person: User) -> Json | None:
        """Make a person's object; None for somebody whose roles Clever has no place for."""
        roles = self._roles(person)
        if not roles:
            return None
        names = {"first": person.given_name, "middle": person.middle_name, "last": person.family_name}
        if "contact" in roles and self._whole_names:
            names = {"first": "", "middle": "", "last": f"{person.given_name} {person.family_name}".strip()}
        return {
            "id": person.id,
            "district": self._district_id,
            "email": person.email or None,
            "name": names,
            "roles": roles,
            "lms_status": "",
            "created": person.modified,
            "last_modified": person.modified,
        }

    def _roles(self, person: User) -> Json:
        at: dict[str, list[str]] = defaultdict(list)
        for role in person.roles:
            at[role.role.casefold()].append(role.org_id)
        roles: Json = {}
        if schools := self._known(at["student"]):
            roles["student"] = self._student(person, schools)
        if schools := self._known(at["teacher"]):
            roles["teacher"] = _teacher(person, schools)
        held = [role for role in words.STAFF_ROLES if self._known(at[role])]
        if held:
            roles["staff"] = _staff(person, held, self._known([org for role in held for org in at[role]]))
        if at["districtadministrator"] or at["systemadministrator"]:
            roles["district_admin"] = {"title": "Administrator", "legacy_id": f"{person.id}-district-admin"}
        relation = next((role for role in words.CONTACT_ROLES if at.get(role)), None)
        if relation:
            roles["contact"] = self._contact(person, words.CONTACT_ROLES[relation])
        return roles

    def _known(self, org_ids: list[str]) -> list[str]:
        return [org_id for org_id in dict.fromkeys(org_ids) if org_id in self._schools]

    def _student(self, person: User, schools: list[str]) -> Json:
        details = self._demographics.get(person.id, Demographics(id=person.id))
        starts, ends = self._year
        return {
            "school": schools[0],
            "schools": schools,
            "sis_id": person.identifier,
            "state_id": None,
            "student_number": person.identifier or None,
            "grade": words.grade(person.grades),
            "dob": words.birthday(details.birth_date) or None,
            "gender": words.GENDERS.get(details.sex, ""),
            "graduation_year": "",
            "enrollments": [{"school": school, "start_date": starts, "end_date": ends} for school in schools],
            "credentials": _credentials(person),
            "hispanic_ethnicity": None,
            "ell_status": None,
            "ext": {},
            "legacy_id": f"{person.id}-student",
        }

    def _contact(self, person: User, relationship: str) -> Json:
        return {
            "sis_id": person.identifier or person.id,
            "phone": person.phone or None,
            "phone_type": "Cell" if person.phone else None,
            "student_relationships": [
                {"student": child, "relationship": relationship, "type": "Parent/Guardian"}
                for child in self._children[person.id]
            ],
            "legacy_id": f"{person.id}-contact",
        }


def _children(district: District) -> dict[str, list[str]]:
    """Find each adult's students, whichever side names the other; an adult without one has an empty list."""
    students = {user.id for user in district.users if user.has_role("student") and user.status != "tobedeleted"}
    children: dict[str, list[str]] = defaultdict(list)
    for user in district.users:
        for agent in user.agent_ids:
            adult, child = (agent, user.id) if user.id in students else (user.id, agent)
            if child in students and child not in children[adult]:
                children[adult].append(child)
    return children


def _teacher(person: User, schools: list[str]) -> Json:
    return {
        "school": schools[0],
        "schools": schools,
        "sis_id": person.identifier,
        "state_id": None,
        "teacher_number": person.identifier or None,
        "title": "Teacher",
        "credentials": _credentials(person),
        "legacy_id": f"{person.id}-teacher",
    }


def _staff(person: User, held: list[str], schools: list[str]) -> Json:
    return {
        "staff_id": person.identifier,
        "schools": schools,
        "department": None,
        "title": words.STAFF_ROLES[held[0]],
        "roles": [words.STAFF_ROLES[role] for role in held],
        "credentials": _credentials(person),
        "legacy_id": f"{person.id}-staff",
    }


def _credentials(person: User) -> Json:
    return {"district_username": person.username} if person.username else {}
