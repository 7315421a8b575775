"""A generated district as Clever's objects, by collection: what the district's SIS holds before anything is shared."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from simulators.clever import words
from simulators.clever.behaviour import Behaviour
from simulators.clever.people import People
from simulators.generate import Class, District, Enrolment, Org, Session, User
from simulators.generate.model import Record

Json = dict[str, Any]
GONE = ("tobedeleted", "inactive")
MOST_TEACHERS = 10
"""Clever lists no more of a section's teachers."""


def translate(district: District, behaviour: Behaviour) -> dict[str, list[Json]]:
    """Make all objects. Ids stay as they are; tombstones, and records that Clever has no place for, are left out.

    Of records with the same id the first counts, as at Clever.
    """
    district_id = next((org.id for org in district.orgs if org.kind == "district"), "district-1")
    people = People(district, district_id, behaviour.contact_names)
    found = {
        "districts": [_district(district_id, district.name)],
        "schools": _schools(district, district_id),
        "terms": [_term(session, district_id) for session in _live(district.sessions)],
        "courses": [
            {"id": course.id, "district": district_id, "name": course.title, "number": course.code or None}
            for course in _live(district.courses)
        ],
        "sections": _sections(district, district_id),
        "users": [user for one in _live(district.users) if (user := people.user(one))],
    }
    return {name: _first_of_each(objects) for name, objects in found.items()}


def _live(records: Iterable[Any]) -> list[Any]:
    return [record for record in records if record.status.casefold() not in GONE]


def _first_of_each(objects: list[Json]) -> list[Json]:
    by_id: dict[str, Json] = {}
    for one in objects:
        by_id.setdefault(one["id"], one)
    return list(by_id.values())


def _district(district_id: str, name: str) -> Json:
    return {
        "id": district_id,
        "name": name or "District",
        "state": "success",
        "pause_start": None,
        "pause_end": None,
        "last_sync": None,
        "launch_date": "2026-08-01",
        "error": "",
        "sis_type": "generated",
        "login_methods": ["password"],
        "portal_url": "https://portal.example/in/district",
        "district_contact": {"id": "", "district": district_id, "email": None, "name": {"first": "", "last": ""}},
        "lms_state": "",
        "lms_type": "",
    }


def _schools(district: District, district_id: str) -> list[Json]:
    heads: dict[str, User] = {}
    grades: dict[str, set[str]] = defaultdict(set)
    for user in district.users:
        for role in user.roles:
            grades[role.org_id].add(words.grade(user.grades))
            if role.role == "principal":
                heads.setdefault(role.org_id, user)
    return [_school(org, district_id, heads.get(org.id), grades[org.id]) for org in _live(district.schools)]


def _school(org: Org, district_id: str, head: User | None, grades: set[str]) -> Json:
    low, high = words.grade_span(grades)
    return {
        "id": org.id,
        "district": district_id,
        "name": org.name,
        "school_number": org.identifier,
        "sis_id": org.identifier,
        "state_id": None,
        "nces_id": None,
        "low_grade": low,
        "high_grade": high,
        "principal": {"name": f"{head.given_name} {head.family_name}", "email": head.email} if head else {},
        "location": {"address": None, "city": None, "state": None, "zip": None},
        "phone": None,
        "ext": {},
    } | stamps(org)


def _term(session: Session, district_id: str) -> Json:
    return {
        "id": session.id,
        "district": district_id,
        "name": session.title,
        "start_date": session.starts or None,
        "end_date": words.last_day(session.ends) or None,
    }


def _sections(district: District, district_id: str) -> list[Json]:
    """A section has one term: of several the one that they are all part of, otherwise the first."""
    members: dict[str, list[Enrolment]] = defaultdict(list)
    for row in _live(district.enrolments):
        members[row.class_id].append(row)
    parents = {session.id: session.parent_id for session in district.sessions}
    return [_section(one, district_id, members[one.id], parents) for one in _live(district.classes)]


def _section(taught: Class, district_id: str, members: list[Enrolment], parents: dict[str, str]) -> Json:
    leads = [row.user_id for row in members if row.role.casefold() == "teacher" and row.primary == "true"]
    teachers = [row.user_id for row in members if row.role.casefold() == "teacher"]
    students = [row.user_id for row in members if row.role.casefold() == "student"]
    return {
        "id": taught.id,
        "district": district_id,
        "school": taught.school_id,
        "name": taught.title,
        "sis_id": taught.id.upper(),
        "section_number": taught.code or None,
        "course": taught.course_id or None,
        "term_id": _one_term(taught.term_ids, parents),
        "teacher": leads[0] if leads else None,
        "teachers": list(dict.fromkeys([*leads, *teachers]))[:MOST_TEACHERS],
        "students": list(dict.fromkeys(students)),
        "grade": words.grade(taught.grades),
        "subject": words.subject(taught.subjects),
        "period": taught.periods[0] if taught.periods else None,
        "ext": {},
        "lms_status": "",
    } | stamps(taught)


def _one_term(term_ids: tuple[str, ...], parents: dict[str, str]) -> str | None:
    if len(term_ids) < 2:
        return term_ids[0] if term_ids else None
    above = {parents.get(term_id, "") for term_id in term_ids}
    return above.pop() if len(above) == 1 and "" not in above else term_ids[0]


def stamps(record: Record) -> Json:
    """Give the times that most objects have."""
    return {"created": record.modified, "last_modified": record.modified}
