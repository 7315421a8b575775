"""The switches with which tests make the simulated Moodle fail, and its counters."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from simulators.moodle import ANY_FUNCTION, Mishap, MoodleSimulator

from .support.moodle_http import call, numbered, post
from .support.moodle_school import ADA, BO, MATHS, courses

CREATE = "core_user_create_users"
UPDATE = "core_user_update_users"
ENROL = "enrol_manual_enrol_users"

NO_ANSWER_SECONDS = 0.1


@pytest.fixture
async def moodle() -> AsyncIterator[MoodleSimulator]:
    async with MoodleSimulator(token="secret-token") as simulator:
        courses(simulator.site)
        yield simulator


def one_person(username: str = "kit") -> dict[str, object]:
    names = {"username": username, "firstname": "Kit", "lastname": "Rowe"}
    return numbered("users", {**names, "auth": "oauth2", "email": f"{username}@school.example"})


def exists(moodle: MoodleSimulator, username: str = "kit") -> bool:
    return any(user.username == username for user in moodle.site.users())


@pytest.mark.parametrize("after_write", [False, True])
@pytest.mark.parametrize(
    ("kind", "status", "content_type"),
    [
        (Mishap.SERVER_ERROR, 500, "text/html"),
        (Mishap.UNAVAILABLE, 503, "text/html"),
        (Mishap.TOO_MANY, 429, "text/html"),
        (Mishap.HTML, 200, "text/html"),
        (Mishap.NO_ERRORCODE, 200, "application/json"),
        (Mishap.NO_CAPABILITY, 200, "application/json"),
    ],
)
async def test_a_mishap_befalls_one_call_before_or_after_its_work(
    moodle: MoodleSimulator, kind: Mishap, status: int, content_type: str, after_write: bool
) -> None:
    moodle.fail_next(CREATE, kind=kind, after_write=after_write)
    answer = await post(moodle, CREATE, one_person())
    assert (answer.status, answer.content_type) == (status, content_type)
    assert exists(moodle) == after_write
    assert isinstance(await call(moodle, CREATE, one_person("lou")), list)


async def test_too_many_calls_are_told_when_to_come_back_or_not(moodle: MoodleSimulator) -> None:
    moodle.fail_next(CREATE, times=2, kind="http-429")
    assert (await post(moodle, CREATE, one_person())).headers["Retry-After"] == "1"
    moodle.mishaps.retry_after = None
    assert "Retry-After" not in (await post(moodle, CREATE, one_person())).headers


async def test_a_php_failure_has_no_error_code_and_a_lost_capability_has(moodle: MoodleSimulator) -> None:
    moodle.fail_next(CREATE, kind="no-errorcode")
    moodle.fail_next(CREATE, kind="no-capability")
    assert "errorcode" not in await call(moodle, CREATE, one_person())
    assert (await call(moodle, CREATE, one_person()))["errorcode"] == "nopermissions"


@pytest.mark.parametrize("after_write", [False, True])
async def test_a_dropped_connection_leaves_the_client_without_an_answer(
    moodle: MoodleSimulator, after_write: bool
) -> None:
    moodle.fail_next(CREATE, kind=Mishap.DROP, after_write=after_write)
    with pytest.raises(aiohttp.ClientConnectionError):
        await call(moodle, CREATE, one_person())
    assert exists(moodle) == after_write


async def test_a_time_out_may_come_before_anything_is_written(moodle: MoodleSimulator) -> None:
    moodle.fail_next(CREATE, kind=Mishap.TIMEOUT)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(call(moodle, CREATE, one_person()), NO_ANSWER_SECONDS)
    assert not exists(moodle)


async def test_a_time_out_may_hide_that_the_rows_were_written(moodle: MoodleSimulator) -> None:
    moodle.fail_next(CREATE, kind=Mishap.TIMEOUT, after_write=True)
    gate = moodle.hold(CREATE, after_write=True)
    task = asyncio.create_task(call(moodle, CREATE, one_person()))
    await gate.reached.wait()
    gate.release()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(task, NO_ANSWER_SECONDS)
    assert exists(moodle)


async def test_a_mishap_can_last_for_several_calls_of_any_function(moodle: MoodleSimulator) -> None:
    moodle.fail_next(ANY_FUNCTION, times=2, kind=Mishap.UNAVAILABLE)
    answers = [await post(moodle, "core_webservice_get_site_info", {}) for _ in range(3)]
    assert [answer.status for answer in answers] == [503, 503, 200]


async def test_a_refused_record_fails_a_batch_that_is_all_or_nothing(moodle: MoodleSimulator) -> None:
    moodle.refuse(ENROL, lambda record: record["userid"] == BO)
    good, bad = ({"userid": userid, "courseid": MATHS, "roleid": 5} for userid in (ADA, BO))
    answer = await call(moodle, ENROL, numbered("enrolments", good, bad))
    assert answer["errorcode"] == "invalidparameter"
    assert moodle.site.enrolments() == []
    assert await call(moodle, ENROL, numbered("enrolments", good)) is None


async def test_a_refused_record_is_a_warning_where_records_stand_alone(moodle: MoodleSimulator) -> None:
    moodle.refuse(UPDATE, lambda record: record["id"] == BO, errorcode="simulated")
    batch = numbered("users", {"id": ADA, "city": "Hull"}, {"id": BO, "city": "Hull"})
    warnings = (await call(moodle, UPDATE, batch))["warnings"]
    assert [(warning["itemid"], warning["warningcode"]) for warning in warnings] == [(BO, "simulated")]
    assert (moodle.site.user("ada.zz").city, moodle.site.user("bo.zz").city) == ("Hull", "")


async def test_rows_appear_after_the_client_has_gone(moodle: MoodleSimulator) -> None:
    gate = moodle.hold(CREATE)
    task = asyncio.create_task(call(moodle, CREATE, one_person()))
    await gate.reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not exists(moodle)
    gate.release()
    assert isinstance(await call(moodle, CREATE, one_person("lou")), list)
    assert exists(moodle)


async def test_a_gate_after_the_write_holds_back_only_the_answer(moodle: MoodleSimulator) -> None:
    gate = moodle.hold(CREATE, after_write=True)
    task = asyncio.create_task(call(moodle, CREATE, one_person()))
    await gate.reached.wait()
    assert exists(moodle)
    gate.release()
    assert (await task)[0]["username"] == "kit"


async def test_the_peak_counts_calls_in_flight_together(moodle: MoodleSimulator) -> None:
    gate = moodle.hold(CREATE)
    first = asyncio.create_task(call(moodle, CREATE, one_person()))
    await gate.reached.wait()
    await call(moodle, "core_webservice_get_site_info", {})
    await call(moodle, "core_webservice_get_site_info", {})
    gate.release()
    await first
    assert moodle.peak_in_flight == 2
    assert moodle.peak_in_flight_by_function == {CREATE: 1, "core_webservice_get_site_info": 1}
    assert moodle.calls == {CREATE: 1, "core_webservice_get_site_info": 2}
    assert moodle.requests[0].function == CREATE
    moodle.reset_calls()
    assert (moodle.peak_in_flight, moodle.calls.total(), moodle.most_fields) == (0, 0, 0)


async def test_a_call_takes_as_long_as_its_records_cost() -> None:
    async with MoodleSimulator(token="t", cost_ms_per_record=10, latency_ms=20) as slow:
        loop = asyncio.get_running_loop()
        start = loop.time()
        await call(slow, "core_user_get_users_by_field", {"field": "id", "values[0]": 1, "values[1]": 2})
        assert loop.time() - start >= 0.04


async def test_simulators_in_one_process_share_nothing(moodle: MoodleSimulator) -> None:
    async with MoodleSimulator(token="secret-token") as other:
        moodle.revoke(CREATE)
        assert isinstance(await call(other, CREATE, one_person()), list)
        assert not exists(moodle)
        assert moodle.calls.total() == 0
