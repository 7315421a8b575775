"""The district that the demonstration shows."""

from simulators.generate.build import generate
from simulators.generate.model import District
from simulators.generate.quirks import Quirks

SIZES = (178, 342, 154, 226, 121, 298, 96, 83)
QUARRELSOME = "school-0004"
"""Millbrook Middle: the school whose data need a look."""

QUIRKS = Quirks(
    schools=(QUARRELSOME,),
    missing_email=4,
    invalid_email=2,
    shared_email=3,
    same_username=1,
    one_name=1,
    odd_grade=1,
    disabled_user=2,
    unlinked_guardian=1,
    student_without_class=1,
    class_without_teacher=1,
    class_without_students=1,
    class_without_term=1,
    unknown_user=3,
    unknown_class=2,
    other_school=1,
)


def demo_district(school_year: int = 2027) -> District:
    """Make the demo district: 8 schools, 1,498 students, some people at two schools, one school with data errors."""
    return generate(seed=20, schools=len(SIZES), students_per_school=SIZES, quirks=QUIRKS, school_year=school_year)
