"""What every kind of source has, so that whoever knows one knows them all. CONTRIBUTING.md says how one is made."""

import re
from pathlib import Path

import pytest

from roster_fetcher.sources import SOURCES

FETCHER = Path(__file__).parents[1] / "services" / "roster-fetcher"
FOLDER = FETCHER / "roster_fetcher" / "sources"
FOLDERS = sorted(path for path in FOLDER.iterdir() if path.is_dir() and path.name != "__pycache__")
LEAST_POINTS = 10
MARK = re.compile(r"\bEDIT\b")

each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def test_every_folder_is_a_kind_with_one_line_and_every_line_a_folder() -> None:
    assert [folder.name.replace("_", "-") for folder in FOLDERS] == sorted(SOURCES)
    lines = re.findall(r'^    "[a-z0-9-]+": \w+\.open_source,$', (FOLDER / "__init__.py").read_text(), re.MULTILINE)
    assert len(lines) == len(SOURCES)


@each_folder
def test_a_kind_has_a_client_and_a_mapping_or_says_whose_it_shares(folder: Path) -> None:
    assert (folder / "__init__.py").exists()
    readme = (folder / "README.md").read_text()
    for part in ("client", "mapping"):
        others = [FOLDER / name for name in re.findall(r"`\.\./(\w+)/README\.md`", readme)]
        shared = f"the {part}" in readme and any((other / f"{part}.py").exists() for other in others)
        assert (folder / f"{part}.py").exists() or shared, part


@each_folder
def test_a_kinds_readme_has_its_settings_what_is_read_and_a_checklist(folder: Path) -> None:
    readme = (folder / "README.md").read_text()
    assert "| setting | default | meaning |" in readme
    _, _, checklist = readme.partition("\n## Checklist\n")
    points = [line for line in checklist.splitlines() if line.startswith("| ") and line.count("|") == 3]
    assert len(points) >= LEAST_POINTS


@each_folder
def test_a_kind_stands_in_the_contract_suite(folder: Path) -> None:
    kind = folder.name.replace("_", "-")
    worlds = FETCHER / "tests" / "support" / "worlds"
    assert [file.name for file in worlds.glob("*.py") if f'.declare("{kind}"' in file.read_text()]


def test_no_place_of_the_scaffold_was_left_as_it_was_made() -> None:
    files = [file for place in (FOLDER, FETCHER / "tests") for file in place.rglob("*")]
    files = [file for file in files if file.suffix in (".py", ".md")]
    assert [str(file) for file in files if MARK.search(file.read_text())] == []
