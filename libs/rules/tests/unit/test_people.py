"""A person's account, by a district's templates."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.moodle_limits import EMAIL, NAME, PERSON_IDNUMBER, USERNAME
from rules.names import mark, plain, same_name
from rules.people import AccountRules, address_to_nobody, is_named, mailbox
from rules.policy import PERSON_FIELDS, Templates

PERSON = dict.fromkeys(PERSON_FIELDS, "") | {
    "id": "u-1", "source": "sis", "username": "zq", "email": "zoe.quill@school.test", "mailbox": "zoe.quill",
    "given_name": "Zoë", "family_name": "Quill",
}  # fmt: skip
USUAL = AccountRules(Templates())
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300).map(str.strip)
PEOPLE = st.fixed_dictionaries({name: WORDS for name in PERSON_FIELDS if name != "id"} | {"id": WORDS.filter(bool)})


def account(**changes: str) -> dict[str, Any]:
    return USUAL.account(PERSON | changes).fields


def test_the_usual_account_is_the_sources_own() -> None:
    assert account() == {
        "username": "zq", "firstname": "Zoë", "lastname": "Quill", "email": "zoe.quill@school.test", "idnumber": "u-1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "username"),
    [
        ({}, "zq"),
        ({"username": ""}, "zoe.quill"),
        ({"username": "王"}, "zoe.quill"),
        ({"username": "", "mailbox": "", "identifier": "4711"}, "4711"),
        ({"username": "", "mailbox": ""}, "u-1"),
        ({"username": "", "mailbox": "", "id": "王"}, mark("王")),
    ],
)
def test_the_user_name_is_the_first_of_which_moodle_takes_something(changes: dict[str, str], username: str) -> None:
    assert account(**changes)["username"] == username


def test_a_name_that_is_missing_is_the_other_one() -> None:
    assert (account(given_name="")["firstname"], account(family_name="")["lastname"]) == ("Quill", "Zoë")


@pytest.mark.parametrize("email", ["", "x" * 120 + "@school.test"])
def test_without_an_address_that_fits_it_is_one_that_reaches_nobody(email: str) -> None:
    assert account(email=email)["email"] == "zq@no-email.invalid"
    assert address_to_nobody("a@b") == "a.b@no-email.invalid"


def test_templates_decide() -> None:
    rules = AccountRules(Templates(username=("{given_name:.1}{family_name}",), idnumber="{source}:{id}"))
    fields = rules.account(PERSON).fields
    assert (fields["username"], fields["idnumber"]) == ("zquill", "sis:u-1")


def test_what_was_changed_is_told() -> None:
    assert USUAL.account(PERSON | {"username": "z q"}).warning == "INVALID_USERNAME"
    assert USUAL.account(PERSON | {"given_name": "Z" * 200}).warning == "VALUE_TRUNCATED"
    assert USUAL.account(PERSON).warning == ""


def test_two_names_are_one_persons_in_another_case_accent_or_order() -> None:
    assert is_named(account(), "QUILL", "zoe")
    assert not is_named(account(), "Zoë", "Byron")
    assert mailbox("zoe@school.test") == "zoe"


@given(PEOPLE)
def test_any_person_becomes_an_account_that_moodle_takes(person: dict[str, str]) -> None:
    fields = USUAL.account(person).fields
    assert re.fullmatch(r"[a-z0-9.\-_@]+", str(fields["username"]))
    for name, most in {
        "username": USERNAME, "firstname": NAME, "lastname": NAME, "email": EMAIL, "idnumber": PERSON_IDNUMBER,
    }.items():  # fmt: skip
        assert len(str(fields[name])) <= most
    assert fields["email"]


@given(st.text(max_size=20), st.text(max_size=20))
def test_names_are_compared_without_regard_to_order(first: str, second: str) -> None:
    assert same_name((first, second), (second, first))
    assert plain(plain(first)) == plain(first)


@given(st.text(max_size=40), st.text(max_size=40))
def test_marks_tell_one_key_from_another(first: str, second: str) -> None:
    assert (mark(first) == mark(second)) == (first == second)
    assert re.fullmatch(r"[0-9a-f]{8}", mark(first))
