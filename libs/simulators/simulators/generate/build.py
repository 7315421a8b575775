"""Makes a whole invented district from a recipe."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from simulators.generate.draft import Draft, School
from simulators.generate.families import Families
from simulators.generate.model import Class, District, Org, User
from simulators.generate.people import add_district_staff, add_school_staff, add_student
from simulators.generate.phases import phase_of, school_name
from simulators.generate.quirks import Quirks, plant
from simulators.generate.recipe import Recipe
from simulators.generate.teaching import teach


def generate(
    seed: int = 1,
    schools: int = 3,
    students_per_school: int | Sequence[int] = 100,
    quirks: Quirks | None = None,
    **details: Any,
) -> District:
    """Make an invented district: the same arguments always give the same one.

    `details` are the other fields of `Recipe`. Without quirks the roster has no fault at all: every class has a
    teacher, students and a current term, every student has classes, logins and addresses are distinct. Quirks are
    planted afterwards and noted in `District.findings`.
    """
    recipe = Recipe(seed=seed, schools=schools, students_per_school=students_per_school, **details)
    draft = Draft(recipe)
    _add_sessions(draft)
    _add_orgs(draft)
    _fill(draft)
    if quirks is not None:
        plant(draft.district, quirks, seed)
    return draft.district


def school_year_of(day: date) -> int:
    """Say in which year the school year of a day ends; a new one starts on 1 August."""
    return day.year + (day.month >= 8)


def _add_sessions(draft: Draft) -> None:
    ends, starts = draft.recipe.school_year, draft.recipe.school_year - 1
    draft.add_session(draft.year_id, f"{starts}–{ends}", "schoolYear", f"{starts}-08-01", f"{ends}-08-01")
    terms = (
        ("Autumn", f"{starts}-08-01", f"{ends}-01-01"),
        ("Spring", f"{ends}-01-01", f"{ends}-04-15"),
        ("Summer", f"{ends}-04-15", f"{ends}-08-01"),
    )
    for number, (title, first, last) in enumerate(terms, 1):
        draft.add_session(f"term-{ends}-{number}", f"{title} {first[:4]}", "term", first, last)
    draft.term_ids = tuple(session.id for session in draft.district.sessions[1:])


def _add_orgs(draft: Draft) -> None:
    top = Org(
        id=draft.district_id,
        modified=draft.modified(),
        name=draft.recipe.name,
        kind="district",
        identifier="1000",
    )
    draft.district.orgs.append(top)
    for index in range(draft.recipe.schools):
        org = Org(
            id=draft.new_id("school", 4),
            modified=draft.modified(index),
            name=school_name(index),
            kind="school",
            identifier=str(1001 + index),
            parent_id=top.id,
        )
        draft.district.orgs.append(org)
        draft.schools.append(School(index, org, phase_of(index)))


def _fill(draft: Draft) -> None:
    families = Families(draft)
    add_district_staff(draft)
    for school in draft.schools:
        add_school_staff(draft, school)
        teach(draft, school, _add_students(draft, families, school))
    families.add_parents()
    _seat_guests(draft)


def _add_students(draft: Draft, families: Families, school: School) -> dict[str, list[User]]:
    grades = school.phase.grades
    by_grade: dict[str, list[User]] = {grade: [] for grade in grades}
    for number in range(draft.recipe.students_at(school.index)):
        grade = grades[number % len(grades)]
        by_grade[grade].append(add_student(draft, families, school, grade))
    return by_grade


def _seat_guests(draft: Draft) -> None:
    """Give everyone who is at two schools a part in one class of the second."""
    classes: dict[str, list[Class]] = {school.org.id: [] for school in draft.schools}
    for taught in draft.district.classes:
        classes[taught.school_id].append(taught)
    schools = {school.org.id: school for school in draft.schools}
    for user in draft.district.users:
        if len(user.roles) == 2 and user.has_role("student", "teacher") and classes[user.roles[1].org_id]:
            away = user.roles[1]
            draft.enrol(user.id, draft.rng.choice(classes[away.org_id]).id, schools[away.org_id], away.role)
