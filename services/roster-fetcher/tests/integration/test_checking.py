"""A check of a source tells what a run would find, and keeps nothing; whatever is wrong is told, never raised."""

from collections import Counter
from pathlib import Path

import pytest

from common.bus import Bus
from common.envelope import Envelope, encode
from common.events import SourceChecked
from common.testing.fixtures import PoolOf
from common.testing.probe import EventProbe
from common.testing.running import running
from roster_fetcher import checking
from roster_fetcher.__main__ import routes
from roster_fetcher.handlers import report_parked
from roster_fetcher.sources import SOURCES
from roster_fetcher.sources.protocol import Opening
from simulators.generate import District, Quirks, generate, write_csv_package

from ..support.checks import check, check_declared, check_rest, handle, order, secrets_of, settings_of
from ..support.north import HURRIED, North, serving, sources
from ..support.worlds import WORLDS

SCHOOL = "school-0001"


@pytest.fixture
def district() -> District:
    return generate(seed=41, schools=3, students_per_school=80, quirks=Quirks.one_of_each(SCHOOL))


async def kept(north: North) -> int:
    """Rows in all tables of the service that a run would write to."""
    tables = ("snapshot", "record", "ledger", "finding", "page_memory", "cursor", "listed_school")
    return sum([await north.fetcher.fetchval(f"SELECT count(*) FROM {table}") for table in tables])


@pytest.mark.parametrize("kind", WORLDS)
async def test_a_check_tells_what_a_run_would_find_and_keeps_nothing(
    north: North, district: District, kind: str, tmp_path: Path
) -> None:
    async with WORLDS[kind](district, tmp_path) as world:
        await world.declare(north)
        school = world.school(0)
        report = await check_declared(north, school)
        assert await kept(north) == 0
        fetched = await north.fetched(school)
    assert (report.usable, report.trouble, report.stopped) == (True, None, False)
    assert report.counts == fetched.counts
    found = await north.fetcher.fetch("SELECT code, severity, count(*) FROM finding GROUP BY 1, 2")
    assert {(f.code, f.severity, f.occurrences) for f in report.findings} == {tuple(row) for row in found}
    lines = await north.ledger(fetched.run_id)
    assert set(lines) == {read.endpoint for read in report.endpoints}
    for read in report.endpoints:
        line = lines[read.endpoint]
        columns = {"kept": "kept", "kept_with_warning": "warned", "skipped": "skipped", "out_of_scope": "out_of_scope"}
        assert read.outcomes == {name: line[column] for name, column in columns.items()}, read.endpoint
        assert (read.received, read.pages, read.announced) == (line["received"], line["pages"], line["announced"])
        assert read.complete
    assert report.rows == dict(sum((Counter(read.outcomes) for read in report.endpoints), Counter()))
    doubt = await north.fetcher.fetchval("SELECT doubt FROM cursor")
    changes = {None: "not_told", "": "told"}.get(doubt, "doubtful")
    assert (report.changes, report.changes_doubt) == (changes, doubt or "")


async def test_without_a_school_the_first_listed_is_read_and_all_are_named(north: North, district: District) -> None:
    async with serving(district) as server:
        report = await check_rest(north, server)
    assert report.schools == 3
    assert set(report.school_names) == {school.name for school in district.schools}
    assert report.school_id in {school.id for school in district.schools}
    assert report.school_name == report.school_names[0]
    assert report.counts["student"] > 50


async def test_no_more_than_fifty_schools_are_named(north: North) -> None:
    async with serving(generate(seed=42, schools=60, students_per_school=1)) as server:
        report = await check_rest(north, server)
    assert (report.schools, len(report.school_names)) == (60, 50)


async def test_a_package_is_checked_like_a_server(north: North, district: District, tmp_path: Path) -> None:
    write_csv_package(district, tmp_path / "package.zip", "1.1")
    report = await check(north, "oneroster-csv", {"path": str(tmp_path / "package.zip")}, {}, SCHOOL)
    async with serving(district) as server:
        served = await check_rest(north, server, SCHOOL)
    assert report.counts == served.counts
    assert {f.code for f in report.findings} == {f.code for f in served.findings}


async def test_wrong_credentials_are_told_and_not_raised(north: North, district: District) -> None:
    async with serving(district) as server:
        outdated = secrets_of(server) | {"client_secret": "outdated"}
        report = await check(north, "oneroster", settings_of(server), outdated)
    assert not report.usable
    assert report.trouble is not None
    assert report.trouble.code == "AUTH_INVALID"
    assert "Renew client_id and client_secret" in report.trouble.detail
    assert (report.schools, report.changes) == (None, None)


async def test_settings_that_cannot_be_used_and_kinds_that_are_not_are_told(north: North) -> None:
    wrong = await check(north, "oneroster", {"version": "2.0"}, {})
    unknown = await check(north, "carrier-pigeon", {}, {})
    for report in (wrong, unknown):
        assert report.trouble is not None
        assert report.trouble.code == "SETTINGS_INVALID"


async def test_every_endpoint_that_is_forbidden_is_named_at_once(north: North, district: District) -> None:
    async with serving(district) as server:
        server.mishaps.set(forbidden=True, only=("academicSessions", "users"))
        report = await check_rest(north, server)
    assert report.trouble is not None
    assert (report.usable, report.trouble.code) == (False, "AUTH_FORBIDDEN")
    assert [(missing.endpoint, missing.code) for missing in report.missing] == [
        ("academicSessions", "AUTH_FORBIDDEN"),
        ("users", "AUTH_FORBIDDEN"),
    ]
    complete = {read.endpoint: read.complete for read in report.endpoints}
    assert (complete["classes"], complete["users"]) == (True, False)
    assert "AUTH_FORBIDDEN" not in {finding.code for finding in report.findings}


async def test_a_server_that_fails_half_way_is_told_with_what_came_before(north: North, district: District) -> None:
    async with serving(district) as server:
        server.mishaps.set(unavailable=99, only=("enrollments",))
        report = await check_rest(north, server, SCHOOL)
    assert report.trouble is not None
    assert report.trouble.code == "SOURCE_UNREACHABLE"
    assert report.counts["class"] > 0
    last = report.endpoints[-1]
    assert (last.endpoint, last.complete, last.answers.get("503")) == ("enrollments", False, 3)
    assert last.reason == report.trouble.detail


async def test_a_source_without_schools_is_of_no_use(north: North, district: District) -> None:
    district.orgs = [org for org in district.orgs if org.kind != "school"]
    async with serving(district) as server:
        report = await check_rest(north, server)
    assert report.trouble is not None
    assert (report.schools, report.trouble.code) == (0, "SOURCE_EMPTY")


async def test_a_school_that_is_not_shared_is_told_beside_those_that_are(north: North, district: District) -> None:
    async with serving(district) as server:
        report = await check_rest(north, server, "nowhere")
    assert report.trouble is not None
    assert (report.schools, report.trouble.code, report.school_name) == (3, "SCHOOL_NOT_FOUND", "")


async def test_reading_that_takes_too_long_is_stopped_and_what_came_is_told(north: North, district: District) -> None:
    async with serving(district) as server:
        server.mishaps.set(latency=0.3, only=("users",))
        opening = Opening(settings_of(server, page_size=5), secrets_of(server), HURRIED)
        async with north.fetcher.acquire() as conn:
            report = await checking.check(conn, SOURCES["oneroster"](opening), SCHOOL, seconds=1)
    assert (report.usable, report.stopped, report.changes) == (True, True, None)
    assert report.endpoints[-1].reason == "The check stopped reading after 1 seconds."
    assert report.counts["enrolment"] > 0


async def test_a_check_that_is_forgotten_or_has_its_answer_is_left_alone(north: North, district: District) -> None:
    async with serving(district) as server:
        forgotten = await order(north.dashboard, "oneroster", settings_of(server), secrets_of(server))
        await north.dashboard.execute("DELETE FROM source_check")
        done = await order(north.dashboard, "oneroster", settings_of(server), secrets_of(server))
        await north.dashboard.execute("UPDATE source_check SET state = 'done', secrets = NULL, report = '{}'")
        assert [*await handle(north, forgotten), *await handle(north, done)] == []
        assert server.requests.total() == 0


async def test_a_check_told_twice_on_the_broker_is_answered(
    pool_of: PoolOf, bus: Bus, probe: EventProbe, district: District
) -> None:
    dashboard, fetcher = await pool_of("dashboard-api"), await pool_of("roster-fetcher")
    async with serving(district) as server, running("roster-fetcher", routes(sources()), bus, fetcher):
        event = await order(dashboard, "oneroster", settings_of(server), secrets_of(server))
        for envelope in (told := Envelope(event, "dashboard-api"), told, Envelope(event, "dashboard-api")):
            await bus.publish(event.versioned_type(), event.pool, encode(envelope), str(envelope.id))
        reports = [checked.report for checked in await probe.wait_for(SourceChecked, 2)]
        assert all(report.usable for report in reports)
        assert reports[0].counts == reports[1].counts


async def test_trouble_of_our_own_is_told_when_it_stays(
    pool_of: PoolOf, bus: Bus, probe: EventProbe, district: District
) -> None:
    dashboard, fetcher = await pool_of("dashboard-api"), await pool_of("roster-fetcher")
    async with running("roster-fetcher", routes(sources()), bus, fetcher, on_park=report_parked):
        event = await order(dashboard, "oneroster", {}, {})
        await dashboard.execute("UPDATE source_check SET settings = '[]'")
        envelope = Envelope(event, "dashboard-api")
        await bus.publish(event.versioned_type(), event.pool, encode(envelope), str(envelope.id))
        (checked,) = await probe.wait_for(SourceChecked)
    assert checked.report.trouble is not None
    assert (checked.report.usable, checked.report.trouble.code) == (False, "INTERNAL")
