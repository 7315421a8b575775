"""Quirks of classes, one function each: it spoils `number` classes at the planter's schools."""

from typing import Any

import msgspec

from simulators.generate.model import Class, Session
from simulators.generate.planter import Planter


def class_without_teacher(planter: Planter, number: int) -> None:
    """A class whose teachers were all taken away."""
    chosen = _ids(planter, number)
    planter.note("class_without_teacher", *chosen)
    planter.district.enrolments[:] = [
        row for row in planter.district.enrolments if row.role != "teacher" or row.class_id not in chosen
    ]


def class_without_students(planter: Planter, number: int) -> None:
    """A class with a teacher alone, beside an existing one."""
    for n, place in enumerate(planter.classes(number), 1):
        model = planter.district.classes[place]
        _add_empty(planter, "class_without_students", model, f"class-empty-{n}")


def class_without_term(planter: Planter, number: int) -> None:
    """A class that names no term."""
    for place in planter.classes(number):
        planter.replace(planter.district.classes, place, "class_without_term", term_ids=())


def class_of_ended_term(planter: Planter, number: int) -> None:
    """A class of last year that is still shared, with its teacher."""
    old = (_last_year(planter),)
    for n, place in enumerate(planter.classes(number), 1):
        model = planter.district.classes[place]
        _add_empty(planter, "class_of_ended_term", model, f"class-ended-{n}", term_ids=old)


def class_of_unknown_course(planter: Planter, number: int) -> None:
    """A class whose course is not shared."""
    for place in planter.classes(number):
        planter.replace(planter.district.classes, place, "class_of_unknown_course", course_id="course-not-shared")


def two_primary(planter: Planter, number: int) -> None:
    """A class with a second teacher in charge."""
    for n, class_id in enumerate(_ids(planter, number), 1):
        planter.note("two_primary", class_id)
        here = {row.user_id for row in planter.district.enrolments if row.class_id == class_id}
        school_id = planter.lead(class_id).school_id
        leads = [r for r in planter.district.enrolments if r.primary == "true" and r.school_id == school_id]
        second = planter.rng.choice([row for row in leads if row.user_id not in here])
        planter.add_enrolment(second, id=f"enrolment-second-{n}", class_id=class_id)


def no_primary(planter: Planter, number: int) -> None:
    """A class whose teachers are none of them in charge."""
    chosen = _ids(planter, number)
    planter.note("no_primary", *chosen)
    for place, row in enumerate(planter.district.enrolments):
        if row.primary == "true" and row.class_id in chosen:
            planter.district.enrolments[place] = msgspec.structs.replace(row, primary="false")


def _ids(planter: Planter, number: int) -> list[str]:
    return [planter.district.classes[place].id for place in planter.classes(number)]


def _add_empty(planter: Planter, quirk: str, model: Class, new_id: str, **values: Any) -> None:
    planter.district.classes.append(msgspec.structs.replace(model, id=new_id, title=f"{model.title} (new)", **values))
    planter.add_enrolment(planter.lead(model.id), id=f"enrolment-{new_id}", class_id=new_id)
    planter.note(quirk, new_id)


def _last_year(planter: Planter) -> str:
    """Add the session of last year, which is over."""
    now = planter.district.sessions[0]
    ends = int(now.school_year) - 1
    old = Session(
        id=f"year-{ends}",
        modified=now.modified,
        title=f"{ends - 1}–{ends}",
        kind="schoolYear",
        starts=f"{ends - 1}-08-01",
        ends=f"{ends}-08-01",
        school_year=str(ends),
    )
    planter.district.sessions.append(old)
    return old.id
