"""`rosterbus settings`, `source`, `target`, `export` and `system`, as operators run them."""

import asyncio
from pathlib import Path

from common.events import TargetChecked, TargetCheckOrdered
from common.target_report import DeclaredRole, MissingFunction, TargetReport
from common.testing.probe import EventProbe
from common.testing.waiting import wait_for

from .surroundings import Dashboard
from .test_command_line import rosterbus

SECRETS = {
    "NORTH_MAIN_CLIENT_ID": "rosterbus",
    "NORTH_MAIN_CLIENT_SECRET": "sis-secret-value",
    "NORTH_TARGET_TOKEN": "moodle-token-value",
}


async def test_a_district_is_changed_part_by_part(north: Dashboard) -> None:
    key = await north.key()
    for arguments in (
        ("settings", "set", "--name", "The North", "--locale", "nl"),
        ("settings", "policy", "--set", "limits.removals.count=3", "--set", "cohorts=[school, grade]"),
        ("settings", "second-person", "--undo", "--approvals-over", "20"),
        ("settings", "tell", "office@north.example", "--outcomes", "problems", "--locale", "fr"),
        ("settings", "tell", "office@north.example", "--outcomes", "never", "--school", "Beech Hill School"),
        ("settings", "school", "Ashgrove Primary", "--target", "none", "--timezone", "Europe/Paris"),
        ("source", "set", "--name", "The old system", "--secret", "client_secret=NEW"),
        ("target", "set", "--name", "Our Moodle", "--role", "guardian=9"),
    ):
        ended = await rosterbus(north, *arguments, key=key, NEW="a-new-one")
        assert (ended.code, ended.err) == (0, ""), arguments
    settings = (await rosterbus(north, "settings", "show", "--json", key=key)).json()
    assert (settings["name"], settings["locale"]) == ("The North", "nl")
    assert settings["policy_declared"] == {"limits": {"removals": {"count": 3}}, "cohorts": ["school", "grade"]}
    assert settings["second_person"] == {"force": False, "undo": True, "approvals_over_limit": 20}
    told = [(one["outcomes"], one["school"]) for one in settings["recipients"]]
    assert told == [("problems", None), ("never", "Beech Hill School")]
    listed = await rosterbus(north, "settings", "recipients", key=key)
    assert "office@north.example" in listed.out
    sources = await rosterbus(north, "source", "list", key=key)
    targets = await rosterbus(north, "target", "list", key=key)
    assert ("The old system" in sources.out, "Our Moodle" in targets.out) == (True, True)
    assert "a-new-one" not in sources.out


async def test_what_is_exported_can_be_applied(north: Dashboard, tmp_path: Path) -> None:
    key, file = await north.key(), tmp_path / "district.yaml"
    exported = await rosterbus(north, "export", key=key)
    assert (exported.code, "client_secret_env: NORTH_MAIN_CLIENT_SECRET" in exported.out) == (0, True), exported.err
    file.write_text(exported.out)
    applying = asyncio.create_task(rosterbus(north, "apply", "-f", str(file), key=key, **SECRETS))

    async def declared() -> bool:
        return bool(await north.pool.fetchval("SELECT count(*) = 2 FROM audit WHERE action = 'declare'"))

    await wait_for(declared)
    await north.list_schools({"1": "Ashgrove Primary", "2": "Beech Hill School"})
    applied = await applying
    assert (applied.code, "2 schools shared, 2 set up" in applied.out) == (0, True), applied.err
    again = await rosterbus(north, "export", key=key)
    assert again.out == exported.out


async def test_a_target_is_tried_out_and_what_is_missing_is_said(delivering: Dashboard, probe: EventProbe) -> None:
    command = asyncio.create_task(rosterbus(delivering, "target", "check"))
    (order,) = await probe.wait_for(TargetCheckOrdered)
    missing = MissingFunction(function="core_user_create_users", capability="moodle/user:create", needed=True)
    report = TargetReport(
        usable=False, site_name="North Moodle", release="4.5.1", allowed=24, missing=(missing,),
        roles=(DeclaredRole(role="student", id=7, usual=False),), welcome_messages="possible",
    )  # fmt: skip
    await delivering.handle(TargetChecked(district_id="north", check_id=order.check_id, report=report))
    ended = await command
    assert ended.code == 1, ended.err
    assert "core_user_create_users is not allowed and is needed; it asks for moodle/user:create." in ended.out
    assert "It cannot be used like this." in ended.out


async def test_wrong_usage_is_one_sentence(north: Dashboard) -> None:
    key = await north.key()
    for arguments, sentence in {
        ("settings", "set"): "Say what to change.",
        ("settings", "policy"): "Give a file with the whole policy",
        ("settings", "policy", "--set", "leavers"): "--set leavers is no change.",
        ("settings", "policy", "--set", "leavers=delete"): "policy.leavers must be suspend or unenrol.",
        ("settings", "second-person", "--approvals-over", "many"): "--approvals-over many is no number.",
        ("source", "set", "--secret", "client_secret=NOWHERE"): "NOWHERE is not set in this environment.",
        ("target", "check", "other"): "There is no such target",
        ("system", "requeue", "--queue", "scheduler.all"): "Name messages by their ids, or say --all.",
        ("system", "parked"): "The message broker is away",
    }.items():
        ended = await rosterbus(north, *arguments, key=key)
        code = {"There is no such target": 5, "The message broker is away": 3}.get(sentence, 2)
        assert (ended.code, ended.err.startswith("rosterbus: ")) == (code, True), arguments
        assert sentence in ended.err, arguments
