"""What Wonde's rows come to, and what is wrong with them."""

from datetime import date
from typing import Any

import msgspec
import pytest

from roster_fetcher import roster
from roster_fetcher.sources.protocol import ChangesRefusedError, Endpoint
from roster_fetcher.sources.wonde import decoding
from roster_fetcher.sources.wonde.lists import (
    CLASSES,
    CONTACTS,
    DELETED_STUDENTS,
    EMPLOYEES,
    SCHOOL,
    STUDENTS,
    Lists,
)
from roster_fetcher.sources.wonde.people import nc_year

from ..support.wonde_rows import Reading, a_person, a_student, an_employee


@pytest.fixture
def reading() -> Reading:
    return Reading()


def emails(**values: str) -> dict[str, Any]:
    return {"contact_details": {"data": {"emails": values}}}


def test_a_school_has_a_name_and_its_urn(reading: Reading) -> None:
    row = {"id": "A9", "name": "Hill School", "urn": 140001, "region": {"code": "GB", "domain": "api.wonde.com"}}
    assert reading.take(SCHOOL, row) == (("A9", roster.School("Hill School", "140001")),)


def test_a_student_is_known_by_preferred_names_and_all_numbers(reading: Reading) -> None:
    assert reading.user(STUDENTS, a_student()) == roster.User(
        "student", "Zoë", "Nuñez", "zoe@north.example", grade="08",
        identifiers={"upi": "f0c1", "mis_id": "1042", "upn": "Z123", "admission_number": "007"},
    )  # fmt: skip
    assert reading.codes == []


def test_legal_names_stand_in_for_preferred_ones(reading: Reading) -> None:
    user = reading.user(STUDENTS, a_student(forename=None, surname=" "))
    assert (user.given_name, user.family_name) == ("Zoe Maria", "Nunez")


def test_without_a_name_a_person_is_skipped(reading: Reading) -> None:
    assert reading.take(STUDENTS, a_student(surname="", legal_surname=None)) is None
    assert reading.codes == ["MISSING_NAME"]


def test_without_an_id_a_row_is_skipped(reading: Reading) -> None:
    assert reading.take(STUDENTS, a_student(id=None)) is None
    assert reading.codes == ["MISSING_ID"]


def test_a_row_of_another_shape_is_skipped(reading: Reading) -> None:
    assert reading.take(STUDENTS, a_student(surname={"first": "Nuñez"})) is None
    assert reading.codes == ["ROW_MALFORMED"]


@pytest.mark.parametrize(
    ("endpoint", "values", "expected"),
    [
        (STUDENTS, {"email": "", "primary": "a@b.example", "home": "p@b.example"}, "a@b.example"),
        (STUDENTS, {"home": "p@b.example"}, ""),
        (EMPLOYEES, {"work": "w@b.example", "home": "h@b.example"}, "w@b.example"),
        (EMPLOYEES, {"home": "h@b.example"}, "h@b.example"),
        (EMPLOYEES, {"email": "none", "work": "w@b.example"}, "w@b.example"),
        (CONTACTS, {"home": "h@b.example", "work": "w@b.example"}, "h@b.example"),
    ],
)
def test_the_first_address_of_somebodys_own_is_taken(
    reading: Reading, endpoint: Endpoint, values: dict[str, str], expected: str
) -> None:
    row = an_employee() if endpoint is EMPLOYEES else a_student()
    assert reading.user(endpoint, row | emails(**values)).email == expected
    assert reading.codes == ([] if expected else ["MISSING_EMAIL"])


def test_an_address_that_is_none_is_left_out_with_a_warning(reading: Reading) -> None:
    assert reading.user(STUDENTS, a_student(**emails(email="none"))).email == ""
    assert reading.codes == ["INVALID_EMAIL"]


def test_details_that_were_not_included_are_not_missed(reading: Reading) -> None:
    row = a_student()
    del row["contact_details"], row["education_details"]
    assert reading.user(STUDENTS, row).grade == ""
    assert reading.codes == []


@pytest.mark.parametrize("nothing", [None, [], {"data": []}, {"data": None}])
def test_nothing_is_written_in_many_ways(reading: Reading, nothing: Any) -> None:
    user = reading.user(STUDENTS, a_student(contact_details=nothing, education_details=nothing, contacts=nothing))
    assert (user.email, user.grade, user.identifiers) == ("", "", {"upi": "f0c1", "mis_id": "1042"})
    assert reading.codes == ["MISSING_EMAIL"]


@pytest.mark.parametrize(
    ("word", "code"),
    [("8", "08"), ("Year 8", "08"), ("R", "KG"), ("0", "KG"), ("Reception", "KG"), ("N1", "PK"), ("13", "13")],
)
def test_years_of_the_national_curriculum_are_grades(word: str, code: str) -> None:
    assert nc_year(word) == code


def test_an_unknown_year_is_kept_with_a_warning(reading: Reading) -> None:
    assert reading.user(STUDENTS, a_student(education_details={"current_nc_year": "Upper V"})).grade == "Upper V"
    assert reading.codes == ["INVALID_GRADE"]


def test_teaching_staff_are_teachers_with_or_without_a_class(reading: Reading) -> None:
    row = an_employee(teaching="true")
    assert reading.mapping.strangers([decoding.decode("employees", msgspec.json.encode([row]))[0]]) == {}
    assert (reading.user(EMPLOYEES, row).role, reading.user(EMPLOYEES, row).visiting) == ("teacher", False)


def test_other_employees_are_teachers_only_by_a_class(reading: Reading) -> None:
    row = an_employee(teaching=False)
    assert reading.mapping.strangers(decoding.decode("employees", msgspec.json.encode([row]))) == {0: "A1"}
    assert (reading.user(EMPLOYEES, row).role, reading.user(EMPLOYEES, row).visiting) == ("teacher", True)
    assert reading.take(EMPLOYEES, row, away=True) is None
    assert reading.codes == []


def test_with_staff_other_employees_are_administrators() -> None:
    reading = Reading(staff=True)
    assert reading.user(EMPLOYEES, an_employee(teaching=False)).role == "teacher"
    records = reading.take(EMPLOYEES, an_employee(teaching=False), away=True)
    assert records is not None
    assert (records[0][1].role, records[0][1].visiting) == ("administrator", False)  # type: ignore[attr-defined]


def test_of_whom_it_is_not_known_whether_they_left_nobody_becomes_an_administrator() -> None:
    reading = Reading(staff=True)
    assert reading.take(EMPLOYEES, a_person(), away=True) is None
    assert reading.user(EMPLOYEES, a_person()).role == "teacher"


@pytest.mark.parametrize("current", [False, "false", 0])
def test_former_employees_are_out_of_scope(reading: Reading, current: Any) -> None:
    assert reading.take(EMPLOYEES, an_employee(current=current)) is None
    assert reading.codes == []


def a_class(**values: Any) -> dict[str, Any]:
    return {
        "id": "K1", "name": "8x/Ma1", "code": None, "description": "8x maths",
        "subject": {"data": {"id": "S1", "name": "Mathematics"}},
        "students": {"data": [{"id": "A1"}, {"id": "A2"}, {"id": "A1"}]},
        "employees": {"data": [{"id": "A7", "employment_details": {"data": {"current": True}}}]},
    } | values  # fmt: skip


def test_a_class_comes_with_its_members(reading: Reading) -> None:
    records = reading.take(CLASSES, a_class())
    assert records is not None
    assert records[0] == (
        "K1",
        roster.Class("8x/Ma1", course_key="S1", course_title="Mathematics", subjects=("Mathematics",)),
    )
    assert dict(records[1:]) == {
        "K1/A7/teacher": roster.Enrolment("K1", "A7", "teacher"),
        "K1/A1/student": roster.Enrolment("K1", "A1", "student"),
        "K1/A2/student": roster.Enrolment("K1", "A2", "student"),
    }


def test_teachers_who_left_are_not_in_their_classes(reading: Reading) -> None:
    gone = {"data": [{"id": "A7", "employment_details": {"data": {"current": False}}}]}
    records = reading.take(CLASSES, a_class(employees=gone, students=None))
    assert records is not None
    assert len(records) == 1


def test_the_subject_may_be_an_id_alone_and_the_name_may_be_missing(reading: Reading) -> None:
    records = reading.take(CLASSES, a_class(subject="S1", name="", students=[{"id": "A1"}], employees={"data": []}))
    assert records is not None
    assert records[0][1] == roster.Class("8x maths", course_key="S1")
    assert [key for key, _ in records[1:]] == ["K1/A1/student"]


def test_a_class_without_any_name_is_skipped(reading: Reading) -> None:
    assert reading.take(CLASSES, a_class(name=None, description=None)) is None
    assert reading.codes == ["MISSING_NAME"]


LAST = {"date": "2027-08-31 00:00:00.000000", "timezone_type": 3, "timezone": "Europe/London"}


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        ({"data": {"start_date": "2026-09-01", "end_date": LAST}}, (date(2026, 9, 1), date(2027, 9, 1))),
        ({"start_date": "2026-09-01T00:00:00+01:00", "end_date": None}, (date(2026, 9, 1), None)),
        ("2026/2027", (None, None)),
        (None, (None, None)),
        ([], (None, None)),
    ],
)
def test_an_academic_year_gives_dates_if_it_has_any(
    reading: Reading, year: Any, expected: tuple[date | None, date | None]
) -> None:
    records = reading.take(CLASSES, a_class(academic_year=year))
    assert records is not None
    body = records[0][1]
    assert isinstance(body, roster.Class)
    assert (body.starts_on, body.ends_on) == expected
    assert reading.codes == []


@pytest.mark.parametrize(("starts", "ends"), [("soon", "2027-08-31"), ("2026-09-01", "2026-08-31")])
def test_dates_that_cannot_be_are_left_out_with_a_warning(reading: Reading, starts: str, ends: str) -> None:
    assert reading.take(CLASSES, a_class(academic_year={"start_date": starts, "end_date": ends}))
    assert reading.codes == ["INVALID_DATE"]


def test_a_students_contacts_are_guardians(reading: Reading) -> None:
    mother = {"id": "C1", "relationship": {"data": {"relationship": "Mother", "parental_responsibility": True}}}
    neighbour = {"id": "C2", "relationship": {"relationship": "Neighbour", "parental_responsibility": False}}
    records = reading.take(STUDENTS, a_student(contacts={"data": [mother, neighbour, {"id": None}]}))
    assert records is not None
    assert dict(records[1:]) == {
        "A1>C1": roster.GuardianLink("C1", "A1", "A1", "Mother"),
        "A1>C2": roster.GuardianLink("C2", "A1", "A1", "Neighbour", contact_only=True),
    }


def test_a_contacts_students_are_their_children(reading: Reading) -> None:
    records = reading.take(CONTACTS, a_person(id="C1", students={"data": [{"id": "A1"}]}))
    assert records is not None
    (_, person), link = records
    assert (person.role, person.visiting) == ("guardian", True)  # type: ignore[attr-defined]
    assert link == ("C1>A1", roster.GuardianLink("C1", "A1", "C1"))


def test_a_deletion_is_about_whom_it_names_unless_there_again(reading: Reading) -> None:
    (gone, back) = decoding.decode(
        "deletions", b'[{"id": "A1", "restored_at": null}, {"id": "A2", "restored_at": {"date": "2026-11-02"}}]'
    )
    assert reading.mapping.about(DELETED_STUDENTS, gone) == ("user", "A1")
    assert reading.mapping.about(DELETED_STUDENTS, back) is None
    assert reading.take(DELETED_STUDENTS, {"id": "A1"}) is None
    assert reading.codes == []


def test_somebody_restored_must_be_given_again() -> None:
    reading = Reading(changes=True)
    for key in ("A1", "A2"):
        reading.take(DELETED_STUDENTS, {"id": key, "restored_at": "2026-11-02T06:12:00+00:00"})
    reading.take(STUDENTS, a_student(id="A1"))
    reading.mapping.ended(EMPLOYEES, complete=True)
    with pytest.raises(ChangesRefusedError, match="restored 1 students"):
        reading.mapping.ended(STUDENTS, complete=True)


def test_a_contact_who_was_nobodys_must_be_given_again() -> None:
    reading = Reading(changes=True)
    reading.mapping.recall("user", {"C1"})
    reading.take(STUDENTS, a_student(contacts=[{"id": "C1"}, {"id": "C2"}]))
    with pytest.raises(ChangesRefusedError, match="contacts"):
        reading.mapping.ended(CONTACTS, complete=True)
    reading.take(CONTACTS, a_person(id="C2"))
    reading.mapping.ended(CONTACTS, complete=True)


def test_a_new_contact_must_come_with_a_student() -> None:
    reading = Reading(changes=True)
    reading.mapping.recall("user", {"C1"})
    reading.take(CONTACTS, a_person(id="C1"))
    reading.mapping.ended(CONTACTS, complete=True)
    reading.take(CONTACTS, a_person(id="C2"))
    with pytest.raises(ChangesRefusedError, match="new contacts"):
        reading.mapping.ended(CONTACTS, complete=True)


def test_who_teaches_must_be_as_before_where_the_others_are_administrators() -> None:
    reading = Reading(staff=True, changes=True)
    reading.mapping.recall("enrolment", {"K1/A7/teacher", "K1/A9/student"})
    reading.take(CLASSES, a_class())
    reading.mapping.ended(CLASSES, complete=True)
    reading.take(CLASSES, a_class(employees=[{"id": "A8"}]))
    with pytest.raises(ChangesRefusedError, match="Who teaches"):
        reading.mapping.ended(CLASSES, complete=True)


def test_the_order_of_reading_puts_first_what_others_refer_to() -> None:
    assert [endpoint.name for endpoint in Lists(families=True, staff=False, changes=True).endpoints] == [
        "school", "classes", "deletions/employee", "deletions/student", "deletions/contact",
        "employees", "students", "contacts",
    ]  # fmt: skip
    assert [endpoint.name for endpoint in Lists(families=False, staff=False, changes=False).endpoints] == [
        "school", "classes", "employees", "students",
    ]  # fmt: skip


def test_the_last_day_that_there_is_has_none_after_it(reading: Reading) -> None:
    records = reading.take(CLASSES, {"id": "K1", "name": "8x/Ma1", "academic_year": {"end_date": "9999-12-31"}})
    assert records is not None
    assert isinstance(records[0][1], roster.Class)
    assert (records[0][1].ends_on, reading.codes) == (None, ["INVALID_DATE"])


def test_a_deletion_of_another_kind_says_nothing_of_this_one() -> None:
    reading = Reading(changes=True)
    (other, own) = decoding.decode("deletions", b'[{"id": "A1", "type": "class"}, {"id": "A2", "type": "Student"}]')
    assert reading.mapping.about(DELETED_STUDENTS, other) is None
    assert reading.mapping.about(DELETED_STUDENTS, own) == ("user", "A2")
    reading.take(DELETED_STUDENTS, {"id": "A1", "type": "class", "restored_at": "2026-11-02"})
    reading.mapping.ended(STUDENTS, complete=True)
