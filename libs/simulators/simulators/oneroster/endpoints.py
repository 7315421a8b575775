"""The endpoints of OneRoster's rostering service, and the rows that each one lists."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct

from simulators.generate import Class, Enrolment, User
from simulators.oneroster.roster import Roster, Row

Ids = Mapping[str, str]
"""The ids in an address, by the names in the path below: school, class, course, term or user."""

Rows = Callable[[Roster, Ids], Iterable[Row]]

PARENTS = {"school": "orgs", "class": "classes", "course": "courses", "term": "academicSessions", "user": "users"}
"""Where the record must exist whose id an address names; otherwise the answer is 404."""


class Endpoint(Struct, frozen=True):
    """A list: its path below the base, the collection of its rows, and how they are found."""

    path: str
    collection: str
    rows: Rows


def _all(collection: str) -> Rows:
    return lambda roster, ids: roster.rows(collection)


def _kind(collection: str, kind: str) -> Rows:
    return lambda roster, ids: roster.index(collection, _own_kind).get(kind, [])


def _people(role: str) -> Rows:
    return lambda roster, ids: roster.index("users", _own_roles).get(role, [])


def _own_kind(record: Any) -> Iterable[str]:
    return (record.kind,)


def _own_roles(user: User) -> Iterable[str]:
    return {role.role.casefold() for role in user.roles}


def _roles_at_orgs(user: User) -> Iterable[str]:
    return {f"{role.role.casefold()} {role.org_id}" for role in user.roles}


def _school(record: Class | Enrolment) -> Iterable[str]:
    return (record.school_id,)


def _course(taught: Class) -> Iterable[str]:
    return (taught.course_id,)


def _terms(taught: Class) -> Iterable[str]:
    return taught.term_ids


def _class(row: Enrolment) -> Iterable[str]:
    return (row.class_id,)


def _user(row: Enrolment) -> Iterable[str]:
    return (row.user_id,)


def _people_at_school(role: str) -> Rows:
    return lambda roster, ids: roster.index("users", _roles_at_orgs).get(f"{role} {ids['school']}", [])


def _classes_of_school(roster: Roster, ids: Ids) -> Iterable[Row]:
    return roster.index("classes", _school).get(ids["school"], [])


def _enrolments_of_school(roster: Roster, ids: Ids) -> Iterable[Row]:
    return roster.index("enrollments", _school).get(ids["school"], [])


def _courses_of_school(roster: Roster, ids: Ids) -> Iterable[Row]:
    """The courses of the school's classes, and those that the school itself offers."""
    taught = {row.record.course_id for row in _classes_of_school(roster, ids)}
    return [r for r in roster.rows("courses") if r.record.id in taught or r.record.org_id == ids["school"]]


def _terms_of_school(roster: Roster, ids: Ids) -> Iterable[Row]:
    """The terms of the school's classes: sessions themselves belong to no school."""
    used = {term_id for row in _classes_of_school(roster, ids) for term_id in row.record.term_ids}
    return [row for row in _kind("academicSessions", "term")(roster, ids) if row.record.id in used]


def _enrolments_of_class(roster: Roster, ids: Ids) -> Iterable[Row]:
    return roster.index("enrollments", _class).get(ids["class"], [])


def _people_of_class(role: str) -> Rows:
    def rows(roster: Roster, ids: Ids) -> Iterable[Row]:
        enrolments = [row.record for row in _enrolments_of_class(roster, ids)]
        return _found(roster, "users", (e.user_id for e in enrolments if e.role.casefold() == role))

    return rows


def _classes_of_user(roster: Roster, ids: Ids) -> Iterable[Row]:
    enrolments = roster.index("enrollments", _user).get(ids["user"], [])
    return _found(roster, "classes", (row.record.class_id for row in enrolments))


def _classes_of_course(roster: Roster, ids: Ids) -> Iterable[Row]:
    return roster.index("classes", _course).get(ids["course"], [])


def _classes_of_term(roster: Roster, ids: Ids) -> Iterable[Row]:
    return roster.index("classes", _terms).get(ids["term"], [])


def _periods_of_term(roster: Roster, ids: Ids) -> Iterable[Row]:
    periods = _kind("academicSessions", "gradingPeriod")(roster, ids)
    return [row for row in periods if row.record.parent_id == ids["term"]]


def _found(roster: Roster, collection: str, wanted: Iterable[str]) -> list[Row]:
    rows = (roster.find(collection, record_id) for record_id in dict.fromkeys(wanted))
    return [row for row in rows if row is not None]


WHOLE = (
    Endpoint("academicSessions", "academicSessions", _all("academicSessions")),
    Endpoint("gradingPeriods", "academicSessions", _kind("academicSessions", "gradingPeriod")),
    Endpoint("terms", "academicSessions", _kind("academicSessions", "term")),
    Endpoint("orgs", "orgs", _all("orgs")),
    Endpoint("schools", "orgs", _kind("orgs", "school")),
    Endpoint("courses", "courses", _all("courses")),
    Endpoint("classes", "classes", _all("classes")),
    Endpoint("users", "users", _all("users")),
    Endpoint("students", "users", _people("student")),
    Endpoint("teachers", "users", _people("teacher")),
    Endpoint("enrollments", "enrollments", _all("enrollments")),
    Endpoint("demographics", "demographics", _all("demographics")),
)
"""Whole collections; below each, `/{id}` gives one record."""

OF_SCHOOL = (
    Endpoint("schools/{school}/classes", "classes", _classes_of_school),
    Endpoint("schools/{school}/courses", "courses", _courses_of_school),
    Endpoint("schools/{school}/enrollments", "enrollments", _enrolments_of_school),
    Endpoint("schools/{school}/students", "users", _people_at_school("student")),
    Endpoint("schools/{school}/teachers", "users", _people_at_school("teacher")),
    Endpoint("schools/{school}/terms", "academicSessions", _terms_of_school),
    Endpoint("schools/{school}/classes/{class}/enrollments", "enrollments", _enrolments_of_class),
    Endpoint("schools/{school}/classes/{class}/students", "users", _people_of_class("student")),
    Endpoint("schools/{school}/classes/{class}/teachers", "users", _people_of_class("teacher")),
)
"""Lists of one school, which many servers lack."""

OF_OTHERS = (
    Endpoint("classes/{class}/students", "users", _people_of_class("student")),
    Endpoint("classes/{class}/teachers", "users", _people_of_class("teacher")),
    Endpoint("courses/{course}/classes", "classes", _classes_of_course),
    Endpoint("terms/{term}/classes", "classes", _classes_of_term),
    Endpoint("terms/{term}/gradingPeriods", "academicSessions", _periods_of_term),
    Endpoint("students/{user}/classes", "classes", _classes_of_user),
    Endpoint("teachers/{user}/classes", "classes", _classes_of_user),
    Endpoint("users/{user}/classes", "classes", _classes_of_user),
)
"""Lists of one class, course, term or person."""
