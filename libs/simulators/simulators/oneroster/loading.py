"""What some servers make of records when they take them in."""

from functools import partial

from msgspec.structs import replace

from simulators.generate import District, Enrolment, Role, User
from simulators.generate.model import Record
from simulators.oneroster.behaviour import Behaviour
from simulators.oneroster.roster import COLLECTIONS

ORDINALS = (
    "First", "Second", "Third", "Fourth", "Fifth", "Sixth",
    "Seventh", "Eighth", "Ninth", "Tenth", "Eleventh", "Twelfth",
)  # fmt: skip
GRADE_WORDS = {"PK": "Preschool/Prekindergarten", "KG": "Kindergarten"} | {
    f"{number:02}": f"{word} grade" for number, word in enumerate(ORDINALS, 1)
}


def taken_in(district: District, behaviour: Behaviour) -> District:
    """Make of a district what this server holds of it; the district that was given stays as it is."""
    if behaviour.row_per_school:
        district = _rows_per_school(district)
    if behaviour.username_needs_email or behaviour.grade_words:
        district = replace(district, users=[_person(user, behaviour) for user in district.users])
    if behaviour.bulk_loaded:
        lists = {name: [_bulk(record) for record in getattr(district, name)] for name in COLLECTIONS.values()}
        district = replace(district, **lists)
    return district


def _bulk(record: Record) -> Record:
    active = record.status.casefold() == "active"
    return replace(record, status="" if active else record.status, modified="")


def _person(user: User, behaviour: Behaviour) -> User:
    if behaviour.username_needs_email and not user.email:
        user = replace(user, username="")
    if behaviour.grade_words:
        user = replace(user, grades=tuple(GRADE_WORDS.get(grade, grade) for grade in user.grades))
    return user


def _rows_per_school(district: District) -> District:
    """Split students of several schools; the row of the first school keeps the id, and parents go on naming that."""
    split = {user.id: away for user in district.users if (away := _schools_away(user))}
    users = [row for user in district.users for row in _rows_of(user)]
    move = partial(_moved, split)
    return replace(district, users=users, enrolments=[move(enrolment) for enrolment in district.enrolments])


def _schools_away(user: User) -> dict[str, Role]:
    """The schools of a student after the first, each once, and the role there."""
    if not user.has_role("student"):
        return {}
    away = {role.org_id: role for role in user.roles}
    away.pop(user.roles[0].org_id)
    return away


def _rows_of(user: User) -> list[User]:
    away = _schools_away(user)
    if not away:
        return [user]
    home = replace(user, roles=tuple(role for role in user.roles if role.org_id not in away))
    return [home, *(replace(user, id=_id_at(user.id, org_id), roles=(role,)) for org_id, role in away.items())]


def _moved(split: dict[str, dict[str, Role]], enrolment: Enrolment) -> Enrolment:
    if enrolment.school_id in split.get(enrolment.user_id, {}):
        return replace(enrolment, user_id=_id_at(enrolment.user_id, enrolment.school_id))
    return enrolment


def _id_at(user_id: str, org_id: str) -> str:
    return f"{user_id}-{org_id}"
