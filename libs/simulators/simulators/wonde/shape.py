"""The JSON objects of Wonde v1.0: each collection's fields, and what is nested in them when asked for."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from simulators.wonde.details import DETAILS
from simulators.wonde.includes import KNOWN, PLAIN, Tree
from simulators.wonde.records import Class, Contact, Deletion, Employee, Person, School, Student, Subject
from simulators.wonde.roster import collection, present
from simulators.wonde.styles import style_of

Shown = dict[str, Any]


class Shape:
    """Turns the records of one school into objects, as its own system writes them."""

    def __init__(self, school: School) -> None:
        self._school = school
        self._style = style_of(school.mis)
        self._links = _Links(school)

    def show(self, kind: str, record: Any, includes: Tree) -> Shown:
        """Give a record of a collection, with what was asked for nested in it."""
        shown = self._lead(record) | SHOW[kind](self, record)
        for name, below in includes.items():
            shown[name] = self._include(kind, record, name, below)
        return shown

    def deletion(self, entry: Deletion) -> Shown:
        """Give an entry of the list of deletions."""
        return {
            "id": entry.id,
            "type": entry.kind,
            "mis_id": entry.mis_id,
            "deleted_at": self._style.moment("deleted_at", entry.deleted_at),
            "restored_at": self._style.moment("restored_at", entry.restored_at),
        }

    def _lead(self, record: Any) -> Shown:
        moment = self._style.moment
        return {
            "id": record.id,
            "mis_id": record.mis_id,
            "restored_at": moment("restored_at", record.restored_at),
            "created_at": moment("created_at", record.created_at),
            "updated_at": moment("updated_at", record.updated_at),
        }

    def _include(self, kind: str, record: Any, name: str, below: Tree) -> Any:
        target = KNOWN[kind][name]
        if target == PLAIN:
            detail = DETAILS.get(f"{kind}.{name}")
            return {"data": detail(record, self._style)} if detail else self._style.emptiness
        if name == "subject":
            subject = self._school.subjects.get(record.subject_id)
            return {"data": self.show(target, subject, below)} if subject else self._style.emptiness
        rows = [self.show(target, row, below) | extra for row, extra in self._links.of(kind, record, target)]
        return {"data": rows} if rows else self._style.emptiness

    def person(self, person: Person) -> Shown:
        """The fields of every person."""
        return {
            "upi": person.upi or None,
            "initials": "".join(name[:1] for name in (person.forename, person.surname)),
            "surname": person.surname,
            "forename": person.forename,
            "middle_names": person.middle_names or None,
            "legal_surname": person.legal_surname,
            "legal_forename": person.legal_forename,
            "gender": self._style.gender(person.gender) if person.gender else None,
            "gender_identity": None,
            "date_of_birth": self._style.day("date_of_birth", person.date_of_birth),
        }

    def titled(self, person: Employee | Contact) -> Shown:
        """The fields of an employee or a contact."""
        return {"title": person.title or None} | self.person(person)

    def taught(self, taught: Class) -> Shown:
        """The fields of a class; its subject is an id unless it is included."""
        return {
            "name": taught.name,
            "code": taught.code or None,
            "description": taught.description or None,
            "subject": taught.subject_id or None,
            "alternative": False,
            "priority": False,
            "academic_year": self._style.year(taught.year),
        }

    def subject(self, subject: Subject) -> Shown:
        """The fields of a subject."""
        return {"code": subject.code, "name": subject.name, "active": True}


SHOW: Mapping[str, Callable[[Shape, Any], Shown]] = {
    "students": Shape.person,
    "employees": Shape.titled,
    "contacts": Shape.titled,
    "classes": Shape.taught,
    "subjects": Shape.subject,
}


class _Links:
    """Which records of one school belong to which; the way back is worked out when it is first asked for."""

    def __init__(self, school: School) -> None:
        self._school = school
        self._classes: dict[str, list[Class]] | None = None
        self._contacts: dict[str, list[tuple[Contact, Shown]]] | None = None

    def of(self, kind: str, record: Any, target: str) -> Iterable[tuple[Any, Shown]]:
        """The records of the target collection that belong to a record, each with what the bond adds to it."""
        if target == "classes":
            return [(taught, {}) for taught in self._classes_of(record)]
        if target == "contacts":
            return self._contacts_of(record)
        if target == "lessons":
            return []
        wanted = record.employee_ids if target == "employees" else _student_ids(record)
        known = collection(self._school, target)
        return [(known[one], {}) for one in wanted if one in known and not known[one].gone]

    def _classes_of(self, person: Person) -> list[Class]:
        if self._classes is None:
            self._classes = {}
            for taught in present(self._school, "classes"):
                for member in (*taught.student_ids, *taught.employee_ids):
                    self._classes.setdefault(member, []).append(taught)
        return self._classes.get(person.id, [])

    def _contacts_of(self, student: Student) -> list[tuple[Contact, Shown]]:
        if self._contacts is None:
            self._contacts = {}
            for contact in present(self._school, "contacts"):
                for child in contact.children:
                    bond = {
                        "relationship": child.relationship,
                        "parental_responsibility": child.parental_responsibility,
                        "priority": child.priority,
                    }
                    self._contacts.setdefault(child.student_id, []).append((contact, {"relationship": {"data": bond}}))
        return self._contacts.get(student.id, [])


def _student_ids(record: Class | Contact) -> list[str]:
    if isinstance(record, Contact):
        return [child.student_id for child in record.children]
    return record.student_ids
