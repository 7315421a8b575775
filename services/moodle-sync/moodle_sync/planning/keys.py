"""The key of the course that a class is part of, in SQL, where a district lets classes share courses.

Many districts have one catalogue of courses for all schools, so that the course's own id says nothing about the school:
each school has a course of its own, in its own category. A class of no course is its own.
"""

SCHOOL = "(SELECT s.source_school_id FROM registry.school s WHERE s.district_id = $1 AND s.id = {school})"


def shared_course(course_key: str, class_key: str, school: str = "$2") -> str:
    """The expression for a class with these; `$1` is the district, `school` the parameter that holds the school."""
    return f"coalesce({SCHOOL.format(school=school)} || '/' || nullif({course_key}, ''), {class_key})"


COURSE_OF_CLASS = shared_course("c.course_key", "c.source_key")
"""Of a row `c` of `roster.class`."""
