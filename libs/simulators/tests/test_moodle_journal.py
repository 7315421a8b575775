"""The contents of a simulated Moodle survive its process."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from simulators.moodle import MoodleSimulator

from .support.moodle_http import call, numbered

CREATE = "core_user_create_users"
TOKEN = "secret-token"
READY_SECONDS = 20


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "moodle.jsonl"


def people(*usernames: str) -> dict[str, object]:
    names = [(name, f"{name}@school.example") for name in usernames]
    records = [
        {"username": name, "firstname": "Kit", "lastname": "Rowe", "email": email, "auth": "oauth2"}
        for name, email in names
    ]
    return numbered("users", *records)


def written(state: Path) -> str:
    return state.read_text()


def write(state: Path, content: str) -> None:
    state.parent.mkdir(exist_ok=True)
    state.write_text(content)


async def fill(moodle: MoodleSimulator) -> None:
    """One course with a student and a teacher, a failed batch, and an update that half failed."""
    await call(moodle, CREATE, people("kit", "lou"))
    await call(moodle, CREATE, people("max", "kit"))
    await call(moodle, CREATE, people("ned"))
    category = numbered("categories", {"name": "School"})
    await call(moodle, "core_course_create_categories", category)
    course = numbered("courses", {"fullname": "Maths", "shortname": "M", "categoryid": 2})
    await call(moodle, "core_course_create_courses", course)
    roles = [{"userid": 4, "courseid": 2, "roleid": 3}, {"userid": 5, "courseid": 2, "roleid": 5}]
    await call(moodle, "enrol_manual_enrol_users", numbered("enrolments", *roles))
    half_bad = numbered("users", {"id": 4, "city": "Hull"}, {"id": 5, "password": "abc"})
    await call(moodle, "core_user_update_users", half_bad)


async def test_a_restarted_simulator_holds_what_it_held(state: Path) -> None:
    async with MoodleSimulator(token=TOKEN, state=state) as first:
        await fill(first)
        expected = (first.site.users(), first.site.enrolments(), first.site.messages(), first.site.courses())
        assert first.site.summary()["welcome_messages"] == 1
    async with MoodleSimulator(token=TOKEN, state=state) as second:
        site = second.site
        assert (site.users(), site.enrolments(), site.messages(), site.courses()) == expected
        assert site.user("kit").city == "Hull"
        assert second.calls.total() == 0


async def test_reading_and_failing_leave_no_trace(state: Path) -> None:
    async with MoodleSimulator(token=TOKEN, state=state) as moodle:
        await call(moodle, "core_user_get_users_by_field", {"field": "id", "values[0]": 3})
        await call(moodle, CREATE, people("KIT"))
        await call(moodle, CREATE, people("kit", "kit"))
    assert written(state) == ""


async def test_a_refused_record_does_not_come_back_with_a_restart(state: Path) -> None:
    async with MoodleSimulator(token=TOKEN, state=state) as moodle:
        await call(moodle, CREATE, people("kit", "lou"))
        moodle.refuse("core_user_update_users", lambda record: record["id"] == 4)
        both = numbered("users", {"id": 4, "city": "Hull"}, {"id": 5, "city": "Hull"})
        await call(moodle, "core_user_update_users", both)
    async with MoodleSimulator(token=TOKEN, state=state) as again:
        assert [user.city for user in again.site.users()] == ["", "Hull"]


async def test_a_torn_last_line_is_cut_off_and_writing_goes_on(state: Path) -> None:
    async with MoodleSimulator(token=TOKEN, state=state) as moodle:
        await call(moodle, CREATE, people("kit"))
    write(state, written(state) + '{"time":1,"user":3,"function":"core_user_cre')
    async with MoodleSimulator(token=TOKEN, state=state) as moodle:
        await call(moodle, CREATE, people("lou"))
    async with MoodleSimulator(token=TOKEN, state=state) as moodle:
        assert [user.username for user in moodle.site.users()] == ["kit", "lou"]


async def test_a_file_that_is_no_journal_is_refused_with_the_line(state: Path) -> None:
    write(state, "hello\n")
    with pytest.raises(ValueError, match="line 1: not a journal entry"):
        await MoodleSimulator(token=TOKEN, state=state).start()
    assert written(state) == "hello\n"


@asynccontextmanager
async def process(state: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The simulator as a process of its own, and its address; killed at the end."""
    command = [sys.executable, "-m", "simulators.moodle", "--token", TOKEN, "--state", str(state)]
    running = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert running.stdout is not None
    try:
        line = await asyncio.wait_for(running.stdout.readline(), READY_SECONDS)
        yield running, line.decode().split()[-1]
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()


async def test_a_killed_process_loses_nothing_that_it_confirmed(state: Path) -> None:
    async with process(state) as (running, url), aiohttp.ClientSession() as session:
        form = {"wstoken": TOKEN, "wsfunction": CREATE, "moodlewsrestformat": "json"}
        form.update({key: str(value) for key, value in people("kit", "lou").items()})
        async with session.post(f"{url}/webservice/rest/server.php", data=form) as response:
            assert len(await response.json()) == 2
        os.kill(running.pid, signal.SIGKILL)
        await running.wait()
    async with process(state) as (running, url), aiohttp.ClientSession() as session:
        async with session.get(f"{url}/_simulator/summary") as response:
            summary = await response.json()
        async with session.get(url) as response:
            assert "not a Moodle" in await response.text()
        running.terminate()
        assert await running.wait() == 0
    expected = {"users": 2, "courses": 0, "categories": 0, "enrolments": 0, "suspended_enrolments": 0}
    assert summary == {**expected, "welcome_messages": 0, "calls": 0, "calls_by_function": {}}
