"""How many calls Moodle gets, by function: `python -m bench calls`. A first load, and a night in which nothing changed.

At the most as many as full batches make of the records, and five: for what is looked up, and for batches that are cut
by the end of a chunk. People are looked for in three ways, by ID number, user name and address, so their look-up may
take three times as many.
"""

import argparse
import asyncio
import logging
from collections.abc import Sequence
from math import ceil
from uuid import uuid4

import aiohttp
import structlog
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bench.plan import SCHOOL, database
from common import db
from common.events import Mode
from common.sealing import SecretBox
from common.uow import UnitOfWork
from moodle_sync.job import Job
from moodle_sync.running import Tools, carry_out
from moodle_sync.settings import Settings
from moodle_sync.site import Turns
from simulators.moodle import MoodleSimulator

TOKEN = "token-of-the-bench"
SPARE = 5


def bounds(users: int, classes: int, enrolments: int) -> dict[str, int]:
    """The most calls of each function that a first load may take."""
    return {
        "core_course_create_courses": ceil(classes / 10) + SPARE,
        "core_course_get_courses_by_field": SPARE,
        "core_user_create_users": ceil(users / 100) + SPARE,
        "core_user_get_users_by_field": ceil(3 * users / 500) + SPARE,
        "enrol_manual_enrol_users": ceil(enrolments / 166) + SPARE,
    }


async def main(users: int, enrolments: int) -> None:
    """Count and print a table."""
    box = SecretBox(SecretStr(Fernet.generate_key().decode()))
    async with database(users, enrolments, linked=False) as pool, MoodleSimulator(token=TOKEN) as moodle:
        await _declare(pool, moodle.base_url, box)
        await _run(pool, box, "full")
        classes = len(moodle.site.courses())
        most = bounds(users, classes, len(moodle.site.enrolments()))
        print(
            f"first load: {len(moodle.site.users())} people, {classes} courses, {len(moodle.site.enrolments())} places"
        )
        print(f"{'function':<42} {'calls':>8} {'at most':>8}")
        for function, calls in sorted(moodle.calls.items()):
            bound = most.get(function, SPARE)
            print(f"{function:<42} {calls:>8} {bound:>8}  {'within' if calls <= bound else 'OVER'}")
        moodle.reset_calls()
        await _run(pool, box, "nightly")
        calls = moodle.calls.total()
        print(f"{'a night in which nothing changed':<42} {calls:>8} {0:>8}  {'OVER' if calls else 'within'}")


async def _run(pool: db.Pool, box: SecretBox, mode: Mode) -> None:
    """A run as the service does it."""
    settings = Settings.model_validate(
        {"database_url": "postgresql://none", "amqp_url": "amqp://none", "secret_key": "unused"}
    )
    async with aiohttp.ClientSession() as http:
        tools = Tools(settings, http, Turns(pool, settings.moodle_in_flight), box)
        job = Job("bench", "shared", uuid4(), SCHOOL, mode)
        await carry_out(job, UnitOfWork(pool, "moodle-sync"), tools)


async def _declare(pool: db.Pool, base_url: str, box: SecretBox) -> None:
    await pool.execute(
        """
        INSERT INTO dashboard_api.target (district_id, id, name, base_url, user_auth, roles, secrets)
        VALUES ('bench', 'moodle', 'Moodle', $1, 'oauth2', '{"student": 5, "teacher": 3}', $2)
        """,
        base_url,
        box.seal({"token": TOKEN}),
    )
    await pool.execute("UPDATE dashboard_api.school SET target_id = 'moodle'")


def run(arguments: Sequence[str]) -> None:
    """Entry point, with options."""
    parser = argparse.ArgumentParser(prog="python -m bench calls")
    parser.add_argument("--users", type=int, default=4_000)
    parser.add_argument("--enrolments", type=int, default=12_000)
    options = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asyncio.run(main(options.users, options.enrolments))
