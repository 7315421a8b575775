"""The fields of rosters' records, in the words of the pages."""

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


def field_name(field: str) -> str:
    """First name; a field that has no words here is called as it is."""
    return _(FIELDS[field]) if field in FIELDS else field
