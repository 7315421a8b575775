"""How a request must be sent, and what becomes of one that is sent otherwise."""

import gzip
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest

from simulators.moodle import MoodleSimulator
from simulators.moodle.rows import User
from simulators.moodle.wire import nest

from .support.moodle_http import Answer, call, numbered, send

SITE_INFO = {"wsfunction": "core_webservice_get_site_info", "moodlewsrestformat": "json"}


@pytest.fixture
async def moodle() -> AsyncIterator[MoodleSimulator]:
    async with MoodleSimulator(token="secret-token") as simulator:
        yield simulator


def assert_token_not_seen(answer: Answer) -> None:
    assert answer.status == 200
    assert answer.content_type == "application/xml"
    assert "<ERRORCODE>invalidtoken</ERRORCODE>" in answer.text


async def test_a_json_body_is_not_read(moodle: MoodleSimulator) -> None:
    assert_token_not_seen(await send(moodle, None, json={"wstoken": moodle.token, **SITE_INFO}))


async def test_a_compressed_form_is_not_read(moodle: MoodleSimulator) -> None:
    body = gzip.compress(urlencode({"wstoken": moodle.token, **SITE_INFO}).encode())
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip"}
    assert_token_not_seen(await send(moodle, body, headers=headers))


async def test_a_bearer_token_is_not_read(moodle: MoodleSimulator) -> None:
    headers = {"Authorization": f"Bearer {moodle.token}"}
    answer = await send(moodle, {"wsfunction": SITE_INFO["wsfunction"]}, headers=headers)
    assert_token_not_seen(answer)


async def test_token_and_function_may_stand_in_the_address(moodle: MoodleSimulator) -> None:
    answer = await send(moodle, None, params={"wstoken": moodle.token, **SITE_INFO})
    assert answer.json()["userid"] == 3


async def test_without_a_format_the_answer_is_xml(moodle: MoodleSimulator) -> None:
    form = {"wstoken": moodle.token, "wsfunction": "core_course_get_categories"}
    answer = await send(moodle, form)
    assert answer.content_type == "application/xml"
    assert '<MULTIPLE><SINGLE><KEY name="id"><VALUE>1</VALUE></KEY>' in answer.text


def test_indexes_may_have_holes_and_a_missing_one_is_the_next() -> None:
    pairs = [("users[5][name]", "a"), ("users[9][name]", "b"), ("ids[]", "7"), ("ids[]", "8"), ("q", "")]
    assert nest(pairs) == {
        "users": {"5": {"name": "a"}, "9": {"name": "b"}},
        "ids": {"0": "7", "1": "8"},
        "q": "",
    }


def test_the_last_of_two_equal_fields_counts() -> None:
    assert nest([("a", "1"), ("a", "2"), ("b", "1"), ("b[c]", "2")]) == {"a": "2", "b": {"c": "2"}}


async def suspend_everybody(moodle: MoodleSimulator, people: int) -> int:
    """Suspend people by one call with two fields each; how many it reached."""
    for number in range(people):
        moodle.site.add_user(User(100 + number, f"u{number}", "U", "V", f"u{number}@school.example"))
    records = [{"id": 100 + number, "suspended": 1} for number in range(people)]
    assert await call(moodle, "core_user_update_users", numbered("users", *records)) == {"warnings": []}
    return sum(user.suspended for user in moodle.site.users())


async def test_fields_beyond_the_limit_are_dropped_without_a_word(moodle: MoodleSimulator) -> None:
    assert await suspend_everybody(moodle, 600) == 499
    assert moodle.most_fields == 1203


async def test_a_higher_limit_lets_more_fields_through() -> None:
    async with MoodleSimulator(token="secret-token", max_input_vars=5000) as generous:
        assert await suspend_everybody(generous, 600) == 600
