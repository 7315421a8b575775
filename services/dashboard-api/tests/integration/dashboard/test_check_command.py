"""`rosterbus source check` as operators run it, with the worker's answer sent as the worker would send it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import yaml

from common.bus import Bus
from common.events import SourceChecked, SourceCheckOrdered
from common.source_report import EndpointRead, FindingCount, MissingPermission, SourceObstacle, SourceReport
from common.testing.probe import EventProbe

from .surroundings import Dashboard, publish
from .test_command_line import SECRETS, Ended, rosterbus, write_district

GOOD = SourceReport(
    usable=True,
    schools=24,
    school_names=("Ashgrove Primary", "Beech [Hill] School"),
    school_id="1",
    school_name="Ashgrove Primary",
    counts={"school": 1, "class": 38, "user": 421, "student": 402, "teacher": 19, "enrolment": 3100},
    rows={"kept": 3556, "kept_with_warning": 6, "skipped": 1, "out_of_scope": 0},
    endpoints=(
        EndpointRead(
            endpoint="users", entity="user", pages=1, announced=462, received=462, outcomes={"kept": 462},
            complete=True, answers={"200": 1, "503": 2}, quirks=("Users come without dateLastModified.",),
        ),
    ),
    findings=(FindingCount(code="MISSING_NAME", severity="error", occurrences=3),),
    missing=(MissingPermission(endpoint="contacts", code="INCLUDE_NOT_AVAILABLE", detail="Not shared with us."),),
    changes="doubtful",
    changes_doubt="Some people have no date.",
    bytes_up=4100,
    bytes_down=812_000,
    duration_ms=3200,
)  # fmt: skip
REFUSED = SourceReport(usable=False, trouble=SourceObstacle(code="AUTH_INVALID", detail="The secret was refused."))


async def answered(
    dashboard: Dashboard, bus: Bus, probe: EventProbe, reports: list[SourceReport], *arguments: str
) -> Ended:
    """Run the command, and answer its checks with these reports."""
    command = asyncio.create_task(rosterbus(dashboard, "source", "check", *arguments, **SECRETS))
    await probe.wait_for(SourceCheckOrdered, len(reports))
    ids = [row["id"] for row in await dashboard.pool.fetch("SELECT id FROM source_check ORDER BY asked_at")]
    for id_, report in zip(ids, reports, strict=True):
        await publish(bus, SourceChecked(district_id="north", check_id=id_, report=report))
    return await command


def with_two_sources(folder: Path, locale: str = "en") -> Path:
    """The test district with a server and a package as its sources."""
    file = write_district(folder)
    whole: dict[str, Any] = yaml.safe_load(file.read_text())
    whole["district"]["locale"] = locale
    whole["sources"] = {"server": whole.pop("source"), "files": {"kind": "oneroster-csv", "folder": "drop"}}
    file.write_text(yaml.safe_dump(whole, sort_keys=False))
    return file


async def test_what_a_source_lets_us_see_is_told_in_words(
    delivering: Dashboard, bus: Bus, probe: EventProbe, tmp_path: Path
) -> None:
    ended = await answered(delivering, bus, probe, [GOOD], "-f", str(write_district(tmp_path)), "--school", "1")
    assert ended.code == 0, ended.err
    for words in (
        "✓ main (oneroster) can be used.",
        "24: Ashgrove Primary, Beech [Hill] School, and 22 more",
        "Ashgrove Primary (1)",
        "Classes 38, People 421, Teachers 19, Students 402, Enrolments 3,100",
        "3,556 kept, 6 kept with a warning, 1 skipped with an error",
        "cannot be trusted, so that every sync reads everything. Some people have no date.",
        "3.2 s, ↑ 4.1 kB sent, ↓ 812 kB received",
        "200 × 1, 503 × 2",
        "MISSING_NAME",
        "contacts: Not shared with us.",
        "users: Users come without dateLastModified.",
    ):
        assert words in ended.out, ended.out
    assert not any(secret in ended.out + ended.err for secret in SECRETS.values())
    assert await delivering.pool.fetchval("SELECT school FROM source_check") == "1"


async def test_a_source_that_cannot_be_used_is_said_with_what_to_do_and_code_1(
    delivering: Dashboard, bus: Bus, probe: EventProbe, tmp_path: Path
) -> None:
    ended = await answered(delivering, bus, probe, [REFUSED], "-f", str(write_district(tmp_path)))
    assert ended.code == 1
    assert "✗ main (oneroster) cannot be used. The source refuses the credentials." in ended.out
    assert "  The secret was refused." in ended.out


async def test_each_source_of_a_district_is_checked_in_the_language_of_its_file(
    delivering: Dashboard, bus: Bus, probe: EventProbe, tmp_path: Path
) -> None:
    file = with_two_sources(tmp_path, locale="nl")
    ended = await answered(delivering, bus, probe, [GOOD, REFUSED], "-f", str(file))
    assert ended.code == 1
    assert "✓ server (oneroster) can be used." in ended.out
    assert "✗ files (oneroster-csv) cannot be used. De bron weigert de inloggegevens." in ended.out
    settings = await delivering.pool.fetchval("SELECT settings FROM source_check WHERE kind = 'oneroster-csv'")
    assert settings == {"folder": str(tmp_path / "drop")}


async def test_one_source_may_be_chosen_and_its_report_had_as_json(
    delivering: Dashboard, bus: Bus, probe: EventProbe, tmp_path: Path
) -> None:
    file = with_two_sources(tmp_path)
    ended = await answered(delivering, bus, probe, [GOOD], "-f", str(file), "--source", "server", "--json")
    (line,) = ended.out.splitlines()
    report = json.loads(line)
    assert (report["source"], report["usable"], report["counts"]["class"]) == ("server", True, 38)


async def test_a_district_need_not_be_declared(dashboard: Dashboard, tmp_path: Path) -> None:
    ended = await rosterbus(
        dashboard, "source", "check", "-f", str(write_district(tmp_path)), "--timeout", "0", **SECRETS
    )
    assert (ended.code, "There is no answer about main yet." in ended.err) == (1, True)
    assert await dashboard.pool.fetchval("SELECT count(*) FROM district") == 0
    assert await dashboard.pool.fetchval("SELECT count(*) FROM source_check") == 1


async def test_a_check_that_nobody_makes_is_said_to_be_unanswered(
    delivering: Dashboard, probe: EventProbe, tmp_path: Path
) -> None:
    file = str(write_district(tmp_path))
    command = asyncio.create_task(rosterbus(delivering, "source", "check", "-f", file, **SECRETS))
    await probe.wait_for(SourceCheckOrdered)
    await delivering.pool.execute("UPDATE source_check SET asked_at = now() - interval '11 minutes'")
    ended = await command
    assert ended.code == 1
    assert "No roster-fetcher has answered about main for ten minutes." in ended.err
    assert "the pool shared" in ended.err


async def test_what_the_file_does_not_say_is_asked_for(dashboard: Dashboard, tmp_path: Path) -> None:
    file = str(with_two_sources(tmp_path))
    unknown = await rosterbus(dashboard, "source", "check", "-f", file, "--source", "wonde", **SECRETS)
    unclear = await rosterbus(dashboard, "source", "check", "-f", file, "--school", "1", **SECRETS)
    assert [unknown.code, unclear.code] == [2, 2]
    assert "The file declares no source wonde. It declares server, files." in unknown.err
    assert "The file declares 2 sources; say with --source whose school 1 is." in unclear.err
