"""What Moodle takes, and what is done to make values fit."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.moodle_limits import USERNAME, Fitting

TAKEN = re.compile(r"[a-z0-9.\-_@]*")


@pytest.mark.parametrize(
    ("value", "username", "warning"),
    [
        ("zq", "zq", ""),
        ("Zoë.Quill", "zoe.quill", ""),
        ("O'Brien", "obrien", "INVALID_USERNAME"),
        ("b q", "bq", "INVALID_USERNAME"),
        ("王", "", "INVALID_USERNAME"),
        ("a" * 120, "a" * 100, "VALUE_TRUNCATED"),
        ("a@b_c-d.e", "a@b_c-d.e", ""),
    ],
)
def test_user_names_have_only_the_characters_that_moodle_takes(value: str, username: str, warning: str) -> None:
    fit = Fitting()
    assert (fit.username(value), fit.warning) == (username, warning)


def test_the_first_thing_that_was_done_is_told_and_each_but_once() -> None:
    fit = Fitting()
    for value in ("b q", "b" * 200, "c q"):
        fit.username(value)
    assert (fit.warning, fit.warnings) == ("INVALID_USERNAME", ["INVALID_USERNAME", "VALUE_TRUNCATED"])


@given(st.text(max_size=300))
def test_any_text_becomes_a_user_name_of_moodles_and_stays_one(text: str) -> None:
    username = Fitting().username(text)
    assert TAKEN.fullmatch(username)
    assert len(username) <= USERNAME
    again = Fitting()
    assert (again.username(username), again.warning) == (username, "")


@given(st.text(max_size=60), st.integers(1, 50))
def test_what_is_cut_is_the_beginning_and_is_told(text: str, most: int) -> None:
    fit = Fitting()
    cut = fit.cut(text, most)
    assert text.startswith(cut)
    assert len(cut) <= most
    assert bool(fit.warning) == (len(text) > most)
