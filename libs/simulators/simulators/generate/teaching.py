"""Classes, and who teaches and attends them."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import cycle

from msgspec import Struct

from simulators.generate.draft import Draft, School
from simulators.generate.model import Class, User
from simulators.generate.people import add_teacher
from simulators.generate.phases import Phase, Subject

CLASSES_EACH = 5
"""Classes that one specialist teaches."""


class Lesson(Struct, frozen=True):
    """A class to be taught: subject, grade, the number of its form within the grade (from 0), its students."""

    subject: Subject
    grade: str
    form: int
    student_ids: list[str]


def teach(draft: Draft, school: School, by_grade: dict[str, list[User]]) -> None:
    """Add a school's classes with their teachers and enrolments."""
    lessons = [lesson for grade, students in by_grade.items() for lesson in plan_grade(school.phase, grade, students)]
    for lesson, teacher_ids in zip(lessons, _staff(draft, school, lessons), strict=True):
        _add_class(draft, school, lesson, teacher_ids)


def plan_grade(phase: Phase, grade: str, students: Sequence[User]) -> list[Lesson]:
    """Divide a grade's students into equal forms for every subject.

    A form stays together for the subjects that its own teacher takes; for the others it is mixed anew.
    """
    forms = -(-len(students) // phase.form_size)
    lessons = []
    for turn, subject in enumerate(phase.subjects):
        members: list[list[str]] = [[] for _ in range(forms)]
        mix = 0 if subject.by_form or subject.homeroom else turn
        for position, student in enumerate(students):
            members[(position + mix * (position // forms)) % forms].append(student.id)
        lessons += [Lesson(subject, grade, form, ids) for form, ids in enumerate(members)]
    return lessons


def _staff(draft: Draft, school: School, lessons: list[Lesson]) -> list[tuple[str, ...]]:
    """Find every lesson its teachers, the one in charge first."""
    specialists = _specialists(draft, school, lessons)
    everyone = [teacher for teachers in specialists.values() for teacher in teachers]
    turns = defaultdict(lambda: cycle(everyone), {code: cycle(ids) for code, ids in specialists.items()})
    form_teachers: dict[tuple[str, int], str] = {}
    staffed = []
    for lesson in lessons:
        form = (lesson.grade, lesson.form)
        if lesson.subject.by_form and form not in form_teachers:
            form_teachers[form] = add_teacher(draft, school).id
        lead = form_teachers[form] if lesson.subject.by_form else next(turns[lesson.subject.code])
        staffed.append(_with_co_teacher(draft, lead, everyone))
    return staffed


def _specialists(draft: Draft, school: School, lessons: list[Lesson]) -> dict[str, list[str]]:
    """Engage enough teachers for each subject that specialists teach; keys are subject codes."""
    numbers: dict[str, int] = defaultdict(int)
    for lesson in lessons:
        if not lesson.subject.by_form and not lesson.subject.homeroom:
            numbers[lesson.subject.code] += 1
    return {
        code: [add_teacher(draft, school).id for _ in range(-(-number // CLASSES_EACH))]
        for code, number in numbers.items()
    }


def _with_co_teacher(draft: Draft, lead: str, others: list[str]) -> tuple[str, ...]:
    if not draft.chance(draft.recipe.co_teachers):
        return (lead,)
    second = draft.rng.choice(others)
    return (lead,) if second == lead else (lead, second)


def _add_class(draft: Draft, school: School, lesson: Lesson, teacher_ids: tuple[str, ...]) -> None:
    taught = make_class(draft, school, lesson)
    draft.district.classes.append(taught)
    for number, teacher_id in enumerate(teacher_ids):
        draft.enrol(teacher_id, taught.id, school, "teacher", primary=number == 0)
    for student_id in lesson.student_ids:
        draft.enrol(student_id, taught.id, school, "student")


def make_class(draft: Draft, school: School, lesson: Lesson) -> Class:
    """Make the class of a lesson, named as schools do: `Mathematics 8 B`."""
    subject, grade, letter = lesson.subject, lesson.grade, chr(ord("A") + lesson.form % 26)
    letter += str(lesson.form // 26) if lesson.form >= 26 else ""
    return Class(
        id=draft.new_id("class"),
        modified=draft.modified(school.index),
        title=f"{subject.title} {grade.removeprefix('0')} {letter}",
        code=f"{subject.code}{grade}-{letter}",
        kind="homeroom" if subject.homeroom else "scheduled",
        location=f"Room {draft.rng.randrange(1, 60)}",
        grades=(grade,),
        subjects=(subject.title,),
        subject_codes=(subject.code,),
        periods=(str(draft.rng.randrange(1, 9)),),
        course_id=draft.course_id(subject, grade),
        school_id=school.org.id,
        term_ids=draft.term_ids,
    )
