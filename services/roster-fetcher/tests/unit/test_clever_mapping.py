"""Which of Clever's rows belong to a school, what they say, and what is wrong with them."""

from datetime import date
from typing import Any

import pytest

from roster_fetcher import roster
from roster_fetcher.sources.clever import wire
from roster_fetcher.sources.clever.endpoints import (
    DISTRICT_ADMINS,
    MEMBERS,
    SCHOOL,
    SECTIONS,
    STAFF,
    STUDENTS,
    TEACHERS,
    TERMS,
)
from roster_fetcher.sources.clever.people import Standing, standing

from ..support.clever_rows import Reading, a_section, a_student, held


@pytest.fixture
def reading() -> Reading:
    return Reading()


def test_a_section_is_a_class_with_its_enrolments(reading: Reading) -> None:
    records = reading.take(
        SECTIONS, a_section(teacher="w-1", teachers=["w-1", "w-2"], students=["u-1", "u-2"], grade="8")
    )

    assert records is not None
    (key, taught), *enrolments = records
    assert key == "k-1"
    assert taught == roster.Class(
        "Maths 8 b", "", "c-1", "Maths 8", ("08",), (), ("t-1",), date(2026, 8, 15), date(2026, 12, 21)
    )
    assert dict(enrolments) == {
        "k-1/w-1/teacher": roster.Enrolment("k-1", "w-1", "teacher", True),
        "k-1/w-2/teacher": roster.Enrolment("k-1", "w-2", "teacher"),
        "k-1/u-1/student": roster.Enrolment("k-1", "u-1", "student"),
        "k-1/u-2/student": roster.Enrolment("k-1", "u-2", "student"),
    }
    assert reading.codes == []


def test_who_has_charge_of_a_section_teaches_it_even_if_not_listed(reading: Reading) -> None:
    records = reading.take(SECTIONS, a_section(teacher="w-1", teachers=[], students=None))

    assert records is not None
    assert [key for key, _ in records] == ["k-1", "k-1/w-1/teacher"]


def test_members_who_are_null_blank_or_named_twice_count_once_or_not(reading: Reading) -> None:
    records = reading.take(SECTIONS, a_section(students=["u-1", None, "", "u-1"]))

    assert records is not None
    assert [key for key, _ in records] == ["k-1", "k-1/u-1/student"]


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"term_id": None}, ["TERM_NOT_FOUND"]),
        ({"term_id": "t-9"}, ["TERM_NOT_FOUND"]),
        ({"course": "c-9"}, ["COURSE_NOT_FOUND"]),
        ({"course": None}, []),
        ({"teachers": [f"w-{n}" for n in range(10)]}, ["TOO_MANY_TEACHERS"]),
    ],
)
def test_what_a_section_lacks_is_noted_and_it_is_kept(reading: Reading, values: Any, codes: list[str]) -> None:
    assert reading.take(SECTIONS, a_section(**values))
    assert reading.codes == codes


def test_a_term_that_may_be_among_those_that_did_not_come_is_not_missed() -> None:
    reading = Reading()
    reading.mapping.ended(TERMS, complete=False)

    assert reading.take(SECTIONS, a_section(term_id="t-9"))
    assert reading.codes == []


def test_a_section_without_a_name_is_called_after_its_course_and_number(reading: Reading) -> None:
    assert reading.one(SECTIONS, a_section(name=" ", section_number="2")).title == "Maths 8 - 2"
    assert reading.codes == ["MISSING_TITLE"]


def test_a_section_that_nothing_can_be_called_after_is_skipped(reading: Reading) -> None:
    assert reading.take(SECTIONS, a_section(name=None, course=None)) is None
    assert reading.codes == ["MISSING_NAME"]


def test_a_term_ends_on_the_day_after_its_last(reading: Reading) -> None:
    term = reading.one(TERMS, wire.Term(id="t-2", name=None, start_date="2027-01-01T00:00:00Z", end_date="2027-06-30"))

    assert term == roster.Term("t-2", "term", date(2027, 1, 1), date(2027, 7, 1))


@pytest.mark.parametrize(
    ("starts", "ends"), [("soon", "2027-06-30"), ("2027-01-01", "2026-01-01"), ("2027-01-01", "9999-12-31")]
)
def test_dates_that_cannot_be_are_noted_and_left_out(reading: Reading, starts: str, ends: str) -> None:
    term = reading.one(TERMS, wire.Term(id="t-2", start_date=starts, end_date=ends))

    assert None in (term.starts_on, term.ends_on)
    assert reading.codes == ["INVALID_DATE"]


def test_the_school_is_known_by_its_number(reading: Reading) -> None:
    row = wire.School(id="s-1", district="d-1", name="Hill School", school_number="1001", sis_id="77")

    assert reading.one(SCHOOL, row) == roster.School("Hill School", "1001", "d-1")


def test_a_student_is_read_with_all_that_counts(reading: Reading) -> None:
    role = held(
        *("s-1", "s-2"),
        sis_id="9001",
        state_id="ST1",
        student_number="77",
        grade="Kindergarten",
        credentials=wire.Credentials("znunez"),
    )
    student = reading.one(STUDENTS, a_student(roles=wire.Roles(student=role)))

    assert student == roster.User(
        role="student",
        given_name="Zoë",
        family_name="Nuñez",
        email="zoe@north.example",
        username="znunez",
        identifier="77",
        grade="KG",
        identifiers={"sis_id": "9001", "state_id": "ST1"},
    )


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        (wire.Roles(student=held("s-1", "s-2")), Standing("student", True)),
        (wire.Roles(student=wire.Held(school="s-1")), Standing("student", True)),
        (wire.Roles(student=held("s-2")), Standing("student", False)),
        (wire.Roles(teacher=held("s-1"), staff=held("s-1"), district_admin=wire.Held()), Standing("teacher", True)),
        (wire.Roles(staff=held("s-1")), Standing("administrator", True)),
        (wire.Roles(district_admin=wire.Held()), Standing("administrator", True)),
        (wire.Roles(teacher=held("s-2"), staff=held("s-1")), Standing("administrator", True)),
        (wire.Roles(teacher=held("s-2"), district_admin=wire.Held()), Standing("administrator", True)),
        (wire.Roles(teacher=held("s-2"), staff=held("s-2")), Standing("teacher", False)),
        (wire.Roles(contact=wire.Contact()), Standing("guardian", False)),
        (None, Standing("", False)),
    ],
)
def test_of_several_roles_the_one_at_the_school_that_may_do_most_counts(
    roles: wire.Roles | None, expected: Standing
) -> None:
    assert standing(wire.User(id="u-1", roles=roles), "s-1") == expected


def test_somebody_in_several_lists_is_one_person(reading: Reading) -> None:
    employee = a_student(
        roles=wire.Roles(teacher=held("s-1"), staff=held("s-1", staff_id="x"), district_admin=wire.Held())
    )

    assert reading.one(TEACHERS, employee).role == "teacher"
    for endpoint in (STAFF, DISTRICT_ADMINS, MEMBERS):
        assert reading.take(endpoint, employee) is None
        assert reading.codes == []


def test_a_district_admin_who_teaches_elsewhere_keeps_user_name_and_numbers(reading: Reading) -> None:
    elsewhere = held("s-2", teacher_number="88", credentials=wire.Credentials("znunez"))
    row = a_student(email=None, roles=wire.Roles(teacher=elsewhere, district_admin=wire.Held()))

    admin = reading.one(DISTRICT_ADMINS, row)

    assert (admin.role, admin.username, admin.identifier) == ("administrator", "znunez", "88")


def test_a_list_of_the_school_is_trusted_about_who_belongs_there(reading: Reading) -> None:
    assert not reading.one(STUDENTS, a_student(roles=wire.Roles(student=wire.Held(sis_id="1")))).visiting


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"email": None}, ["MISSING_EMAIL"]),
        ({"email": "none"}, ["INVALID_EMAIL"]),
        ({"roles": wire.Roles(student=held("s-1", sis_id="1", grade="Upper fifth"))}, ["INVALID_GRADE"]),
    ],
)
def test_a_faulty_value_is_noted_and_the_person_kept(reading: Reading, values: Any, codes: list[str]) -> None:
    assert reading.take(STUDENTS, a_student(**values))
    assert reading.codes == codes


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"id": None}, ["MISSING_ID"]),
        ({"name": None}, ["MISSING_NAME"]),
        ({"name": wire.Name("Zoë", None)}, ["MISSING_NAME"]),
        ({"email": None, "roles": wire.Roles(student=held("s-1"))}, ["MISSING_USERNAME"]),
    ],
)
def test_who_cannot_be_a_user_is_skipped(reading: Reading, values: Any, codes: list[str]) -> None:
    assert reading.take(STUDENTS, a_student(**values)) is None
    assert reading.codes == codes


def test_a_malformed_row_is_skipped(reading: Reading) -> None:
    assert reading.take(STUDENTS, wire.Malformed("Expected `str`")) is None
    assert reading.codes == ["ROW_MALFORMED"]


def test_a_member_of_another_school_is_visiting(reading: Reading) -> None:
    assert reading.one(MEMBERS, a_student("u-9", "s-2")).visiting
    assert reading.codes == ["STUDENT_OTHER_SCHOOL"]
