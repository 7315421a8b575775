"""Objects of Clever for records that are added while a district is served, with every field that they have."""

from typing import Any

Json = dict[str, Any]


def new_user(user_id: str, school: Json, role: str, moment: str) -> Json:
    """Make a person with one role at a school. KeyError if Clever has no such role."""
    return {
        "id": user_id,
        "district": school["district"],
        "email": f"{user_id}@added.example",
        "name": {"first": "", "middle": "", "last": ""},
        "roles": {role: _roles(user_id, school["id"])[role]},
        "lms_status": "",
        "created": moment,
        "last_modified": moment,
    }


def _roles(user_id: str, school_id: str) -> dict[str, Json]:
    at = {"school": school_id, "schools": [school_id]}
    own = {"sis_id": user_id, "state_id": None, "credentials": {"district_username": user_id}, "legacy_id": ""}
    student: Json = {"student_number": user_id, "grade": "", "dob": None, "gender": "", "enrollments": []}
    staff = {"staff_id": user_id, "department": None, "title": "Administrator", "roles": ["Administrator"]}
    return {
        "student": at | own | student,
        "teacher": at | own | {"teacher_number": user_id, "title": "Teacher"},
        "staff": {"schools": [school_id], "credentials": own["credentials"], "legacy_id": ""} | staff,
        "district_admin": {"title": "Administrator", "legacy_id": ""},
        "contact": {"sis_id": user_id, "phone": None, "phone_type": None, "student_relationships": []},
    }


def new_section(section_id: str, school: Json, model: Json, moment: str) -> Json:
    """Make an empty section of a school, with the course and the term of another one."""
    return {
        "id": section_id,
        "district": school["district"],
        "school": school["id"],
        "name": "",
        "sis_id": section_id,
        "section_number": None,
        "course": model.get("course"),
        "term_id": model.get("term_id"),
        "teacher": None,
        "teachers": [],
        "students": [],
        "grade": "",
        "subject": "",
        "period": None,
        "ext": {},
        "lms_status": "",
        "created": moment,
        "last_modified": moment,
    }
