"""Checking a request's parameters against a function's declaration."""

import re
from typing import Any

import pytest

from simulators.moodle.errors import MoodleError
from simulators.moodle.kinds import CHECKERS
from simulators.moodle.parameters import OPTIONAL, Many, One, Value, check_parameters

PEOPLE = One(
    {
        "people": Many(One({"id": Value("int"), "note": Value("text", OPTIONAL), "lang": Value("lang", "en")})),
        "deep": Value("bool", False),
    }
)

ACCEPTED = [
    ("int", "-5", -5),
    ("float", "72.5", 72.5),
    ("float", "1e2", 100.0),
    ("bool", "1", True),
    ("notags", "Tag & co", "Tag & co"),
    ("notags", "a < b", "a < b"),
    ("username", "q6@school.example", "q6@school.example"),
    ("auth", "oauth2", "oauth2"),
    ("timezone", "Europe/Amsterdam", "Europe/Amsterdam"),
    ("timezone", "99", "99"),
    ("component", "mod_assign", "mod_assign"),
]
REFUSED = [
    ("int", ""),
    ("int", "05"),
    ("int", "5 "),
    ("float", "five"),
    ("bool", "true"),
    ("raw_trimmed", " kit@school.example"),
    ("notags", "Kit<br>"),
    ("username", "Kit"),
    ("username", "kit+1"),
    ("auth", "nosuch"),
    ("timezone", "Mars?"),
    ("alpha", "a1"),
]


@pytest.mark.parametrize(("kind", "text", "value"), ACCEPTED)
def test_a_value_of_its_type_is_taken(kind: str, text: str, value: object) -> None:
    assert CHECKERS[kind](text) == value


@pytest.mark.parametrize(("kind", "text"), REFUSED)
def test_a_value_of_another_type_is_refused(kind: str, text: str) -> None:
    with pytest.raises(ValueError):
        CHECKERS[kind](text)


def test_defaults_are_filled_in_and_optional_keys_left_out() -> None:
    given = {"people": {"7": {"id": "1"}, "3": {"id": "2", "note": "x"}}}
    assert check_parameters(PEOPLE, given) == {
        "people": [{"id": 1, "lang": "en"}, {"id": 2, "note": "x", "lang": "en"}],
        "deep": False,
    }


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "Missing required key in single structure: people"),
        ({"people": ""}, "Only arrays accepted"),
        ({"people": {"0": "x"}}, "Only arrays accepted"),
        ({"people": {"0": {"id": {"0": "1"}}}}, "Scalar type expected"),
        ({"people": {"0": {"id": "x"}}}, 'people => .*: id => .* the value is "x"'),
        ({"people": {"0": {"id": "1", "age": "9"}}}, r"Unexpected keys \(age\)"),
        ({"people": {}, "more": "1"}, r"Unexpected keys \(more\)"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(MoodleError) as refused:
        check_parameters(PEOPLE, given)
    assert refused.value.errorcode == "invalidparameter"
    assert re.search(reason, str(refused.value.debuginfo))
