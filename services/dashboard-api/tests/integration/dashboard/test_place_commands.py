"""`rosterbus source` and `target`: one source or Moodle site added, changed, shown and taken out."""

import asyncio
import os
import pty

from .surroundings import Dashboard, school
from .test_command_line import ROSTERBUS, rosterbus

OTHER = ("target", "add", "https://other.example", "--name", "Other Moodle", "--role", "student=5")


async def test_a_source_is_added_changed_shown_and_taken_out(north: Dashboard) -> None:
    key = await north.key()
    added = await rosterbus(
        north, "source", "add", "clever", "--set", "district_id=d1", "--secret", "token=CLEVER", key=key, CLEVER="c-1",
    )  # fmt: skip
    assert (added.code, added.out.startswith("clever is added")) == (0, True), added.err
    wonde = ("source", "add", "wonde", "--id", "trust", "--name", "The trust", "--secret", "token=WONDE", "--json")
    listed = (await rosterbus(north, *wonde, key=key, WONDE="w-1")).json()
    assert [one["id"] for one in listed] == ["clever", "main", "trust"]
    changed = await rosterbus(north, "source", "set", "trust", "--set", "page_size=100", "--set", "staff=true", key=key)
    assert (changed.code, changed.out) == (0, "trust is changed.\n"), changed.err
    shown = (await rosterbus(north, "source", "show", "trust", "--json", key=key)).json()
    assert (shown["name"], shown["settings"]) == ("The trust", {"page_size": 100, "staff": True})
    assert "kind: wonde" in (await rosterbus(north, "source", "show", "trust", key=key)).out
    removed = await rosterbus(north, "source", "remove", "trust", key=key)
    assert (removed.code, removed.out) == (0, "trust is taken out.\n")
    in_use = await rosterbus(north, "source", "remove", "main", key=key)
    assert (in_use.code, "2 schools of this source are set up." in in_use.err) == (6, True)
    sealed = await north.pool.fetchval("SELECT secrets FROM source WHERE id = 'clever'")
    assert north.context.box.open(sealed) == {"token": "c-1"}


async def test_a_moodle_site_is_added_changed_shown_and_taken_out(north: Dashboard) -> None:
    key = await north.key()
    added = await rosterbus(north, *OTHER, "--role", "teacher=3", "--token-env", "OTHER", key=key, OTHER="t-2")
    assert (added.code, added.out.startswith("moodle-2 is added.")) == (0, True), added.err
    change = ("target", "set", "moodle-2", "--user-auth", "oauth2", "--max-parallel", "5", "--role", "teacher=")
    assert (await rosterbus(north, *change, key=key)).code == 0
    shown = (await rosterbus(north, "target", "show", "moodle-2", "--json", key=key)).json()
    assert (shown["user_auth"], shown["max_parallel"], shown["roles"]) == ("oauth2", 5, {"student": 5})
    await rosterbus(north, "settings", "school", "Ashgrove Primary", "--target", "moodle-2", key=key)
    assert (await north.row("SELECT target_id FROM school WHERE id = $1", school("1"))) == {"target_id": "moodle-2"}
    in_use = await rosterbus(north, "target", "remove", "moodle-2", key=key)
    assert (in_use.code, "1 school is set up for this Moodle site." in in_use.err) == (6, True)
    await rosterbus(north, "settings", "school", "Ashgrove Primary", "--target", "main", key=key)
    left = (await rosterbus(north, "target", "remove", "moodle-2", "--json", key=key)).json()
    assert [one["id"] for one in left] == ["main"]


async def test_a_secret_that_no_variable_holds_is_asked_for_and_not_shown(north: Dashboard) -> None:
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        ROSTERBUS, "source", "add", "wonde",
        stdin=theirs, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, start_new_session=True,
        env={"ROSTERBUS_URL": north.url, "ROSTERBUS_API_KEY": await north.key(), "PATH": os.environ["PATH"]},
    )  # fmt: skip
    ended = asyncio.create_task(process.communicate())
    while not (await asyncio.wait([ended], timeout=0.3))[0]:  # what is typed before it is asked for is not read
        os.write(ours, b"typed-secret\n")
    out, err = ended.result()
    os.close(ours)
    os.close(theirs)
    assert (process.returncode, b"typed-secret" in out + err) == (0, False), err
    sealed = await north.pool.fetchval("SELECT secrets FROM source WHERE id = 'wonde'")
    assert north.context.box.open(sealed) == {"token": "typed-secret"}


async def test_what_cannot_be_added_is_one_sentence(north: Dashboard) -> None:
    key = await north.key()
    for arguments, sentence, code in (
        (("source", "add", "sims"), "There is no kind sims.", 2),
        (("source", "add", "wonde"), "token is needed, and nobody can type it here.", 2),
        (("source", "add", "wonde", "--secret", "token=NOWHERE"), "NOWHERE is not set in this environment.", 2),
        (("source", "add", "wonde", "--id", "main", "--secret", "token=KEY"), "There is a source main already.", 6),
        (("source", "add", "clever", "--secret", "token=KEY"), "source.district_id is missing", 2),
        (("source", "set", "main"), "Say what to change", 2),
        (("source", "show", "other"), "There is no such source", 5),
        ((*OTHER,), "token is needed, and nobody can type it here.", 2),
        ((*OTHER, "--id", "main", "--token-env", "KEY"), "There is a target main already.", 6),
        (("target", "set", "main", "--ask-token"), "token is needed, and nobody can type it here.", 2),
    ):
        ended = await rosterbus(north, *arguments, key=key, KEY="k-1")
        assert (ended.code, sentence in ended.err) == (code, True), (arguments, ended.err)
