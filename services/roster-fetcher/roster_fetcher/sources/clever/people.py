"""A Clever user's own fields: names, addresses, grade, and what somebody is at a school. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from roster_fetcher import roster, values
from roster_fetcher.findings import Notes
from roster_fetcher.grades import grade
from roster_fetcher.sources.clever import wire
from roster_fetcher.values import text

RANK = ("teacher", "administrator", "student", "guardian")
"""Of several roles of an employee the one that may do most in a class counts."""
SELF = "self"
EMERGENCY = "emergency"


class Standing(NamedTuple):
    """What a user is at a school: one of our roles, blank if none is known. `belongs`: by a role held there."""

    role: str
    belongs: bool


def standing(row: wire.User, school_key: str) -> Standing:
    """What somebody is at a school: by the roles held there, or else, for somebody who may be enrolled there, by any.

    District admins belong to every school.
    """
    held = list(_held(row.roles or wire.Roles()))
    here = {role for role, schools in held if schools is None or school_key in schools}
    anywhere = {role for role, _ in held}
    return Standing(next((role for role in RANK if role in (here or anywhere)), ""), bool(here))


def schools_of(row: wire.User) -> list[str]:
    """The schools where somebody holds a role."""
    return sorted({school for _, schools in _held(row.roles or wire.Roles()) for school in schools or () if school})


def _held(roles: wire.Roles) -> Iterator[tuple[str, frozenset[str] | None]]:
    """Our roles and the schools where they are held; None: at all."""
    for role, held in (("student", roles.student), ("teacher", roles.teacher), ("administrator", roles.staff)):
        if held is not None:
            yield role, frozenset(map(text, [*(held.schools or ()), held.school]))
    if roles.district_admin is not None:
        yield "administrator", None
    if roles.contact is not None:
        yield "guardian", frozenset()


def read_person(row: wire.User, key: str, role: str, notes: Notes, *, visiting: bool = False) -> roster.User | None:
    """A user's own fields. None, with a finding, if there is no name, or nothing to make a user name of.

    Guardians are kept without: that they are tied to a student counts even where they can have no account.
    """
    given_name, family_name = _names(row)
    if not given_name or not family_name:
        notes.add("MISSING_NAME", key, "familyName" if given_name else "givenName")
        return None
    held = _held_as(row.roles or wire.Roles(), role)
    username = text(held.credentials.district_username) if held.credentials else ""
    identifier, address = _identifier(row, held), text(row.email)
    if role != "guardian" and not (username or identifier or address):
        notes.add("MISSING_USERNAME", key, "username")
        return None
    return roster.User(
        role=role,
        given_name=given_name,
        family_name=family_name,
        email=_email(address, key, notes),
        username=username,
        identifier=identifier,
        grade=_grade(text(held.grade), key, notes),
        identifiers=_identifiers(held, identifier),
        visiting=visiting,
    )


def _held_as(roles: wire.Roles, role: str) -> wire.Held:
    """What somebody has in one of our roles, or else in any: a district admin may be a teacher elsewhere."""
    by_role = {"student": roles.student, "teacher": roles.teacher, "administrator": roles.staff}
    return by_role.get(role) or roles.teacher or roles.staff or roles.student or roles.district_admin or wire.Held()


def _names(row: wire.User) -> tuple[str, str]:
    """Given and family name. A contact's whole name stands in `last`: its first word is the given name."""
    name = row.name or wire.Name()
    given_name, family_name = text(name.first), text(name.last)
    if not given_name and row.roles and row.roles.contact:
        given_name, _, family_name = family_name.partition(" ")
    return given_name, family_name.strip()


def _identifier(row: wire.User, held: wire.Held) -> str:
    """The number by which the school knows somebody; `sis_id` where there is no other."""
    contact = row.roles.contact.sis_id if row.roles and row.roles.contact else None
    numbers = (held.student_number, held.teacher_number, held.staff_id, held.sis_id, contact)
    return next((number for value in numbers if (number := text(value))), "")


def _identifiers(held: wire.Held, identifier: str) -> dict[str, str]:
    """Further numbers, by Clever's names for them."""
    numbers = {"sis_id": text(held.sis_id), "state_id": text(held.state_id)}
    return {name: number for name, number in numbers.items() if number and number != identifier}


def _email(address: str, key: str, notes: Notes) -> str:
    if not address:
        notes.add("MISSING_EMAIL", key, "email")
        return ""
    valid = values.email(address)
    if valid is None:
        notes.add("INVALID_EMAIL", key, "email", address)
    return valid or ""


def _grade(word: str, key: str, notes: Notes) -> str:
    code = grade(word) if word else ""
    if code is None:
        notes.add("INVALID_GRADE", key, "grade", word)
    return code or word


def links_of(row: wire.User, key: str) -> list[roster.GuardianLink]:
    """A contact's ties, one for each student; not that of students who are their own contact."""
    contact = row.roles.contact if row.roles else None
    links: dict[str, roster.GuardianLink] = {}
    for tie in (contact.student_relationships if contact else None) or ():
        student, relationship = text(tie.student), text(tie.relationship)
        if student and relationship.casefold() != SELF:
            only = text(tie.type).casefold() == EMERGENCY
            links.setdefault(student, roster.GuardianLink(key, student, key, relationship, only))
    return list(links.values())
