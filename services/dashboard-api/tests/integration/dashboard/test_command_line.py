"""`rosterbus` as operators run it, against the dashboard, with the workers' events sent as they would send them."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml

from common.bus import Bus
from common.events import (
    PlanMade,
    SchoolsListed,
    SchoolsNotListed,
    SettingsChanged,
    SyncFailed,
    SyncOrdered,
    SyncProgressed,
    SyncRefused,
    SyncRequested,
)
from common.testing import forked
from common.testing.forked import Command
from common.testing.probe import EventProbe
from dashboard_api.queries.runs import run_of

from .surroundings import NORTH, Dashboard, completed, fetched, publish, school

ROSTERBUS = Path(sys.executable).parent / "rosterbus"
COMMAND = Command("rosterbus", "dashboard_api.cli:app")


@dataclass(frozen=True)
class Ended(forked.Ended):
    """A command's end; what it printed may be JSON."""

    def json(self) -> Any:
        """The last line."""
        return json.loads(self.out.splitlines()[-1])


async def rosterbus(dashboard: Dashboard, *arguments: str, key: str | None = None, **environment: str) -> Ended:
    """Run the command to its end."""
    variables = {
        "ROSTERBUS_URL": dashboard.url,
        "ROSTERBUS_API_KEY": await dashboard.key() if key is None else key,
        "COLUMNS": "160",
        "PATH": os.environ["PATH"],
    }
    ended = await COMMAND.run(*arguments, environment={**variables, **environment})
    return Ended(ended.code, ended.out, ended.err)


def write_district(folder: Path) -> Path:
    whole = {**NORTH, "source": dict(NORTH["source"]), "target": dict(NORTH["target"])}
    del whole["source"]["client_id"], whole["source"]["client_secret"], whole["target"]["token"]
    whole["source"] |= {"client_id_env": "SIS_ID", "client_secret_env": "SIS_SECRET"}
    whole["target"]["token_env"] = "MOODLE_TOKEN"
    file = folder / "district.yaml"
    file.write_text(yaml.safe_dump(whole))
    return file


SECRETS = {"SIS_ID": "id-value", "SIS_SECRET": "secret-value", "MOODLE_TOKEN": "token-value"}


async def test_apply_declares_and_prints_the_schools_that_the_source_shares(
    delivering: Dashboard, bus: Bus, probe: EventProbe, tmp_path: Path
) -> None:
    command = asyncio.create_task(rosterbus(delivering, "apply", "-f", str(write_district(tmp_path)), **SECRETS))
    await probe.wait_for(SettingsChanged, 2)
    await delivering.write_listing({"1": "Ashgrove Primary", "3": "Calder High"})
    await publish(bus, SchoolsListed(district_id="north", schools=2, listing=2))
    ended = await command
    assert ended.code == 0, ended.err
    assert "Calder High" in ended.out
    assert "2 schools shared, 2 set up" in ended.out
    assert not any(secret in ended.out + ended.err for secret in SECRETS.values())
    sealed = await delivering.pool.fetchval("SELECT secrets FROM target")
    assert delivering.context.box.open(sealed) == {"token": "token-value"}


async def test_apply_says_why_the_source_could_not_tell_its_schools(
    delivering: Dashboard, bus: Bus, probe: EventProbe, tmp_path: Path
) -> None:
    command = asyncio.create_task(rosterbus(delivering, "apply", "-f", str(write_district(tmp_path)), **SECRETS))
    await probe.wait_for(SettingsChanged, 2)
    await publish(bus, SchoolsNotListed(district_id="north", code="AUTH_INVALID", detail="The secret was refused."))
    ended = await command
    assert ended.code == 1
    assert "could not tell which schools it shares (AUTH_INVALID). The secret was refused." in ended.err


async def test_apply_stops_before_sending_anything_if_the_file_has_a_mistake(
    dashboard: Dashboard, tmp_path: Path
) -> None:
    ended = await rosterbus(dashboard, "apply", "-f", str(write_district(tmp_path)), SIS_ID="x", SIS_SECRET="y")
    assert ended.code == 2
    assert "target.token_env names MOODLE_TOKEN, which is not set" in ended.err
    assert await dashboard.pool.fetchval("SELECT count(*) FROM district") == 0


async def test_sync_waits_for_all_runs_and_reports_each(delivering: Dashboard, bus: Bus, probe: EventProbe) -> None:
    command = asyncio.create_task(rosterbus(delivering, "sync", "--all", "--mode", "full", "--wait", "--json"))
    (order,) = await probe.wait_for(SyncOrdered)
    first, second = (run_of(order.order_id, school(key)) for key in ("1", "2"))
    for event in (
        SyncRequested(district_id="north", run_id=first, school_id=school("1"), mode="full"),
        SyncProgressed(district_id="north", run_id=first, school_id=school("1"), phase="fetching", done=9, total=20),
        fetched(first),
        PlanMade(district_id="north", run_id=first, school_id=school("1"), operations={"user": {"create": 421}}),
        completed(first),
        SyncFailed(
            district_id="north", run_id=second, school_id=school("2"), mode="full", phase="fetching",
            code="SOURCE_UNREACHABLE", detail="sis.example does not answer.",
        ),
    ):  # fmt: skip
        await publish(bus, event)
    ended = await command
    assert ended.code == 1, ended.err
    report = ended.json()
    assert (report["failed"], report["seconds"] > 0) == (1, True)
    ashgrove, beech = report["runs"]
    assert ashgrove == {
        "school": "Ashgrove Primary", "run_id": str(first), "outcome": "clean", "errors": 0, "duration_ms": 41_000,
        "counts": {"class": 38, "student": 402, "teacher": 19, "enrolment": 3100},
        "actions": {"user": {"create": 421}, "enrolment": {"create": 3100}}, "calls": 61,
    }  # fmt: skip
    assert (beech["outcome"], beech["counts"], beech["calls"]) == ("failed", {}, 0)
    assert "✓ Ashgrove Primary completed, 3,521 created 41 s" in ended.err
    assert "Beech Hill School: The source does not answer. sis.example does not answer." in ended.err


async def test_sync_of_one_school_by_part_of_its_name(delivering: Dashboard, bus: Bus, probe: EventProbe) -> None:
    command = asyncio.create_task(rosterbus(delivering, "sync", "beech", "--reason", "new class", "--wait"))
    (order,) = await probe.wait_for(SyncOrdered)
    assert (order.schools, order.mode, order.reason) == ((school("2"),), "partial", "new class")
    await publish(
        bus, completed(run_of(order.order_id, school("2")), "2", mode="partial", outcome="nothing_to_do", actions={})
    )
    ended = await command
    assert ended.code == 0
    assert "Nothing to do" in ended.out


async def test_a_run_that_did_not_start_counts_as_failed(delivering: Dashboard, bus: Bus, probe: EventProbe) -> None:
    command = asyncio.create_task(rosterbus(delivering, "sync", "1", "--wait", "--json"))
    (order,) = await probe.wait_for(SyncOrdered)
    refused = {"district_id": "north", "run_id": run_of(order.order_id, school("1")), "school_id": school("1")}
    await publish(bus, SyncRefused.model_validate({**refused, "reason": "already_running"}))
    ended = await command
    assert (ended.code, ended.json()["runs"][0]["outcome"]) == (1, "refused")
    assert "Another run of this school was under way." in ended.err


async def test_sync_without_waiting_gives_the_order(north: Dashboard) -> None:
    ended = await rosterbus(north, "sync", "--all", "--dry-run", "--json")
    assert ended.code == 0
    assert {run["school"] for run in ended.json()["runs"]} == {"Ashgrove Primary", "Beech Hill School"}
    assert await north.pool.fetchval("SELECT bool_and(dry_run) FROM run")


async def test_a_wait_that_is_too_long_ends_and_the_runs_go_on(north: Dashboard) -> None:
    ended = await rosterbus(north, "sync", "--all", "--wait", "--timeout", "0.1")
    assert ended.code == 1
    assert "Ashgrove Primary, Beech Hill School. They go on." in ended.err.replace("\n", " ")


WRONG_USAGE = {
    ("sync",): "Name the schools, or give --all",
    ("sync", "1", "--all"): "Name the schools, or give --all",
    ("sync", "Nowhere"): "There is no school Nowhere.",
    ("sync", "e"): "e may be several schools: Ashgrove Primary (1), Beech Hill School (2).",
    ("sync", "--all", "--district", "south"): "There is no district south that this key may see. There is: north.",
}


async def test_wrong_usage_is_one_sentence_and_code_2(north: Dashboard) -> None:
    key = await north.key()
    for arguments, sentence in WRONG_USAGE.items():
        ended = await rosterbus(north, *arguments, key=key)
        assert (ended.code, ended.err.startswith("rosterbus: ")) == (2, True), arguments
        assert sentence in ended.err


async def test_trouble_with_the_connection_is_one_sentence(dashboard: Dashboard) -> None:
    unknown = await rosterbus(dashboard, "schools", key="rb_guess")
    missing = await rosterbus(dashboard, "schools", key="")
    nobody = await rosterbus(dashboard, "schools", ROSTERBUS_URL="http://127.0.0.1:9")
    assert [unknown.code, missing.code, nobody.code] == [4, 2, 3]
    assert "does not know this API key" in unknown.err
    assert "ROSTERBUS_API_KEY is not set" in missing.err
    assert "does not answer (Connection refused)" in nobody.err


async def test_what_a_key_may_not_do_is_told(north: Dashboard) -> None:
    ended = await rosterbus(north, "sync", "--all", key=await north.key(scopes=["read"]))
    assert (ended.code, "may not do this: order runs" in ended.err) == (4, True)


async def test_schools_runs_and_a_run_are_shown(north: Dashboard) -> None:
    run_id, key = uuid4(), await north.key()
    await north.handle(fetched(run_id))
    await north.handle(completed(run_id))
    schools, runs, one = [
        (await rosterbus(north, *arguments, key=key)).out
        for arguments in (("schools",), ("runs", "--school", "1"), ("run", str(run_id)))
    ]
    assert "Ashgrove Primary" in schools
    assert "In step" in schools
    assert "Not yet synced" in schools
    assert str(run_id) in runs
    assert "Full sync of Ashgrove Primary" in one
    assert "402 students" in one
    listed = (await rosterbus(north, "runs", "--json", key=key)).json()
    assert [run["id"] for run in listed] == [str(run_id)]
