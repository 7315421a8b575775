"""Quirks of people, one function each: it spoils `number` users at the planter's schools."""

import unicodedata

import msgspec

from simulators.generate.model import Role, User
from simulators.generate.planter import Planter


def missing_email(planter: Planter, number: int) -> None:
    """No e-mail address at all."""
    planter.change_people("missing_email", number, "student", "teacher", email="")


def invalid_email(planter: Planter, number: int) -> None:
    """An address that is none, without an @."""
    planter.change_people("invalid_email", number, "student", email="none")


def shared_email(planter: Planter, number: int) -> None:
    """A student with the address of another one, as siblings have; noted is the one who comes later."""
    users = planter.district.users
    for _ in range(number):
        first, second = planter.people(2, "student")
        planter.replace(users, second, "shared_email", email=users[first].email)
        planter.keep(users[first].id)


def same_username(planter: Planter, number: int) -> None:
    """A login that differs from another one only in capitals; noted is the one who comes later."""
    users = planter.district.users
    for _ in range(number):
        first, second = planter.people(2, "student")
        planter.replace(users, second, "same_username", username=users[first].username.upper())
        planter.keep(users[first].id)


def blank_username(planter: Planter, number: int) -> None:
    """No login."""
    planter.change_people("blank_username", number, "student", username="")


def one_name(planter: Planter, number: int) -> None:
    """A person with a single name, entered as the given name."""
    planter.change_people("one_name", number, "student", "parent", family_name="")


def long_name(planter: Planter, number: int) -> None:
    """A family name of more than 100 characters."""
    planter.change_people("long_name", number, "student", family_name="-".join(["Montgomery"] * 11))


def decomposed_name(planter: Planter, number: int) -> None:
    """Letters and their accents as separate characters."""
    name = unicodedata.normalize("NFD", "Zoë")
    planter.change_people("decomposed_name", number, "student", given_name=name)


def odd_grade(planter: Planter, number: int) -> None:
    """A grade in words that no table knows."""
    planter.change_people("odd_grade", number, "student", grades=("Upper fifth",))


def odd_spelling(planter: Planter, number: int) -> None:
    """Capitals where the standard has none; meant as usual."""
    users = planter.district.users
    for place in planter.people(number, "student"):
        roles = tuple(msgspec.structs.replace(role, role="Student") for role in users[place].roles)
        planter.replace(users, place, "odd_spelling", status="Active", enabled="TRUE", roles=roles)


def disabled_user(planter: Planter, number: int) -> None:
    """An account that is switched off, but not deleted."""
    planter.change_people("disabled_user", number, "student", "teacher", enabled="false")


def deleted_user(planter: Planter, number: int) -> None:
    """A student who is marked as deleted, with every enrolment."""
    planter.change_people("deleted_user", number, "student", status="tobedeleted")
    gone = set(planter.district.findings["deleted_user"])
    enrolments = planter.district.enrolments
    for place, enrolment in enumerate(enrolments):
        if enrolment.user_id in gone:
            enrolments[place] = msgspec.structs.replace(enrolment, status="tobedeleted")
            planter.keep(enrolment.id)


def repeated_user(planter: Planter, number: int) -> None:
    """A second row with the same id, under another name."""
    users = planter.district.users
    for place in planter.people(number, "student"):
        users.append(msgspec.structs.replace(users[place], given_name="Repeated", email="", username=""))
        planter.note("repeated_user", users[place].id)


def awkward_id(planter: Planter, number: int) -> None:
    """An id that must be percent-encoded in an address; every reference follows it."""
    users = planter.district.users
    new_ids = {users[p].id: f"{users[p].id} é/7@x%" for p in planter.people(number, "student")}
    _rename_ids(planter, new_ids)
    planter.note("awkward_id", *new_ids.values())


def _rename_ids(planter: Planter, new_ids: dict[str, str]) -> None:
    district, replace = planter.district, msgspec.structs.replace
    for place, user in enumerate(district.users):
        if user.id in new_ids or not new_ids.keys().isdisjoint(user.agent_ids):
            agents = tuple(new_ids.get(agent, agent) for agent in user.agent_ids)
            district.users[place] = replace(user, id=new_ids.get(user.id, user.id), agent_ids=agents)
    for place, enrolment in enumerate(district.enrolments):
        if enrolment.user_id in new_ids:
            district.enrolments[place] = replace(enrolment, user_id=new_ids[enrolment.user_id])
    for place, details in enumerate(district.demographics):
        if details.id in new_ids:
            district.demographics[place] = replace(details, id=new_ids[details.id])


def unlinked_guardian(planter: Planter, number: int) -> None:
    """A parent without a child."""
    for n, school_id in enumerate(planter.some_schools(number), 1):
        _add(planter, "unlinked_guardian", f"parent-alone-{n}", "parent", school_id)


def student_without_class(planter: Planter, number: int) -> None:
    """A student who is enrolled nowhere."""
    for n, school_id in enumerate(planter.some_schools(number), 1):
        _add(planter, "student_without_class", f"student-idle-{n}", "student", school_id)


def _add(planter: Planter, quirk: str, user_id: str, role: str, school_id: str) -> None:
    newcomer = User(
        id=user_id,
        modified=planter.district.users[0].modified,
        given_name="Robin",
        family_name="Newcomer",
        roles=(Role(role=role, org_id=school_id),),
        username=user_id,
        email=f"{user_id}@families.example",
        grades=("01",) if role == "student" else (),
    )
    planter.district.users.append(newcomer)
    planter.note(quirk, user_id)
