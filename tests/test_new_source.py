"""What `make new-source` makes stands by itself, and what it cannot make it refuses. On a copy of the service."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

ROOT = Path(__file__).parents[1]
SERVICE = Path("services", "roster-fetcher")
LONGEST = "a-name-of-24-characters"
NAMES = ("acme-sis", "zz", LONGEST)
"""Where a kind's imports belong, and how long its lines are, depends on its name."""
MODULES = ("__init__", "client", "endpoints", "mapping", "paging", "people", "reader", "settings", "wire")
README = "roster_fetcher/sources/acme_sis/README.md"
FILES = (
    *(f"roster_fetcher/sources/acme_sis/{module}.py" for module in MODULES),
    "tests/unit/test_acme_sis.py",
    "tests/support/worlds/acme_sis.py",
    README,
)


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a copy of the checkout, with the copy's roster_fetcher."""
    paths = {"PYTHONPATH": str(folder / SERVICE), "MYPYPATH": f"{ROOT}/libs/common:{ROOT}/libs/simulators"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, **paths, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def scaffold(folder: Path, *names: str) -> subprocess.CompletedProcess[str]:
    return run(folder, str(SERVICE / "scaffold" / "new_source.py"), *names)


def copied(folder: Path) -> Path:
    """A checkout with nothing but the service."""
    copytree(ROOT / SERVICE, folder / SERVICE, ignore=ignore_patterns("__pycache__", ".*"))
    return folder


def content(folder: Path) -> Mapping[str, bytes]:
    files = [file for file in (folder / SERVICE).rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    return {str(file.relative_to(folder / SERVICE)): file.read_bytes() for file in files}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with some new kinds, and a file whose name is taken."""
    folder = copied(tmp_path_factory.mktemp("made"))
    (folder / SERVICE / "tests" / "unit" / "test_taken.py").touch()
    for name in NAMES:
        done = scaffold(folder, name)
        assert (done.returncode, done.stderr) == (0, "")
    return folder


def test_a_kind_is_made_of_its_files_and_a_line_and_nothing_else_changes(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    before = content(folder)
    scaffold(folder, "acme-sis")
    after = content(folder)
    register = "roster_fetcher/sources/__init__.py"
    assert set(after) - set(before) == set(FILES)
    assert {name for name in before if before[name] != after.get(name)} == {register}
    assert b'    "acme-sis": acme_sis.open_source,\n    "classlink": ' in after[register]


def test_it_can_be_imported_and_opened_like_any_other(made: Path) -> None:
    told = run(made, "-c", "from roster_fetcher.sources import SOURCES as s; print(*s, s['acme-sis'].__module__)")
    *kinds, module = told.stdout.split()
    assert set(kinds) > {*NAMES, "oneroster"}, told.stderr
    assert kinds == sorted(kinds)
    assert module == "roster_fetcher.sources.acme_sis"


def test_what_is_made_is_laid_out_and_typed_as_everything_else(made: Path) -> None:
    config = str(ROOT / "pyproject.toml")
    for check in (["check"], ["format", "--check"]):
        checked = run(made, "-m", "ruff", *check, "--no-cache", "--config", config, str(SERVICE))
        assert checked.returncode == 0, checked.stdout
    places = [f"{SERVICE}/{file}" for file in FILES if file.endswith(".py")]
    typed = run(made, "-m", "mypy", "--strict", "--cache-dir", os.devnull, "--config-file", config, *places)
    assert typed.returncode == 0, typed.stdout


def test_its_own_tests_pass(made: Path) -> None:
    unit_test = f"{SERVICE}/tests/unit/test_acme_sis.py"
    options = ["-q", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(made)]
    tested = run(made, "-m", "pytest", *options, unit_test)
    assert tested.returncode == 0, tested.stdout
    assert re.search(r"\b[1-9]\d* passed", tested.stdout)


def test_each_point_of_the_checklist_is_answered_or_asked(made: Path) -> None:
    readme = (made / SERVICE / README).read_text()
    assert readme.startswith("# `acme-sis`")
    table = readme.partition("## Checklist")[2].splitlines()
    points = [line for line in table if re.match(r"\| (?!point|---|\*\*)", line)]
    assert len(points) > 40
    assert [point for point in points if not re.search(r"\| (EDIT: )?(done|exempt): .+ \|$", point)] == []


def test_every_place_that_rests_on_a_guess_is_marked(made: Path) -> None:
    marked = {file for file in FILES if "EDIT" in (made / SERVICE / file).read_text()}
    assert marked == set(FILES)


def test_the_closing_words_name_what_is_to_be_done_in_order(tmp_path: Path) -> None:
    told = scaffold(copied(tmp_path), "acme-sis").stdout
    steps = re.findall(r"^  (\d)\. (\w+)", told, re.MULTILINE)
    expected = ["Code", "Settings", "Simulator", "World", "Contract", "README", "Docs"]
    assert steps == [(str(number), step) for number, step in enumerate(expected, 1)]
    for path in re.findall(r"(?:services|libs|tests)/[\w./-]+\.(?:py|md)", told):
        assert (ROOT / path).exists() or (tmp_path / path).exists(), path


NO_NAME = "is no name for a kind of source: it must be lower-case letters"
REFUSED = [
    ((), "Give the new kind one name"),
    (("",), "Give the new kind one name"),
    (("acme", "sis"), "Give the new kind one name"),
    (("Acme",), NO_NAME),
    (("acme_sis",), NO_NAME),
    (("acme-",), NO_NAME),
    (("9-acme",), NO_NAME),
    (("../acme",), NO_NAME),
    (("acmé",), NO_NAME),
    ((f"{LONGEST}-x",), "is too long"),
    (("class",), "a word of Python's own"),
    (("clever",), "There is a kind of source clever already"),
    (("oneroster-csv",), "There is a kind of source oneroster-csv already"),
    (("http",), "sources/http.py is there already"),
    (("checked-settings",), "sources/checked_settings.py is there already"),
    (("csv",), "tests/support/worlds/csv.py is there already"),
    (("taken",), "tests/unit/test_taken.py is there already"),
    (("acme-sis",), "There is a kind of source acme-sis already"),
]


@pytest.mark.parametrize(("names", "reason"), REFUSED)
def test_what_cannot_be_made_is_refused_in_one_sentence_and_nothing_changes(
    made: Path, names: tuple[str, ...], reason: str
) -> None:
    before = content(made)
    refused = scaffold(made, *names)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert reason in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert content(made) == before
