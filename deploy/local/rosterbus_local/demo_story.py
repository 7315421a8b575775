"""What the demo's district has been through when somebody first looks at it, so that every page has something to show.

All of it is done by operators' commands, once, after the first full sync; only the source is changed from outside, as
somebody at a school office would do it.
"""

from __future__ import annotations

import json
from datetime import date, timedelta

from rosterbus_local.demo_district import DISTRICT
from rosterbus_local.demo_state import DemoState, address
from rosterbus_local.demo_steps import Operator
from rosterbus_local.errors import LocalError
from rosterbus_local.processes import fetch
from simulators.generate import District, demo_district

MIDNIGHT = ("Calder High", "Stonebridge High")
PAUSED = "Willowbank Primary"
HELD = "Stonebridge High"
LEAVERS = 64
"""More than a tenth of the students of `HELD`: their removal waits for somebody."""
RENAMED, PREVIEWED = "Ashgrove Primary", "Fernhill Primary"
BOXES = (("Library box", "Ashgrove Primary", "03:00", True), ("Bus box", "Fernhill Primary", "04:30", False))
"""Offline Moodle devices: name, school, daily time in UTC, whether it is there."""
PAUSED_DAYS = 37


def tell_story(state: DemoState, operator: Operator) -> None:
    """Nightly times, a pause, devices, changes at the source, a preview, and a run that is held. Raises LocalError."""
    operator.command("schedule", "set", "--district", DISTRICT, "--nightly", "20:00")
    operator.command("schedule", "set", "--district", DISTRICT, "--nightly", "00:00", *MIDNIGHT)
    until = date.today() + timedelta(days=PAUSED_DAYS)  # noqa: DTZ011 - a day of the week after next month will do
    operator.command("pause", PAUSED, "--until", str(until), "--reason", "new building")
    for name, school, daily_at, online in BOXES:
        operator.command("device", "set", name, "--school", school, "--daily-at", daily_at)
        operator.command("device", "enable", name)
        if online:
            operator.command("device", "contact", name)
    _change_source(state)
    operator.command("sync", RENAMED, "--mode", "full", "--wait")
    operator.command("sync", HELD, "--mode", "full", "--wait")
    operator.command("sync", PREVIEWED, "--mode", "full", "--dry-run", "--wait")


def _change_source(state: DemoState) -> None:
    """A name is corrected in one school, and many students of another are missing, as after a faulty import."""
    district = demo_district()
    changes = [
        *(
            {"change": "rename_person", "user_id": id_, "given_name": "Robin"}
            for id_ in students_of(district, RENAMED)[:3]
        ),
        *({"change": "remove_person", "user_id": id_} for id_ in students_of(district, HELD)[:LEAVERS]),
    ]
    place = address(state, "oneroster") + "/_simulator/changes"
    status, body = fetch(place, json.dumps(changes).encode())
    if status != 200:
        raise LocalError(f"The simulated source did not take the changes: {body.decode()[:200]}")


def students_of(district: District, school: str) -> list[str]:
    """The ids of a school's students, in the roster's order."""
    org = next(org.id for org in district.orgs if org.name == school)
    return [
        user.id
        for user in district.users
        if any(role.role == "student" and role.org_id == org and role.kind == "primary" for role in user.roles)
    ]
