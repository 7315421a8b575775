"""Makes a school's contacts from a district's users and the school's employees."""

from collections.abc import Iterable

from simulators.wonde.build_people import Loaded
from simulators.wonde.records import Child, Contact, Employee, School
from simulators.wonde.roster import Roster


def add_contacts(loaded: Loaded) -> None:
    """Add the contacts: parents with a role at the school, and some employees who have a child there."""
    parents_of = _parents(loaded)
    for user in loaded.users("parent", "guardian"):
        contact = Contact(**loaded.person(user))
        contact.children = [Child(loaded.student_ids[child]) for child in parents_of.get(user.id, ())]
        loaded.school.contacts[contact.id] = contact
    children = list(loaded.school.students)
    staff = [one for one in loaded.school.employees.values() if one.current and one.teaching_staff]
    for employee in loaded.rng.sample(staff, min(len(staff), loaded.behaviour.parents_on_staff)):
        if children:
            add_parent_on_staff(loaded.roster, loaded.school, employee, [loaded.rng.choice(children)])


def _parents(loaded: Loaded) -> dict[str, list[str]]:
    """For each parent, the children at this school; parents and children name each other, or only one of them does."""
    found: dict[str, dict[str, None]] = {}
    for user in loaded.district.users:
        for agent in user.agent_ids:
            parent, child = (agent, user.id) if user.id in loaded.student_ids else (user.id, agent)
            if child in loaded.student_ids:
                found.setdefault(parent, {})[child] = None
    return {parent: list(children) for parent, children in found.items()}


def add_parent_on_staff(roster: Roster, school: School, employee: Employee, children: Iterable[str]) -> Contact:
    """Add an employee as the contact of these students: with the same UPI and number, under another id."""
    contact = Contact(
        id=roster.new_id(),
        mis_id=employee.mis_id,
        upi=employee.upi,
        created_at=employee.created_at,
        updated_at=employee.updated_at,
        title=employee.title,
        forename=employee.forename,
        surname=employee.surname,
        legal_forename=employee.legal_forename,
        legal_surname=employee.legal_surname,
        email=employee.email,
        children=[Child(child) for child in children],
    )
    school.contacts[contact.id] = contact
    return contact
