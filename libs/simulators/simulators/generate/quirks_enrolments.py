"""Quirks of enrolments, one function each: it adds or spoils `number` of them at the planter's schools."""

from simulators.generate.planter import Planter


def unknown_user(planter: Planter, number: int) -> None:
    """A further enrolment, of a user who is not shared."""
    _add_dangling(planter, "unknown_user", number, "user_id", "student-not-shared")


def unknown_class(planter: Planter, number: int) -> None:
    """A further enrolment, in a class that is not shared."""
    _add_dangling(planter, "unknown_class", number, "class_id", "class-not-shared")


def other_school(planter: Planter, number: int) -> None:
    """A student of another school in a class here, without a role at this school."""
    for n, place in enumerate(planter.classes(number), 1):
        model = planter.lead(planter.district.classes[place].id)
        new_id = f"enrolment-other-school-{n}"
        stranger = _student_elsewhere(planter, model.school_id)
        planter.add_enrolment(model, id=new_id, user_id=stranger, role="student", primary="false")
        planter.note("other_school", new_id)


def inactive_enrolment(planter: Planter, number: int) -> None:
    """The old word for a deleted enrolment."""
    for place in planter.enrolments(number):
        planter.replace(planter.district.enrolments, place, "inactive_enrolment", status="inactive")


def deleted_enrolment(planter: Planter, number: int) -> None:
    """An enrolment that is kept as a tombstone."""
    for place in planter.enrolments(number):
        planter.replace(planter.district.enrolments, place, "deleted_enrolment", status="tobedeleted")


def _add_dangling(planter: Planter, quirk: str, number: int, reference: str, nobody: str) -> None:
    for n, place in enumerate(planter.enrolments(number), 1):
        new_id = f"enrolment-{quirk.replace('_', '-')}-{n}"
        values = {"id": new_id, reference: f"{nobody}-{n}"}
        planter.add_enrolment(planter.district.enrolments[place], **values)
        planter.note(quirk, new_id)


def _student_elsewhere(planter: Planter, school_id: str) -> str:
    strangers = [
        user.id
        for user in planter.district.users_as("student")
        if user.status == "active" and all(role.org_id != school_id for role in user.roles)
    ]
    if not strangers:
        raise ValueError("A student of another school needs a second school with students.")
    return planter.rng.choice(strangers)
