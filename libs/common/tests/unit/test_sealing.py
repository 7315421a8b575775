"""Secrets at rest open with the key that sealed them and with no other."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from common.errors import Permanent
from common.sealing import SecretBox


def box(of: int) -> SecretBox:
    return SecretBox(SecretStr(base64.urlsafe_b64encode(bytes([of]) * 32).decode()))


@settings(deadline=None, derandomize=True, max_examples=30)
@given(st.dictionaries(st.text(max_size=20), st.text(max_size=50), max_size=4))
def test_what_was_sealed_opens_as_it_was(secrets: dict[str, str]) -> None:
    assert box(1).open(box(1).seal(secrets)) == secrets


def test_sealed_secrets_do_not_show_and_differ_each_time() -> None:
    sealed, again = (box(1).seal({"client_secret": "hidden"}) for _ in range(2))
    assert b"hidden" not in sealed
    assert sealed != again


def test_another_key_does_not_open_them_and_the_error_says_what_to_do() -> None:
    with pytest.raises(Permanent, match="ROSTERBUS_SECRET_KEY") as caught:
        box(2).open(box(1).seal({"client_secret": "hidden"}))
    assert caught.value.code == "AUTH_INVALID"


def test_damaged_secrets_do_not_open() -> None:
    with pytest.raises(Permanent):
        box(1).open(box(1).seal({"client_secret": "hidden"})[:-8])


@pytest.mark.parametrize("key", ["", "short", "x" * 44])
def test_a_key_that_is_none_ends_the_service_with_the_command_that_makes_one(key: str) -> None:
    with pytest.raises(SystemExit, match="python3 -c") as caught:
        SecretBox(SecretStr(key))
    assert key == "" or key not in str(caught.value)
