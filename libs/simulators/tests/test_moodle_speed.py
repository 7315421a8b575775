"""The simulated Moodle must never be what a benchmark of the sync waits for."""

import time
from pathlib import Path

from simulators.moodle import MoodleSimulator

from .support.moodle_http import call, numbered

TOKEN = "secret-token"
BATCH = 100
PEOPLE = 1000
COURSES = 10
LEAST_RECORDS_PER_SECOND = 1500  # of CPU: what else runs on the machine does not count
LEAST_REPLAYED_PER_SECOND = 5000


async def create_people(moodle: MoodleSimulator) -> None:
    for start in range(0, PEOPLE, BATCH):
        records = [
            {
                "username": f"u{number}",
                "firstname": "U",
                "lastname": "V",
                "email": f"u{number}@school.example",
                "idnumber": f"S-{number}",
                "auth": "oauth2",
            }
            for number in range(start, start + BATCH)
        ]
        assert len(await call(moodle, "core_user_create_users", numbered("users", *records))) == BATCH


async def create_courses(moodle: MoodleSimulator) -> None:
    await call(moodle, "core_course_create_categories", numbered("categories", {"name": "School"}))
    records = [{"fullname": f"C{number}", "shortname": f"C{number}", "categoryid": 2} for number in range(COURSES)]
    await call(moodle, "core_course_create_courses", numbered("courses", *records))


async def enrol_everybody_everywhere(moodle: MoodleSimulator) -> None:
    people = [user.id for user in moodle.site.users()]
    for course in moodle.site.courses():
        for start in range(0, PEOPLE, BATCH * 2):
            records = [
                {"roleid": 5, "userid": userid, "courseid": course.id} for userid in people[start : start + BATCH * 2]
            ]
            await call(moodle, "enrol_manual_enrol_users", numbered("enrolments", *records))


async def test_writing_and_replaying_ten_thousand_enrolments_is_fast(tmp_path: Path) -> None:
    state = tmp_path / "moodle.jsonl"
    async with MoodleSimulator(token=TOKEN, state=state) as moodle:
        start = time.process_time()
        await create_people(moodle)
        assert PEOPLE / (time.process_time() - start) > LEAST_RECORDS_PER_SECOND
        await create_courses(moodle)
        start = time.process_time()
        await enrol_everybody_everywhere(moodle)
        assert PEOPLE * COURSES / (time.process_time() - start) > LEAST_RECORDS_PER_SECOND
        expected = moodle.site.summary()
    start = time.process_time()
    async with MoodleSimulator(token=TOKEN, state=state) as again:
        assert PEOPLE * COURSES / (time.process_time() - start) > LEAST_REPLAYED_PER_SECOND
        assert again.site.summary() == expected
        assert expected["enrolments"] == PEOPLE * COURSES
