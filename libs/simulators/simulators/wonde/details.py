"""The details of people that come only when they are included."""

from collections.abc import Callable, Mapping
from typing import Any

from simulators.wonde.records import Contact, Employee, Person, Student
from simulators.wonde.styles import Style

Detail = Callable[[Any, Style], dict[str, Any]]
EMAILS = ("email", "primary", "home", "work")


def _contact_details(person: Person, place: str) -> dict[str, Any]:
    phones = {"phone": person.phone or None, "primary": None, "home": None, "work": None, "mobile": None}
    return {"emails": dict.fromkeys(EMAILS) | {place: person.email or None}, "phones": phones}


def _of_student(student: Student, style: Style) -> dict[str, Any]:
    return _contact_details(student, style.email)


def _of_employee(employee: Employee, style: Style) -> dict[str, Any]:
    return _contact_details(employee, "work")


def _of_contact(contact: Contact, style: Style) -> dict[str, Any]:
    return _contact_details(contact, "home")


def _education(student: Student, style: Style) -> dict[str, Any]:
    return {
        "admission_number": student.admission_number or None,
        "upn": student.upn or None,
        "current_nc_year": style.nc_year(student.nc_year),
    }


def _employment(employee: Employee, style: Style) -> dict[str, Any]:
    return {
        "current": employee.current,
        "teaching_staff": employee.teaching_staff,
        "employment_start_date": style.day("employment_start_date", employee.starts),
        "employment_end_date": style.day("employment_end_date", employee.ends),
        "role_text": employee.role_text,
    }


DETAILS: Mapping[str, Detail] = {
    "students.contact_details": _of_student,
    "employees.contact_details": _of_employee,
    "contacts.contact_details": _of_contact,
    "students.education_details": _education,
    "employees.employment_details": _employment,
}
"""By collection and include; the others have nothing to tell."""
