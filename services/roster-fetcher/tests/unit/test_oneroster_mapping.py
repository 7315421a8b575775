"""Which rows belong to a school, what they say, and what is wrong with them."""

from datetime import date
from typing import Any

import pytest

from roster_fetcher import roster
from roster_fetcher.findings import Notes
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.mapping import (
    CLASSES,
    COURSES,
    ENDPOINTS,
    ENROLLMENTS,
    ORGS,
    SESSIONS,
    USERS,
    SchoolMapping,
)
from roster_fetcher.sources.protocol import Endpoint, Page, Records, SourceTrouble

DISTRICT_ORG = wire.Org("d-1", "active", "North", "district")
HILL = wire.Org("o-1", "active", "Hill School", "school", "1001", "d-1")
LAKE = wire.Org("o-2", "active", "Lake School", "school", "1002", "d-1")
AUTUMN = wire.Session("t-1", "active", "Autumn", "term", "2026-08-15", "2027-01-01")
SPRING = wire.Session("t-2", "active", "Spring", "term", "2027-01-01", "2027-07-01")
MATHS = wire.Course("c-1", "active", "Maths 8", "MA8", ["08"], ["Maths"])


class Reading:
    """A mapping of Hill School that has seen organisations, terms and courses, and takes further rows."""

    def __init__(self, *, narrowed: bool = False) -> None:
        self.mapping = SchoolMapping("o-1")
        self.narrowed = narrowed
        self.notes = Notes("")
        for endpoint, rows in ((ORGS, [DISTRICT_ORG, HILL, LAKE]), (SESSIONS, [AUTUMN, SPRING]), (COURSES, [MATHS])):
            for row in rows:
                self.take(endpoint, row)
            self.mapping.ended(endpoint, complete=True)

    def take(self, endpoint: Endpoint, row: Any, away: bool = False) -> Records | None:
        self.notes = Notes(endpoint.entity)
        self.notes.row = 1
        page = Page(b"", b"", 1, 1, narrowed=self.narrowed)
        return self.mapping.converter(endpoint, page, {1} if away else set())(row, self.notes)

    @property
    def codes(self) -> list[str]:
        return [finding.code for finding in self.notes.items]


@pytest.fixture
def reading() -> Reading:
    return Reading()


def a_class(**values: Any) -> wire.Class:
    row = wire.Class("k-1", "active", "Maths 8 b", "MA8b", course_sourced_id="c-1", school_sourced_id="o-1")
    row.term_sourced_ids = "t-1"
    for name, value in values.items():
        setattr(row, name, value)
    return row


def a_user(**values: Any) -> wire.User:
    row = wire.User(
        "u-1", "active", "true", "Zoë", "Nuñez", "zoe@north.example", "zoe", "9007", ["08"], "student", "o-1"
    )
    for name, value in values.items():
        setattr(row, name, value)
    return row


def an_enrolment(**values: Any) -> wire.Enrollment:
    row = wire.Enrollment("e-1", "active", "k-1", "o-1", "u-1", "student", "false", "2026-08-15", "2027-07-01")
    for name, value in values.items():
        setattr(row, name, value)
    return row


def body_of(records: Records | None) -> Any:
    assert records is not None
    ((_, body),) = records
    return body


def test_the_order_of_reading_puts_first_what_others_refer_to() -> None:
    assert [endpoint.name for endpoint in ENDPOINTS] == [
        "orgs", "academicSessions", "courses", "classes", "enrollments", "users",
    ]  # fmt: skip


def test_a_class_takes_what_its_course_and_terms_say(reading: Reading) -> None:
    body = body_of(reading.take(CLASSES, a_class(term_sourced_ids="t-1,t-2")))
    assert body == roster.Class(
        title="Maths 8 b", code="MA8b", course_key="c-1", course_title="Maths 8", grades=("08",), subjects=("Maths",),
        term_keys=("t-1", "t-2"), starts_on=date(2026, 8, 15), ends_on=date(2027, 7, 1),
    )  # fmt: skip
    assert reading.codes == []


def test_references_may_be_objects(reading: Reading) -> None:
    flat = body_of(reading.take(CLASSES, a_class()))
    row = a_class(sourced_id="k-2", course_sourced_id=None, school_sourced_id=None, term_sourced_ids=None)
    row.course, row.school, row.terms = wire.Ref("c-1"), wire.Ref("o-1"), [wire.Ref("t-1")]
    assert body_of(reading.take(CLASSES, row)) == flat


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"course_sourced_id": "c-9"}, "COURSE_NOT_FOUND"),
        ({"term_sourced_ids": "t-9"}, "TERM_NOT_FOUND"),
        ({"term_sourced_ids": None}, "TERM_NOT_FOUND"),
        ({"status": "archived"}, "INVALID_STATUS"),
    ],
)
def test_a_class_with_a_small_fault_is_kept_with_a_warning(reading: Reading, values: dict[str, Any], code: str) -> None:
    assert body_of(reading.take(CLASSES, a_class(**values))).title == "Maths 8 b"
    assert reading.codes == [code]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"sourced_id": " "}, "MISSING_ID"),
        ({"title": None}, "MISSING_NAME"),
        ({"school_sourced_id": "o-9"}, "ORG_NOT_FOUND"),
        ({"school_sourced_id": ""}, "ORG_NOT_FOUND"),
    ],
)
def test_a_class_with_a_grave_fault_is_skipped(reading: Reading, values: dict[str, Any], code: str) -> None:
    assert reading.take(CLASSES, a_class(**values)) is None
    assert reading.codes == [code]


def test_a_class_of_another_school_is_out_of_scope(reading: Reading) -> None:
    assert reading.take(CLASSES, a_class(school_sourced_id="o-2")) is None
    assert reading.codes == []


def test_what_a_school_was_asked_for_is_the_schools_even_if_the_row_does_not_say_so() -> None:
    reading = Reading(narrowed=True)
    assert reading.take(CLASSES, a_class(school_sourced_id=None)) is not None


@pytest.mark.parametrize("status", ["tobedeleted", "ToBeDeleted", "inactive"])
def test_tombstones_are_out_of_scope_without_a_word(reading: Reading, status: str) -> None:
    assert reading.take(CLASSES, a_class(status=status, title="", sourced_id="")) is None
    assert reading.take(USERS, a_user(status=status, given_name="")) is None
    assert reading.codes == []


@pytest.mark.parametrize("status", ["active", "Active", "", None])
def test_a_blank_status_is_an_active_one(reading: Reading, status: str | None) -> None:
    assert reading.take(USERS, a_user(status=status)) is not None
    assert reading.codes == []


def test_an_enrolment_says_who_is_what_in_which_class(reading: Reading) -> None:
    reading.take(CLASSES, a_class())
    body = body_of(reading.take(ENROLLMENTS, an_enrolment(role="Teacher", primary="TRUE")))
    assert body == roster.Enrolment("k-1", "u-1", "teacher", True, date(2026, 8, 15), date(2027, 7, 1))


def test_only_teachers_are_in_charge(reading: Reading) -> None:
    reading.take(CLASSES, a_class())
    assert not body_of(reading.take(ENROLLMENTS, an_enrolment(primary="true"))).primary


@pytest.mark.parametrize("role", ["administrator", "proctor", "aide"])
def test_parts_in_a_class_that_are_not_carried_are_out_of_scope(reading: Reading, role: str) -> None:
    reading.take(CLASSES, a_class())
    assert reading.take(ENROLLMENTS, an_enrolment(role=role)) is None
    assert reading.codes == []


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"class_sourced_id": "k-9"}, "CLASS_NOT_FOUND"),
        ({"role": "owner"}, "INVALID_ROLE"),
        ({"sourced_id": ""}, "MISSING_ID"),
        ({"user_sourced_id": None}, "USER_NOT_FOUND"),
    ],
)
def test_an_enrolment_with_a_grave_fault_is_skipped(reading: Reading, values: dict[str, Any], code: str) -> None:
    reading.take(CLASSES, a_class())
    assert reading.take(ENROLLMENTS, an_enrolment(**values)) is None
    assert reading.codes == [code]


def test_enrolments_in_classes_elsewhere_are_out_of_scope(reading: Reading) -> None:
    assert reading.take(ENROLLMENTS, an_enrolment(school_sourced_id="o-2")) is None
    assert reading.take(ENROLLMENTS, an_enrolment(school_sourced_id=None)) is None
    assert reading.codes == []


@pytest.mark.parametrize(("begins", "ends"), [("soon", "2027-07-01"), ("2026-08-15", "2026-08-01")])
def test_dates_that_cannot_be_are_left_out_with_a_warning(reading: Reading, begins: str, ends: str) -> None:
    reading.take(CLASSES, a_class())
    body = body_of(reading.take(ENROLLMENTS, an_enrolment(begin_date=begins, end_date=ends)))
    assert None in (body.starts_on, body.ends_on)
    assert reading.codes == ["INVALID_DATE"]


def test_a_user_is_what_the_role_at_this_school_says(reading: Reading) -> None:
    body = body_of(reading.take(USERS, a_user()))
    assert body == roster.User("student", "Zoë", "Nuñez", "zoe@north.example", "zoe", "9007", "08", True)


def test_of_several_roles_the_primary_one_here_counts(reading: Reading) -> None:
    roles = [
        wire.Role(role="student", role_type="primary", org_sourced_id="o-2"),
        wire.Role(role="guardian", role_type="secondary", org_sourced_id="o-1"),
        wire.Role(role="teacher", role_type="primary", org=wire.Ref("o-1")),
    ]
    assert body_of(reading.take(USERS, a_user(roles=roles, role=None, org_sourced_ids=None))).role == "teacher"


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("Student", "student"), ("aide", "teacher"), ("principal", "administrator"),
        ("siteAdministrator", "administrator"), ("counselor", "administrator"),
        ("parent", "guardian"), ("relative", "guardian"),
    ],
)  # fmt: skip
def test_the_standards_roles_become_four(reading: Reading, word: str, role: str) -> None:
    assert body_of(reading.take(USERS, a_user(role=word))).role == role


def test_who_belongs_by_a_role_is_not_asked_about_and_the_others_are(reading: Reading) -> None:
    rows = [
        a_user(),
        a_user(sourced_id="u-2", org_sourced_ids="o-2"),
        a_user(sourced_id="u-3", role="administrator", org_sourced_ids="d-1"),
        a_user(sourced_id="u-4", role="teacher", org_sourced_ids="d-1"),
        a_user(sourced_id="u-5", orgs=[wire.Ref("o-2"), wire.Ref("o-1")], org_sourced_ids=None),
    ]
    assert reading.mapping.strangers(rows) == {1: "u-2", 3: "u-4"}


def test_administrators_of_the_district_belong_to_its_schools(reading: Reading) -> None:
    body = body_of(reading.take(USERS, a_user(role="administrator", org_sourced_ids="d-1")))
    assert body.role == "administrator"
    assert reading.codes == []


def test_somebody_of_another_school_in_a_class_here_is_kept_with_a_warning(reading: Reading) -> None:
    assert body_of(reading.take(USERS, a_user(org_sourced_ids="o-2"))).role == "student"
    assert reading.codes == ["STUDENT_OTHER_SCHOOL"]


def test_users_of_other_schools_who_are_not_enrolled_here_are_out_of_scope(reading: Reading) -> None:
    assert reading.take(USERS, a_user(org_sourced_ids="o-2"), away=True) is None
    assert reading.codes == []


def test_a_user_of_no_organisation_at_all_is_skipped(reading: Reading) -> None:
    assert reading.take(USERS, a_user(org_sourced_ids=""), away=True) is None
    assert reading.codes == ["ORG_NOT_FOUND"]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"sourced_id": None}, "MISSING_ID"),
        ({"given_name": " "}, "MISSING_NAME"),
        ({"family_name": None}, "MISSING_NAME"),
        ({"role": "ext:owl"}, "INVALID_ROLE"),
        ({"username": "", "email": "", "identifier": ""}, "MISSING_USERNAME"),
    ],
)
def test_a_user_with_a_grave_fault_is_skipped(reading: Reading, values: dict[str, Any], code: str) -> None:
    assert reading.take(USERS, a_user(**values)) is None
    assert reading.codes == [code]


@pytest.mark.parametrize(
    ("values", "code", "kept"),
    [
        ({"email": None}, "MISSING_EMAIL", {"email": ""}),
        ({"email": "none"}, "INVALID_EMAIL", {"email": ""}),
        ({"grades": ["Upper fifth"]}, "INVALID_GRADE", {"grade": "Upper fifth"}),
        ({"status": "pending"}, "INVALID_STATUS", {"enabled": True}),
    ],
)
def test_a_user_with_a_small_fault_is_kept_with_a_warning(
    reading: Reading, values: dict[str, Any], code: str, kept: dict[str, Any]
) -> None:
    body = body_of(reading.take(USERS, a_user(**values)))
    assert {name: getattr(body, name) for name in kept} == kept
    assert reading.codes == [code]


def test_findings_mask_what_is_personal(reading: Reading) -> None:
    reading.take(USERS, a_user(email="zoe.at.north"))
    assert reading.notes.items[0].value == "z…"


def test_a_row_without_an_id_is_found_by_its_number(reading: Reading) -> None:
    reading.take(USERS, a_user(sourced_id=""))
    assert (reading.notes.items[0].source_key, reading.notes.items[0].detail) == ("", "row 1")


def test_a_row_of_another_shape_is_skipped(reading: Reading) -> None:
    assert reading.take(USERS, wire.Malformed("Expected `str`")) is None
    assert reading.codes == ["ROW_MALFORMED"]


def test_the_same_organisation_or_course_twice_counts_once(reading: Reading) -> None:
    assert reading.take(COURSES, MATHS) is None
    assert reading.codes == ["DUP_SOURCED_ID"]
    assert reading.take(ORGS, LAKE) is None
    assert reading.codes == ["DUP_SOURCED_ID"]


def test_a_circle_of_organisations_ends() -> None:
    mapping, notes, page = SchoolMapping("o-1"), Notes("org"), Page(b"", b"", 1, 2)
    for row in (wire.Org("o-1", "", "A", "school", "", "o-2"), wire.Org("o-2", "", "B", "district", "", "o-1")):
        mapping.converter(ORGS, page, set())(row, notes)
    mapping.ended(ORGS, complete=True)
    assert mapping.members.above == {"o-2", "o-1"}


@pytest.mark.parametrize(("complete", "code"), [(True, "SCHOOL_NOT_FOUND"), (False, "SOURCE_INCOMPLETE")])
def test_a_school_that_did_not_come_ends_the_reading(complete: bool, code: str) -> None:
    with pytest.raises(SourceTrouble) as trouble:
        SchoolMapping("o-7").ended(ORGS, complete=complete)
    assert trouble.value.code == code


def test_unread_courses_and_terms_are_not_missed() -> None:
    mapping, notes, page = SchoolMapping("o-1"), Notes("class"), Page(b"", b"", 1, 1)
    mapping.converter(ORGS, page, set())(HILL, notes)
    mapping.ended(ORGS, complete=True)
    assert mapping.converter(CLASSES, page, set())(a_class(), notes)
    assert notes.items == []


def test_an_enrolment_names_its_own_field_for_a_first_day_that_cannot_be_read(reading: Reading) -> None:
    reading.take(CLASSES, a_class())
    row = wire.Enrollment("e-1", "active", "k-1", "o-1", "u-1", "student", begin_date="soon")
    assert reading.take(ENROLLMENTS, row)
    assert [(finding.code, finding.field) for finding in reading.notes.items] == [("INVALID_DATE", "beginDate")]
