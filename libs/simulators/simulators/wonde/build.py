"""Makes the simulated Wonde's schools from a district: every school gets records of its own, with ids of its own."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

from simulators.generate import Class as Taught
from simulators.generate import District, Enrolment, Org
from simulators.wonde.behaviour import Behaviour
from simulators.wonde.build_contacts import add_contacts
from simulators.wonde.build_people import DELETED, Loaded, add_employees, add_students, moment_of
from simulators.wonde.records import AcademicYear, Class, School, Subject
from simulators.wonde.roster import Roster

FIRST_URN = 140_001


def build(district: District, behaviour: Behaviour, seed: int = 1) -> Roster:
    """Make all schools; the same arguments always give the same roster.

    What Wonde cannot say is left out: enrolments of people who are not at the school, people of no school, terms,
    logins. People and enrolments that are marked as deleted are not there.
    """
    roster, rng = Roster(), Random(seed)
    for index, org in enumerate(district.schools):
        mis = behaviour.mis[index % len(behaviour.mis)]
        school = School(
            id=roster.new_id(), source_id=org.id, name=org.name, urn=FIRST_URN + index, mis=mis, phase=_phase(org)
        )
        roster.schools[school.id] = school
    enrolments = _by_class(district.enrolments)
    for school in roster.schools.values():
        loaded = Loaded(roster, school, district, behaviour, rng)
        add_students(loaded)
        add_employees(loaded)
        add_contacts(loaded)
        _add_classes(loaded, enrolments)
    return roster


def _phase(org: Org) -> str:
    return "PRIMARY" if "Primary" in org.name else "SECONDARY"


def _by_class(enrolments: Iterable[Enrolment]) -> dict[str, list[Enrolment]]:
    found: dict[str, list[Enrolment]] = defaultdict(list)
    for row in enrolments:
        if row.status.casefold() not in DELETED:
            found[row.class_id].append(row)
    return found


def _add_classes(loaded: Loaded, enrolments: dict[str, list[Enrolment]]) -> None:
    subjects: dict[str, str] = {}
    for taught in loaded.district.classes:
        if taught.school_id != loaded.school.source_id or taught.status.casefold() in DELETED:
            continue
        made = _class(loaded, taught, _subject_id(loaded, taught, subjects))
        made.student_ids = loaded.members(enrolments[taught.id], "student")
        made.employee_ids = loaded.members(enrolments[taught.id], "teacher")
        loaded.school.classes[made.id] = made


def _class(loaded: Loaded, taught: Taught, subject_id: str) -> Class:
    moment = moment_of(taught.modified)
    return Class(
        id=loaded.roster.new_id(),
        mis_id=loaded.new_number(),
        source_id=taught.id,
        created_at=moment,
        updated_at=moment,
        name=taught.title,
        code=taught.code,
        description=taught.title,
        subject_id=subject_id,
        year=_year(loaded.district, taught.term_ids),
    )


def _subject_id(loaded: Loaded, taught: Taught, known: dict[str, str]) -> str:
    """Find the subject of a class at its school, adding it when it is first taught; blank if the class has none."""
    name = taught.subjects[0] if taught.subjects else ""
    if name and name not in known:
        moment = moment_of(taught.modified)
        subject = Subject(
            id=loaded.roster.new_id(),
            mis_id=loaded.new_number(),
            created_at=moment,
            updated_at=moment,
            code=next(iter(taught.subject_codes), ""),
            name=name,
        )
        known[name] = subject.id
        loaded.school.subjects[subject.id] = subject
    return known.get(name, "")


def _year(district: District, term_ids: Iterable[str]) -> AcademicYear | None:
    wanted = set(term_ids)
    terms = [session for session in district.sessions if session.id in wanted]
    if not terms:
        return None
    starts, ends = min(term.starts for term in terms), max(term.ends for term in terms)
    return AcademicYear(f"{starts[:4]}/{ends[:4]}", starts, _day_before(ends))


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()
