"""`rosterbus` on lists and orders: CSV, exit codes, and what the shell offers."""

from uuid import uuid4

import pytest

from common.events import SyncErrorsFound, SyncFailed

from .surroundings import Dashboard, completed, fetched, found_error, school
from .test_command_line import Ended, rosterbus


@pytest.mark.parametrize(
    ("command", "heading"),
    [
        ("schools", "district_id,id,source_id"),
        ("runs", "district_id,id,school_id"),
        ("districts", "id,name,timezone"),
        ("devices", "district_id,id,school_id"),
        ("audit", "at,district_id,actor"),
        ("pools", "pool,districts,running"),
        ("holds", "district_id,id,school_id"),
        ("schedule history", "night,school_id,school"),
        ("consents", "district_id,id,act"),
    ],
)
async def test_lists_come_as_csv(north: Dashboard, command: str, heading: str) -> None:
    ended = await rosterbus(north, *command.split(), "--csv")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(heading)


async def test_a_district_is_shown_with_how_its_schools_stand(north: Dashboard) -> None:
    await north.handle(fetched(uuid4()))
    shown = await rosterbus(north, "district")
    assert (shown.code, shown.err) == (0, "")
    for fact in ("North district (north, Europe/Amsterdam)", "2 shared, 2 set up", "2 nightly sync", "402"):
        assert fact in shown.out


async def test_runs_are_chosen_as_the_api_chooses_them(north: Dashboard) -> None:
    run_id, key = uuid4(), await north.key()
    await north.handle(completed(run_id))
    for chosen, found in (
        (("--search", "ash", "--status", "completed", "--what", "full"), [str(run_id)]),
        (("--search", "beech"), []),
        (("--trigger", "schedule", "--order", str(uuid4())), []),
    ):
        listed = await rosterbus(north, "runs", *chosen, "--json", key=key)
        assert [run["id"] for run in listed.json()] == found, chosen
    wrong = await rosterbus(north, "runs", "--trigger", "moon", key=key)
    assert (wrong.code, "trigger" in wrong.err) == (2, True)


async def test_the_errors_of_a_run_are_listed_and_come_as_csv(north: Dashboard) -> None:
    run_id = uuid4()
    event = SyncErrorsFound(
        district_id="north", run_id=run_id, school_id=school("1"), phase="fetching", part=0, errors=(found_error(),)
    )
    await north.handle(event)
    listed = await rosterbus(north, "run", str(run_id), "--errors", "--json")
    assert [error["source_id"] for error in listed.json()] == ["u-17"]
    as_csv = await rosterbus(north, "run", str(run_id), "--csv", "--separator", "semicolon")
    assert as_csv.out.splitlines()[1].startswith("MISSING_NAME;error;user;u-17;")


async def test_an_order_is_shown_and_a_failure_among_its_runs_is_an_exit_code(north: Dashboard) -> None:
    order = (await rosterbus(north, "sync", "--all", "--json")).json()
    first, second = order["runs"]
    await north.handle(completed(first["run_id"]))
    assert "1 of 2 runs have ended" in (shown := await rosterbus(north, "order", order["order_id"])).out
    assert shown.code == 0
    failed = SyncFailed(
        district_id="north", run_id=second["run_id"], school_id=second["school_id"], mode="partial", phase="applying",
        code="LMS_UNREACHABLE",
    )  # fmt: skip
    await north.handle(failed)
    ended = await rosterbus(north, "order", order["order_id"], "--json")
    assert (ended.code, ended.json()["ended"]) == (1, True)


async def test_the_exit_code_says_what_kind_of_trouble_it_was(north: Dashboard) -> None:
    asked = {
        "nowhere": (await rosterbus(north, "schools", ROSTERBUS_URL="http://127.0.0.1:9")).code,
        "key": (await rosterbus(north, "schools", key="rb_guess")).code,
        "scope": (await rosterbus(north, "sync", "--all", key=await north.key(scopes=["read"]))).code,
        "nothing": (nothing := await rosterbus(north, "run", str(uuid4()))).code,
        "conflict": (await cancel_one_that_has_ended(north)).code,
        "usage": (await rosterbus(north, "runs", "--limit", "0")).code,
    }
    assert "There is no such run" in nothing.err
    assert asked == {"nowhere": 3, "key": 4, "scope": 4, "nothing": 5, "conflict": 6, "usage": 2}


async def cancel_one_that_has_ended(north: Dashboard) -> Ended:
    run_id = uuid4()
    await north.handle(completed(run_id))
    return await rosterbus(north, "cancel", str(run_id))


async def test_the_shell_completes_names_of_schools_and_ids_of_runs(north: Dashboard) -> None:
    run_id = uuid4()
    await north.handle(completed(run_id))

    async def offered(line: str) -> str:
        wanted = {"_ROSTERBUS_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": line}
        return (await rosterbus(north, **wanted)).out

    assert "Ashgrove Primary" in await offered("rosterbus sync Ash")
    assert str(run_id) in await offered(f"rosterbus run {str(run_id)[:6]}")
    assert "Beech" not in await offered("rosterbus sync Ash")
