"""Rosters' records and their fields, one each, in the words of the pages."""

from common.language import mark
from dashboard_api.language import _

FIELDS = {
    "given_name": mark("First name"),
    "family_name": mark("Family name"),
    "middle_name": mark("Middle name"),
    "email": mark("E-mail"),
    "username": mark("User name"),
    "identifier": mark("Identifier"),
    "grade": mark("Grade"),
    "grades": mark("Grades"),
    "enabled": mark("Enabled"),
    "role": mark("Role"),
    "title": mark("Title"),
    "name": mark("Name"),
    "code": mark("Code"),
    "course_title": mark("Course"),
    "course_key": mark("Id of the course"),
    "term_keys": mark("Terms"),
    "subjects": mark("Subjects"),
    "starts_on": mark("First day"),
    "ends_on": mark("First day after it"),
    "class_key": mark("Id of the class"),
    "user_key": mark("Id of the person"),
    "guardian_key": mark("Id of the guardian"),
    "student_key": mark("Id of the student"),
    "relationship": mark("Relationship"),
    "primary": mark("Main teacher"),
    "contact_only": mark("Contact only"),
}
RECORDS = {
    "student": mark("Student"),
    "teacher": mark("Teacher"),
    "administrator": mark("Administrator"),
    "guardian": mark("Guardian"),
    "user": mark("Person"),
    "class": mark("Class"),
    "school": mark("School"),
    "term": mark("Term"),
    "enrolment": mark("Enrolment"),
    "guardian_link": mark("Tie to a guardian"),
}


def record_name(kind: str) -> str:
    """What one record is, by its role or entity: Student, Class."""
    return _(RECORDS[kind]) if kind in RECORDS else kind


def field_name(field: str) -> str:
    """First name; a field that has no words here is called as it is."""
    return _(FIELDS[field]) if field in FIELDS else field
