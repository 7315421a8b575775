"""A district in which every page has something to show, by way of the API and of the source."""

from dataclasses import dataclass
from uuid import uuid4

from rosterbus_local.demo_story import students_of
from simulators.generate import Quirks, generate
from simulators.oneroster import OneRosterSimulator

from ..support.system import System
from ..test_one_roster import of_server

ROSTER = generate(21, schools=3, students_per_school=30, quirks=Quirks(missing_email=2, unknown_user=1))
CALM, HELD, PAUSED = sorted(org.name for org in ROSTER.orgs if org.kind == "school")
BOX = uuid4()
OTHER_SITE = "second"
SECOND = {"name": "Second Moodle", "base_url": "https://second.example", "token": "t", "roles": {"student": 5}}
LEAVERS = 9
"""More than a tenth of the students, and more than five: their removal waits for somebody."""


@dataclass(frozen=True)
class BusyDistrict:
    """`missing` is the id of a student whose removal is held; the others are runs of the school that is held, and
    a preview of the calm one."""

    sis: OneRosterSimulator
    schools: dict[str, str]
    missing: str
    first_run: str
    held_run: str
    preview: str


async def a_busy_district(system: System, sis: OneRosterSimulator) -> BusyDistrict:
    """Synced once; then one school is held because of missing students, one paused, and one previewed.

    There is a second Moodle site that nothing goes to yet.
    """
    await system.declare(of_server(sis, "1.2"), notify=["ada@school.test"])
    first = await system.sync()
    schools = {school["name"]: school["id"] for school in (await system.get("/api/v1/schools"))["schools"]}
    leavers = students_of(ROSTER, HELD)[:LEAVERS]
    for student in leavers:
        sis.changes.remove_person(student)
    (held,) = await system.sync(schools=[schools[HELD]])
    (preview,) = await system.sync(dry_run=True, schools=[schools[CALM]])
    await system.put("/api/v1/districts/north/schedule", {"nightly": "20:00"})
    pause = {"mode": "paused", "reason": "new building"}
    await system.put(f"/api/v1/schools/{schools[PAUSED]}/nightly-mode", pause)
    await system.put(f"/api/v1/districts/north/devices/{BOX}", {"name": "Library box", "school": schools[CALM]})
    await system.put(f"/api/v1/districts/north/targets/{OTHER_SITE}", SECOND)
    (first_run,) = (run["id"] for run in first if run["school_id"] == schools[HELD])
    return BusyDistrict(sis, schools, leavers[0], first_run, held["id"], preview["id"])
