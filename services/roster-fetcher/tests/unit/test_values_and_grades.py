"""Single values in one form, whatever a source writes."""

from datetime import date

import pytest

from roster_fetcher import values
from roster_fetcher.findings import mask
from roster_fetcher.grades import CODES, grade


@pytest.mark.parametrize(
    ("written", "read"),
    [(" Zoë ", "Zoë"), ("Zoe\u0308", "Zoë"), (None, ""), (7, "7"), (True, "true"), (False, "false"), ("  ", "")],
)
def test_texts_are_trimmed_and_composed(written: object, read: str) -> None:
    assert values.text(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [(["a", " ", None, "b "], ("a", "b")), ("a, b,", ("a", "b")), (None, ()), ("", ()), ([], ()), (["08"], ("08",))],
)
def test_lists_come_as_lists_or_separated_by_commas(written: object, read: tuple[str, ...]) -> None:
    assert values.texts(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [("true", True), ("TRUE", True), (True, True), ("false", False), (False, False), ("0", False)],
)
def test_booleans_come_as_words_or_as_they_are(written: object, read: bool) -> None:
    assert values.truth(written, default=not read) is read


@pytest.mark.parametrize("default", [True, False])
@pytest.mark.parametrize("written", [None, "", "perhaps"])
def test_what_is_no_boolean_leaves_the_default(written: object, default: bool) -> None:
    assert values.truth(written, default) is default


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-08-15", date(2026, 8, 15)),
        ("2026-08-15T00:00:00+09:00", date(2026, 8, 15)),
        ("2026-08-15T23:30:00.000Z", date(2026, 8, 15)),
        ("15/08/2026", None),
        ("2026-02-30", None),
        ("", None),
    ],
)
def test_a_day_is_the_one_written_whatever_its_offset(written: str, read: date | None) -> None:
    assert values.day(written) == read


@pytest.mark.parametrize("address", ["anna@school.example", "anna.b+c@a.b.example", "änna@school.example"])
def test_addresses_are_kept(address: str) -> None:
    assert values.email(address) == address


@pytest.mark.parametrize(
    "address", ["none", "@school.example", "anna@", "anna@school", "a b@c.example", "a@b@c.de", ""]
)
def test_what_is_no_address_is_dropped(address: str) -> None:
    assert values.email(address) is None


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("8", "08"), ("08", "08"), ("Eighth grade", "08"), ("Grade 8", "08"), ("8th grade", "08"), ("12TH", "12"),
        ("KG", "KG"), ("k", "KG"), ("Kindergarten", "KG"), ("pk", "PK"), ("TransitionalKindergarten", "TK"),
        ("PostGraduate", "PS"), ("Ungraded", "UG"), ("13", "13"), ("other", "OTHER"),
        ("14", None), ("Upper fifth", None), ("", None),
    ],
)  # fmt: skip
def test_grades_have_one_spelling(written: str, code: str | None) -> None:
    assert grade(written) == code


def test_every_code_of_grades_stands_for_itself() -> None:
    assert [grade(code) for code in CODES] == list(CODES)


@pytest.mark.parametrize(
    ("value", "masked"), [("Anna", "A…"), ("anna@school.example", "a…@school.example"), ("", ""), ("none", "n…")]
)
def test_personal_values_are_masked(value: str, masked: str) -> None:
    assert mask(value) == masked
