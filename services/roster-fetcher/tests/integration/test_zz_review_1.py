from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from time import monotonic
from uuid import uuid4
import pytest
from common.events import RosterFetched
from simulators.clever import CleverSimulator
from simulators.wonde import Behaviour as WB, WondeSimulator
from simulators.generate import Quirks, generate
from roster_fetcher import checks
from roster_fetcher.ledger import Entry
from roster_fetcher.outcomes import stage
from roster_fetcher.roster import Class, Enrolment, User, GuardianLink
from roster_fetcher.staging import staging
from ..support.north import North, nothing_changed, write_package
from ..support.wonde_site import Site
from ..support.worlds import WORLDS

S1, S2 = "school-0001", "school-0002"

@pytest.fixture
async def clever(north: North, tmp_path: Path):
    d = generate(seed=71, schools=2, students_per_school=15)
    async with WORLDS["clever"](d, tmp_path) as w:
        await w.declare(north)
        yield w

def st(w, school): 
    users = w.server.publisher.store["users"].records()
    return sorted(str(u["id"]) for u in users if school in u["roles"].get("student", {}).get("schools", ()))

def contacts_of(w, key):
    return [k for k in w.server.publisher.store["users"].ids(f"contact of {key}")]

async def diff(north, w):
    n = await north.fetched(w.school(), "nightly")
    found = await north.findings()
    users = await north.keys(w.school(), "user")
    f = await north.fetched(w.school(), "full")
    return n, found, await north.findings(), users, await north.keys(w.school(), "user"), f

async def test_visitor_dropped_finding_stays(clever, north):
    w = clever
    v = st(w, S2)[0]
    k = w._class(0)
    w.server.changes.add_enrolment(v, k)
    await north.fetched(w.school())
    w.server.changes.drop_enrolment(v, k)
    n, found, found2, *_ = await diff(north, w)
    print("A", n.reading, found - found2, found2 - found)
    assert n.reading == "changes"
    assert found == found2

async def test_member_left_out_then_mended(clever, north):
    w = clever
    v = st(w, S2)[0]
    k = w._class(0)
    w.server.changes.add_enrolment(v, k)
    w.server.changes.change("users", v, name={"last": ""})
    await north.fetched(w.school())
    assert v not in await north.keys(w.school(), "user")
    w.server.changes.change("users", v, name={"last": "Mended"})
    n, found, found2, u1, u2, f = await diff(north, w)
    print("B", n.reading, u2 - u1, u1 - u2, f.changes)
    assert n.reading == "changes"
    assert u1 == u2

async def test_visiting_student_with_own_event(clever, north):
    w = clever
    await north.fetched(w.school())
    v = next(s for s in st(w, S2) if contacts_of(w, s))
    w.server.changes.rename_person(v, "Other")
    w.server.changes.add_enrolment(v, w._class(0))
    n, found, found2, u1, u2, f = await diff(north, w)
    print("C", n.reading, u2 - u1, u1 - u2, f.changes)
    assert n.reading == "changes"
    assert u1 == u2

@pytest.fixture
async def site(north: North):
    async with WondeSimulator(generate(seed=63, schools=1, students_per_school=20), WB()) as wonde:
        yield Site(north, wonde)

async def test_remarks_pile_up(site, north):
    site.wonde.mishaps.set(refused_includes=("students.education_details",))
    await site.declare()
    async def count():
        return await north.fetcher.fetchval("SELECT count(*) FROM finding WHERE code='INCLUDE_NOT_AVAILABLE' AND run_id=(SELECT run_id FROM snapshot ORDER BY taken_at DESC LIMIT 1)")
    counts = []
    await north.fetched(site.school); counts.append(await count())
    for n in range(3):
        site.wonde.changes.rename_person(next(iter(site.held.students)), forename=f"N{n}")
        f = await north.fetched(site.school, "nightly"); counts.append((f.reading, await count(), f.errors))
    print("D", counts)
    assert counts[-1][1] == counts[0]

async def test_wonde_staff_with_unusable_teacher(site, north):
    await site.declare(staff=True)
    k = next(iter(site.held.classes.values()))
    t = k.employee_ids[0]
    site.wonde.changes.rename_person(t, forename="", surname="")
    e = site.held.employees[t]
    print(e)
    f0 = await north.fetched(site.school)
    print("users", t in await north.keys(site.school, "user"))
    site.wonde.changes.rename_person(next(iter(site.held.students)), forename="N")
    f = await north.fetched(site.school, "nightly")
    print("E", f.reading, f.reading_reason)
    assert f.reading == "changes"

async def test_wonde_classes_without_employees(site, north):
    await site.declare(staff=True)
    await north.fetched(site.school)
    before = await site.users("teacher")
    site.wonde.mishaps.set(refused_includes=("classes.employees",))
    f = await north.fetched(site.school)
    print("F", f.complete, f.changes, before - await site.users("teacher"))
    assert before <= await site.users("teacher")

async def test_double_rows_with_parts(north):
    async with north.fetcher.acquire() as conn, staging(conn) as staged, conn.transaction():
        rows = []
        for n in (1, 2, 3):
            rows.append(stage("maths", Class("Maths"), "sections", n, False))
            rows.append(stage("maths/anna", Enrolment("maths", "anna", "student"), "sections", n, False, part=True))
        await staged.add(rows, [])
        lines = {"sections": Entry("sections", "class", received=3, kept=3)}
        await checks.drop_doubles(conn, lines)
        print("G", lines["sections"].outcomes())
        assert lines["sections"].outcomes()["kept"] == 1

@pytest.mark.parametrize("one_fresh", [False, True])
async def test_carried_cross_join(north, one_fresh):
    async with north.fetcher.acquire() as conn, staging(conn) as staged, conn.transaction():
        await staged.add([], [])
        await conn.execute("""INSERT INTO staged (entity, source_key, hash, role, endpoint, row, part, warned, visiting)
            SELECT 'user', 'u'||n, ''::bytea, 'student', '', 0, false, false, false FROM generate_series(1, 60000) n""")
        await conn.execute("""INSERT INTO staged (entity, source_key, hash, role, user_key, target_key, endpoint, row, part, warned)
            SELECT 'enrolment', 'e'||n, ''::bytea, 'student', 'u'||n, 'k', '', 0, false, false FROM generate_series(1, 59000) n""")
        if one_fresh:
            await staged.add([stage("x", User("student", "A", "B"), "users", 1, False)], [])
        await staged.complete()
        lines = {"users": Entry("users", "user", received=1, kept=1)}
        t = monotonic()
        await checks.warn_of_students(conn, lines)
        print("H", one_fresh, monotonic() - t)
