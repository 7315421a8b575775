"""The fields that templates are made of, from rows as the views of schema `roster` have them."""

from datetime import date
from typing import Any

from rules.policy import CLASS_FIELDS, PERSON_FIELDS
from rules.records import class_fields, person_fields

PLACE = {"source": "sis", "school": "Ashgrove Primary", "school_id": "ashgrove"}
PERSON: dict[str, Any] = {
    "source_key": "u-1", "given_name": "Zoë", "family_name": "Quill", "email": "zoe.quill@ashgrove.test",
    "username": "zq", "identifier": "4711", "grade": "07", "role": "student",
}  # fmt: skip
CLASS: dict[str, Any] = {
    "source_key": "c-1", "title": "Maths 7A", "code": "MA7A", "course_key": "k-1", "course_title": "Maths",
    "subjects": ["", "Mathematics", "Science"], "grades": ["07", "08"],
    "starts_on": date(2026, 8, 24), "ends_on": date(2027, 7, 1),
}  # fmt: skip


def test_a_person_has_every_field_that_templates_may_name() -> None:
    fields = person_fields(PERSON, **PLACE)
    assert tuple(fields) == PERSON_FIELDS
    assert (fields["id"], fields["mailbox"], fields["school_id"]) == ("u-1", "zoe.quill", "ashgrove")


def test_a_class_has_every_field_that_templates_may_name() -> None:
    fields = class_fields(CLASS, **PLACE)
    assert set(fields) == set(CLASS_FIELDS)
    assert (fields["subject"], fields["grade"]) == ("Mathematics", "07")
    assert len(fields["mark"]) == 8


def test_a_class_ends_on_its_last_day_and_not_on_the_day_after() -> None:
    fields = class_fields(CLASS, **PLACE)
    assert (fields["term_start"], fields["term_end"]) == ("2026-08-24", "2027-06-30")


def test_what_the_source_does_not_give_is_blank() -> None:
    nobody = dict.fromkeys(PERSON) | {"source_key": "u-2"}
    nothing = dict.fromkeys(CLASS) | {"source_key": "c-2"}
    assert {name for name, value in person_fields(nobody, **PLACE).items() if value} == {"id", *PLACE}
    assert {name for name, value in class_fields(nothing, **PLACE).items() if value} == {"id", "mark", *PLACE}
