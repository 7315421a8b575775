"""The district while it is being made."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

from msgspec import Struct

from simulators.generate.model import Course, District, Enrolment, Org, Session
from simulators.generate.people_names import Names
from simulators.generate.phases import Phase, Subject
from simulators.generate.recipe import Recipe


class School(Struct, frozen=True):
    """A school to be filled: its place in the district, its org, its kind."""

    index: int
    org: Org
    phase: Phase


class Draft:
    """One random source, one series of numbers for ids, and the records made so far."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.rng = Random(recipe.seed)
        self.names = Names(self.rng)
        self.district = District(name=recipe.name)
        self.schools: list[School] = []
        self.term_ids: tuple[str, ...] = ()
        self.district_id = "district-1"
        self.year_id = f"year-{recipe.school_year}"
        self._numbers: Counter[str] = Counter()
        self._courses: dict[tuple[str, str], str] = {}
        self._year = (recipe.year_starts(), recipe.year_ends())
        self._exported: dict[int, str] = {}

    def new_id(self, kind: str, width: int = 6) -> str:
        """Give the next id of a kind; zeros keep the order of ids and of making the same."""
        self._numbers[kind] += 1
        return f"{kind}-{self._numbers[kind]:0{width}}"

    def chance(self, share: float) -> bool:
        """Decide by lot, with this probability of yes."""
        return self.rng.random() < share

    def modified(self, school_index: int = 0) -> str:
        """Say when a school's records were last changed: schools are exported one minute after the other."""
        if school_index not in self._exported:
            first = datetime(self.recipe.school_year - 1, 8, 20, 4, tzinfo=UTC)
            moment = first + timedelta(minutes=school_index)
            self._exported[school_index] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return self._exported[school_index]

    def add_session(self, identifier: str, title: str, kind: str, starts: str, ends: str) -> None:
        """Add a school year or, beneath it, a term."""
        self.district.sessions.append(
            Session(
                id=identifier,
                modified=self.modified(),
                title=title,
                kind=kind,
                starts=starts,
                ends=ends,
                school_year=str(self.recipe.school_year),
                parent_id="" if kind == "schoolYear" else self.year_id,
            )
        )

    def course_id(self, subject: Subject, grade: str) -> str:
        """Find the district's course for a subject and grade, adding it when it is first taught."""
        key = (subject.code, grade)
        if key not in self._courses:
            self._courses[key] = self._add_course(subject, grade)
        return self._courses[key]

    def _add_course(self, subject: Subject, grade: str) -> str:
        course = Course(
            id=self.new_id("course", 4),
            modified=self.modified(),
            title=f"{subject.title} {grade.removeprefix('0')}",
            code=f"{subject.code}{grade}",
            grades=(grade,),
            subjects=(subject.title,),
            subject_codes=(subject.code,),
            org_id=self.district_id,
            school_year_id=self.year_id,
        )
        self.district.courses.append(course)
        return course.id

    def enrol(self, user_id: str, class_id: str, school: School, role: str, primary: bool = False) -> None:
        """Give a user a part in a class for the whole year."""
        self.district.enrolments.append(
            Enrolment(
                id=self.new_id("enrolment", 8),
                modified=self.modified(school.index),
                user_id=user_id,
                class_id=class_id,
                school_id=school.org.id,
                role=role,
                primary="true" if primary else "false",
                begins=self._year[0],
                ends=self._year[1],
            )
        )
