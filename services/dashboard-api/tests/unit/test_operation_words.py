"""Operations and values in words."""

from typing import Any

import pytest

from dashboard_api.words.holds import reasons
from dashboard_api.words.operations import Change, Site, changes, record_address, record_of, value_text
from dashboard_api.words.record_story import Fact, facts, kind_of, source_change

SITE = Site({"student": 5, "proctor": 9}, "Europe/Amsterdam")


def operation(kind: str, before: Any = None, after: Any = None) -> dict[str, Any]:
    return {"kind": kind, "before": before, "after": after}


def test_only_fields_that_change_are_told() -> None:
    told = changes(
        operation("update", {"lastname": "Quill", "email": "z@x"}, {"lastname": "Byron", "email": "z@x"}), SITE
    )
    assert told == [Change("Family name", "Quill", "Byron")]


def test_what_is_taken_away_is_told_as_a_whole() -> None:
    assert changes(operation("suspend", None, {"role_id": 5, "active": False}), SITE) == [
        Change("State", "active", "suspended")
    ]
    assert changes(operation("create", None, {"role_id": 5, "record_key": "e-1"}), SITE) == [
        Change("Role", None, "Student")
    ]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("role_id", 5, "Student"),
        ("role_id", 9, "proctor"),
        ("role_id", 7, "7"),
        ("startdate", 1_788_213_600, "1 Sept 2026"),
        ("enddate", 0, None),
        ("active", False, "no"),
        ("email", "", None),
        ("shortname", "M7", "M7"),
    ],
)
def test_values_are_told_as_people_read_them(field: str, value: object, words: str | None) -> None:
    assert (value_text(field, value, SITE) or "").replace("Sept", "Sep") == (words or "").replace("Sept", "Sep")


def test_operations_lead_to_the_record_that_they_are_of() -> None:
    assert record_of("user", "u-1", None) == ("user", "u-1")
    assert record_of("course", "c-1", None) == ("class", "c-1")
    assert record_of("course", "s-1/maths", None) is None, "a course that classes share"
    assert record_of("enrolment", "c-1", "u-1") == ("enrolment", "c-1/u-1")
    assert record_of("enrolment", "s-1/maths", "u-1") == ("user", "u-1")
    assert record_of("cohort", "year-7", None) is None
    assert record_address("user", "u 1/2", "north") == "/records/user/u%201/2?district=north"


def test_a_reason_is_told_once_with_the_numbers_of_each_guard() -> None:
    guard = {"code": "A", "title": "T", "cause": "C", "remedy": "R"}
    found = reasons(
        {
            "guards": [
                {**guard, "sentence": "one"},
                {**guard, "code": "B", "sentence": "two"},
                {**guard, "sentence": "three"},
            ]
        }
    )
    assert [(reason["code"], reason["sentences"]) for reason in found] == [("A", ["one", "three"]), ("B", ["two"])]


def test_values_of_the_source_stand_beside_those_of_moodle() -> None:
    body, applied = (
        {"given_name": "Zoë", "grades": ["7", "8"]},
        {"firstname": "Zoé", "idnumber": "u-1", "auth": "manual"},
    )
    assert facts("user", body, applied, SITE) == [
        Fact("First name", "Zoë", "Zoé"),
        Fact("Grades", "7 and 8", None),
        Fact("ID number", None, "u-1"),
    ]


def test_a_record_is_called_by_its_role() -> None:
    assert kind_of("user", [None, {"role": "teacher"}]) == "Teacher"
    assert kind_of("user", []) == "Person"
    assert kind_of("class", [{"title": "Maths"}]) == "Class"


def test_a_change_at_the_source_is_told_field_by_field() -> None:
    told = source_change({"change": "changed", "fields": [{"field": "email", "from": None, "to": "a@x"}]})
    assert (told["sentence"], told["fields"]) == ("The source changed it.", [("E-mail", None, "a@x")])
