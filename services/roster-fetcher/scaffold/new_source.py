"""Makes what a new kind of source begins with: `python services/roster-fetcher/scaffold/new_source.py acme-sis`.

A reader of a simple paged JSON service, complete in itself, with its README, unit tests and a world for the contract
suite; and its line in `SOURCES`. Each place that rests on a guess is marked EDIT. Nothing is ever overwritten.
"""

import keyword
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from string import Template

SERVICE = Path(__file__).resolve().parents[1]
TEMPLATES = Path(__file__).parent / "templates"
SOURCES = SERVICE / "roster_fetcher" / "sources"
UNIT_TESTS = SERVICE / "tests" / "unit"
WORLDS = SERVICE / "tests" / "support" / "worlds"

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST_NAME = 24
"""Characters; the lines of the templates have room for no more."""
IMPORT = re.compile(r"from roster_fetcher\.sources import (?:\([^)]*\)|[^\n(]*)\n")
LINES = re.compile(r'(?:    "[a-z0-9-]+": \w+\.open_source,\n)+')
LINE = re.compile(r'"([a-z0-9-]+)": (\w+)\.')
LONGEST_LINE = 120


class RefusedError(Exception):
    """Nothing can be made. The text is a sentence that says why and what to do."""


def main(arguments: list[str]) -> int:
    """Make the files, or say why not; the exit status."""
    try:
        name = checked_name(arguments)
        registered = with_kind((SOURCES / "__init__.py").read_text(), name)
        files = rendered(name)
        refuse_what_is_there(name, files)
    except RefusedError as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    for file, content in files.items():
        file.parent.mkdir(exist_ok=True)
        file.write_text(content)
    (SOURCES / "__init__.py").write_text(registered)
    sys.stdout.write(filled("next_steps.txt", name))
    return 0


def checked_name(arguments: list[str]) -> str:
    """The name of the kind. Raises `RefusedError`."""
    if len(arguments) != 1 or not arguments[0]:
        raise RefusedError("Give the new kind one name: make new-source name=acme-sis.")
    (name,) = arguments
    if not NAME.fullmatch(name):
        raise RefusedError(
            f"{name!r} is no name for a kind of source: it must be lower-case letters and digits, with single hyphens "
            "between them and a letter first, such as acme-sis."
        )
    if len(name) > LONGEST_NAME:
        raise RefusedError(f"{name} is too long for a kind of source: {LONGEST_NAME} characters at the most.")
    if keyword.iskeyword(package_of(name)):
        raise RefusedError(f"{name} is a word of Python's own, and no folder that it imports can be called so.")
    return name


def with_kind(text: str, name: str) -> str:
    """The text of `sources/__init__.py` with one kind more. Raises `RefusedError`."""
    imported, lines = IMPORT.search(text), LINES.search(text)
    if not imported or not lines:
        raise RefusedError(f"{SOURCES / '__init__.py'} has no SOURCES with one line for each kind; write that first.")
    packages = dict(LINE.findall(lines[0]))
    if name in packages:
        raise RefusedError(f"There is a kind of source {name} already, in {shown(SOURCES / packages[name])}.")
    packages[name] = package_of(name)
    made = "".join(f'    "{kind}": {package}.open_source,\n' for kind, package in sorted(packages.items()))
    text = text.replace(lines[0], made)
    return text.replace(imported[0], import_of(sorted(packages.values(), key=natural)))


def import_of(packages: list[str]) -> str:
    """The import of all kinds, laid out as ruff does it."""
    line = f"from roster_fetcher.sources import {', '.join(packages)}\n"
    if len(line) <= LONGEST_LINE + 1:
        return line
    return "from roster_fetcher.sources import (\n" + "".join(f"    {package},\n" for package in packages) + ")\n"


def rendered(name: str) -> dict[Path, str]:
    """The files to be written, by path."""
    package = package_of(name)
    apart = {"unit_test.py": UNIT_TESTS / f"test_{package}.py", "world.py": WORLDS / f"{package}.py"}
    found = sorted(file.name.removesuffix(".template") for file in TEMPLATES.iterdir())
    of_kind = {file: SOURCES / package / file for file in found if file not in apart and file != "next_steps.txt"}
    return {place: filled(file, name) for file, place in (of_kind | apart).items()}


def refuse_what_is_there(name: str, files: Mapping[Path, str]) -> None:
    """Raise `RefusedError` if a file, or a module beside the kinds, has the name already."""
    package = SOURCES / package_of(name)
    for place in (package, package.with_suffix(".py"), *files):
        if place.exists():
            raise RefusedError(f"{shown(place)} is there already. Choose another name, or take it away first.")


def filled(template: str, name: str) -> str:
    """A template with the kind's names in it, its imports in order."""
    package = package_of(name)
    parts = [part.capitalize() for part in name.split("-")]
    text = Template((TEMPLATES / f"{template}.template").read_text()).substitute(
        kind=name,
        package=package,
        class_name="".join(parts),
        title=" ".join(parts),
        folder=shown(SOURCES / package),
        unit_test=shown(UNIT_TESTS / f"test_{package}.py"),
        world=shown(WORLDS / f"{package}.py"),
    )
    return re.sub(r"(?:^from roster_fetcher.*\n)+", lambda block: in_order(block[0]), text, flags=re.MULTILINE)


def in_order(imports: str) -> str:
    """Lines of imports, in the order of their modules: where the kind's own belong depends on its name."""
    return "".join(sorted(imports.splitlines(keepends=True), key=lambda line: natural(line.split()[1])))


def natural(word: str) -> list[str | int]:
    """What to sort by so that numbers within words count as numbers."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", word)]


def package_of(name: str) -> str:
    """The name of the kind's folder."""
    return name.replace("-", "_")


def shown(place: Path) -> Path:
    """A path as it is seen from the checkout."""
    return place.relative_to(SERVICE.parents[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
