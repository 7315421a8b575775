"""What the checks make of staged rows: doubles, strangers, parts, the lonely."""

import pytest

from roster_fetcher import carrying
from roster_fetcher.checks import drop_doubles, drop_enrolments_of_nobody, drop_visitors, warn_of_the_lonely
from roster_fetcher.findings import Finding
from roster_fetcher.ledger import Entry
from roster_fetcher.outcomes import stage
from roster_fetcher.roster import Enrolment, GuardianLink, User
from roster_fetcher.staging import Staging, staging

from ..support.north import North
from ..support.staged import ANNA, BEN, HILL, LAKE, MATHS, keep, staged_row


async def test_of_doubles_the_first_stays(north: North) -> None:
    async with north.fetcher.acquire() as conn, staging(conn) as staged:
        rows = [
            ("anna", ANNA, True),
            ("anna", BEN, False),
            ("anna", BEN, True),
            ("ben", BEN, False),
            ("anna", MATHS, False),
        ]
        await staged.add([staged_row(key, body, "users", warned) for key, body, warned in rows], [])
        lines = {"users": Entry("users", "user", received=5, kept=3, warned=2)}
        await drop_doubles(conn, lines)
        assert lines["users"].outcomes() == {"kept": 2, "kept_with_warning": 1, "skipped": 2, "out_of_scope": 0}
        left = await conn.fetch("SELECT entity, source_key, role FROM staged ORDER BY seq")
        assert [tuple(row) for row in left] == [
            ("user", "anna", "student"),
            ("user", "ben", "teacher"),
            ("class", "anna", None),
        ]
        found = await conn.fetch("SELECT code, severity, source_key FROM staged_finding")
        assert [tuple(row) for row in found] == [("DUP_SOURCED_ID", "error", "anna")] * 2


@pytest.mark.parametrize(("complete", "left"), [(True, ["e-1"]), (False, ["e-1", "e-2"])])
async def test_enrolments_of_nobody_are_left_out_unless_the_users_are_incomplete(
    north: North, complete: bool, left: list[str]
) -> None:
    await keep(north, "north", HILL, ("anna", ANNA))
    await keep(north, "north", LAKE, ("cleo", ANNA))
    async with north.fetcher.acquire() as conn, staging(conn) as staged, conn.transaction():
        people = {"e-1": "ben", "e-2": "anna", "e-3": "cleo"}
        rows = [
            staged_row(key, Enrolment("maths", user, "student"), "enrolments", False) for key, user in people.items()
        ]
        await staged.add([*rows, staged_row("ben", BEN, "users", False)], [])
        if not complete:
            await carrying.carry_people_over(conn, "north", HILL)
        lines = {"enrolments": Entry("enrolments", "enrolment", received=3, kept=3)}
        await drop_enrolments_of_nobody(conn, lines)
        assert (lines["enrolments"].kept, lines["enrolments"].skipped) == (len(left), 3 - len(left))
        kept = await conn.fetch("SELECT source_key FROM staged WHERE entity = 'enrolment' ORDER BY 1")
        assert [row["source_key"] for row in kept] == left


async def test_a_class_without_a_teacher_is_warned_of_once(north: North) -> None:
    async with north.fetcher.acquire() as conn, staging(conn) as staged:
        rows = [
            staged_row("maths", MATHS, "classes", False),
            staged_row("art", MATHS, "classes", False),
            staged_row("music", MATHS, "classes", True),
            staged_row("e-1", Enrolment("maths", "ben", "teacher"), "enrolments", False),
            staged_row("e-2", Enrolment("art", "anna", "student"), "enrolments", False),
            staged_row("e-3", Enrolment("maths", "anna", "student"), "enrolments", False),
        ]
        await staged.add(rows, [])
        lines = {"classes": Entry("classes", "class", received=3, kept=2, warned=1)}
        await warn_of_the_lonely(conn, lines, await staged.summary())
        assert (lines["classes"].kept, lines["classes"].warned) == (1, 2)
        found = await conn.fetch("SELECT code, source_key FROM staged_finding ORDER BY 1, 2")
        assert [tuple(row) for row in found] == [
            ("CLASS_WITHOUT_STUDENTS", "music"),
            ("CLASS_WITHOUT_TEACHER", "art"),
            ("CLASS_WITHOUT_TEACHER", "music"),
        ]


async def test_a_part_that_is_left_out_leaves_its_row_with_a_warning(north: North) -> None:
    async with north.fetcher.acquire() as conn, staging(conn) as staged, conn.transaction():
        section = [stage("maths", MATHS, "sections", 1, False), stage("art", MATHS, "sections", 2, True)]
        parts = [
            stage(f"{class_key}/{user}", Enrolment(class_key, user, "student"), "sections", row, row == 2, part=True)
            for row, class_key in ((1, "maths"), (2, "art"))
            for user in ("anna", "nobody", "nobody else")
        ]
        await staged.add([*section, *parts, staged_row("anna", ANNA, "users")], [])
        lines = {"sections": Entry("sections", "class", received=2, kept=1, warned=1)}
        await drop_enrolments_of_nobody(conn, lines)
        assert lines["sections"].outcomes() == {"kept": 0, "kept_with_warning": 2, "skipped": 0, "out_of_scope": 0}
        assert await conn.fetchval("SELECT count(*) FROM staged_finding WHERE code = 'USER_NOT_FOUND'") == 4
        assert await conn.fetchval("SELECT count(*) FROM staged WHERE entity = 'enrolment'") == 2


async def test_only_those_who_are_enrolled_are_found_enrolled(north: North) -> None:
    async with north.fetcher.acquire() as conn, staging(conn) as staged:
        await staged.add([staged_row("e-1", Enrolment("maths", "ben", "teacher"), "enrolments", False)], [])
        assert await staged.enrolled(["anna", "ben", ""]) == {"ben"}
        assert await staged.enrolled([]) == frozenset()


async def test_rows_are_staged_in_the_order_of_reading(north: North) -> None:
    async with north.fetcher.acquire() as conn, staging(conn) as staged:
        assert isinstance(staged, Staging)
        for key in ("b", "a"):
            await staged.add([staged_row(key, ANNA, "users", False)], [])
        rows = await conn.fetch("SELECT source_key FROM staged ORDER BY seq")
        assert [row["source_key"] for row in rows] == ["b", "a"]


async def test_a_row_that_comes_three_times_is_skipped_twice_whatever_parts_it_has(north: North) -> None:
    async with north.fetcher.acquire() as conn, staging(conn) as staged:
        for row in (1, 2, 3):
            part = stage("maths/anna", Enrolment("maths", "anna", "student"), "sections", row, False, part=True)
            await staged.add([stage("maths", MATHS, "sections", row, False), part], [])
        lines = {"sections": Entry("sections", "class", received=3, kept=3)}
        await drop_doubles(conn, lines)
        assert lines["sections"].outcomes() == {"kept": 1, "kept_with_warning": 0, "skipped": 2, "out_of_scope": 0}


async def test_records_that_were_carried_over_count_as_nobodys_rows(north: North) -> None:
    async with north.fetcher.acquire() as conn, staging(conn) as staged:
        carried = [stage(key, MATHS, "", 0, False) for key in ("art", "music")]
        await staged.add([*carried, staged_row("maths", MATHS, "classes")], [])
        lines = {"classes": Entry("classes", "class", received=1, kept=1)}
        await warn_of_the_lonely(conn, lines, await staged.summary())
        assert (lines["classes"].kept, lines["classes"].warned) == (0, 1)
        found = await conn.fetch("SELECT source_key FROM staged_finding WHERE code = 'CLASS_WITHOUT_TEACHER'")
        assert {row["source_key"] for row in found} == {"art", "music", "maths"}


async def test_a_row_with_a_lonely_student_and_a_lonely_guardian_is_warned_of_once(north: North) -> None:
    async with north.fetcher.acquire() as conn, staging(conn) as staged:
        guardian, other = User("guardian", "Ida", "Berg"), GuardianLink("else", "anna", "else")
        people = [stage("anna", ANNA, "students", 1, False), stage("ida", guardian, "students", 1, False, part=True)]
        await staged.add([*people, staged_row("else>anna", other, "links")], [])
        lines = {"students": Entry("students", "user", received=2, kept=2)}
        await warn_of_the_lonely(conn, lines, await staged.summary())
        assert (lines["students"].kept, lines["students"].warned) == (1, 1)
        found = await conn.fetch("SELECT code, severity, source_key FROM staged_finding ORDER BY seq")
        assert [tuple(row) for row in found] == [
            ("USER_WITHOUT_CLASS", "warning", "anna"),
            ("GUARDIAN_WITHOUT_STUDENT", "warning", "ida"),
        ]


async def test_findings_about_visitors_who_do_not_belong_here_are_dropped_with_them(north: North) -> None:
    async with north.fetcher.acquire() as conn, staging(conn) as staged:
        visitor = User("student", "Cleo", "Okafor", visiting=True)
        rows = [staged_row("cleo", visitor, "users", True), staged_row("anna", ANNA, "users", True)]
        await staged.add(rows, [Finding("MISSING_EMAIL", "warning", "user", key) for key in ("cleo", "anna")])
        lines = {"users": Entry("users", "user", received=2, warned=2)}
        await drop_visitors(conn, lines, guardians=False)
        assert (lines["users"].warned, lines["users"].out_of_scope) == (1, 1)
        found = await conn.fetch("SELECT source_key FROM staged_finding")
        assert [row["source_key"] for row in found] == ["anna"]
