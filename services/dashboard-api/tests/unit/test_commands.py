"""`rosterbus` does all that the API does, says all that it takes, and answers as JSON and CSV where asked.

Each operation has its commands in `commands.py`; they are run against a dashboard that answers as it is described, and
what they really ask for is compared with the description.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result

from dashboard_api.api.examples import DECLARATION

from .commands import COMMANDS, OF_PAGES, UNSAID, WITHOUT, Line
from .described_dashboard import OPERATIONS, ROSTERBUS, DescribedDashboard

INSTEAD: dict[str, dict[str, Any]] = {
    "showSourceCheck": {"state": "done", "report": {"usable": True}},
    "showTargetCheck": {"state": "done", "report": {"usable": True}},
    "showConsent": {"outcome": None},
    "showSettings": {"recipients": []},
    "showDistrict": {"sources": [{"id": "main", "listed_at": "2026-11-22T20:00:00+01:00", "listing_error": None}]},
    "listQueues": {"queues": []},
}
"""Members that the examples do not say as commands need them to go on."""
BY_FILE = {"putDistrict"}
"""The body is a file, with all that stands in it, and as it stands there: the dashboard reads the numbers in it."""


def commands(group: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The commands below a group, by what is typed."""
    if not hasattr(group, "commands"):
        yield path, group
        return
    for name, command in group.commands.items():
        yield from commands(command, f"{path} {name}".strip())


ALL = dict(commands(ROSTERBUS))
README = (Path(__file__).parents[2] / "README.md").read_text()
BY_ID = {operation.id: operation for operation in OPERATIONS}


@pytest.fixture
def dashboard(described: DescribedDashboard) -> DescribedDashboard:
    described.instead.update(INSTEAD)
    return described


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder: Path = tmp_path_factory.mktemp("files")
    whole: dict[str, Any] = {part: {**DECLARATION[part]} for part in ("district", "source", "target")}
    whole["schools"] = "all"
    whole["district"]["pool"] = "shared"
    del whole["source"]["token"], whole["target"]["token"]
    whole["source"]["token_env"] = whole["target"]["token_env"] = "TOKEN"
    texts = {"file": yaml.safe_dump(whole), "policy": "leavers: unenrol\n", "password": "correct horse battery\n"}
    for name, text in texts.items():
        (folder / name).write_text(text)
    return {name: str(folder / name) for name in texts}


def run(dashboard: DescribedDashboard, files: dict[str, str], line: Line, *more: str) -> Result:
    """A command of the table; what it finds may make it end with 1, but nothing breaks it."""
    ended = dashboard.run(*(part.format(**files) for part in line), *more)
    assert ended.exit_code in (0, 1) and not isinstance(ended.exception, Exception), (line, ended.output)
    return ended


def test_every_operation_of_the_api_has_its_commands_or_a_reason_why_not() -> None:
    assert BY_ID.keys() == COMMANDS.keys() | WITHOUT.keys()
    assert not COMMANDS.keys() & WITHOUT.keys()


@pytest.mark.parametrize("id_", COMMANDS)
def test_its_commands_ask_for_the_operation_and_say_all_that_it_takes(
    id_: str, dashboard: DescribedDashboard, files: dict[str, str]
) -> None:
    for line in COMMANDS[id_]:
        run(dashboard, files, line)
    assert [one.misfits for one in dashboard.asked if one.misfits and one.operation.id not in BY_FILE] == []
    asked = [one for one in dashboard.asked if one.operation.id == id_]
    assert asked, f"none of {COMMANDS[id_]} asks for {id_}, but {[one.operation.id for one in dashboard.asked]}"
    if id_ in BY_FILE:
        return
    said = frozenset[str]().union(*(one.says for one in asked))
    unsaid = {name for operation, name in UNSAID if operation == id_}
    paging = OF_PAGES if BY_ID[id_].listed else {"limit", "after"} & BY_ID[id_].takes()
    assert BY_ID[id_].takes() - said - paging == unsaid


@pytest.mark.parametrize("id_", [id_ for id_ in COMMANDS if BY_ID[id_].listed])
def test_a_list_comes_as_csv_with_the_same_filters(
    id_: str, dashboard: DescribedDashboard, files: dict[str, str]
) -> None:
    for line in COMMANDS[id_]:
        csv = [part for part in line if part not in ("--json", "--errors", "--records")]
        ended = run(dashboard, files, tuple(csv), "--csv", "--bom", "--separator", "semicolon")
        assert (ended.exit_code, ended.stdout) == (0, "a,b\n"), ended.output
    asked = [one for one in dashboard.asked if one.as_csv]
    assert {one.operation.id for one in asked} == {id_}
    said = frozenset[str]().union(*(one.says for one in asked))
    unsaid = {name for operation, name in UNSAID if operation == id_}
    assert BY_ID[id_].takes() - said == ({"limit", "after", "format"} & BY_ID[id_].takes()) | unsaid


def test_every_command_can_answer_with_json() -> None:
    assert [name for name, command in ALL.items() if "--json" not in options(command)] == []


def test_the_readme_names_every_command() -> None:
    named = set()
    for first, more in re.findall(r"rosterbus ([\w-]+)(?: ([\w|-]+))?", README):
        named |= {first, *(f"{first} {one}" for one in more.split("|"))}
    assert ALL.keys() - named == set()


@pytest.mark.parametrize("id_", COMMANDS)
def test_what_a_command_says_with_json_is_nothing_else(
    id_: str, dashboard: DescribedDashboard, files: dict[str, str]
) -> None:
    for line in COMMANDS[id_]:
        lines = run(dashboard, files, (*(part for part in line if part != "--json"), "--json")).stdout.splitlines()
        assert lines and all(json.loads(one) is not None for one in lines), line


def options(command: Any) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts}
