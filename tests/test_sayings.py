"""Whatever a worker says to people is there in every language, with the same values in it."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.language import LANGUAGES, SOURCE, speaking
from common.sayings import FIELD, is_known, said, sayings

ROOT = Path(__file__).parents[1]
WORKERS = (
    "services/roster-fetcher/roster_fetcher",
    "services/moodle-sync/moodle_sync",
    "services/notifier/notifier/channels",
)
ENGLISH = tomllib.loads((ROOT / "libs/common/common/sayings.toml").read_text(encoding="utf-8"))
NOT_FOR_PEOPLE = re.compile(r"[|$=<>\n\\_%[\]]|\b(SELECT|WITH|WHERE|END|NULL)\b|\b[A-Z]{3,} [A-Z]|, row, | - ")
"""Pieces of SQL, types, and of what is sent to servers."""
SILENT = ("log", "Counter", "Gauge", "Histogram", "Field")
"""Calls whose words nobody reads on a page."""
FOR_PROGRAMMERS = (
    "a sender answers for each operation of its batch",
    "before the beginning of the file",
    "form fields, Moodle would cut them at",
    "no error code",
    "is not among the functions that only read",
    "stamina returns or raises",
    "the run was planned",
)


def pieces() -> Iterator[tuple[str, str]]:
    """Where a worker's code has three words or more in a row, and these."""
    for package in WORKERS:
        for file in sorted((ROOT / package).rglob("*.py")):
            for line, text in _texts(ast.parse(file.read_text(encoding="utf-8"))):
                yield f"{file.relative_to(ROOT)}:{line}", text


def _texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    silent = {id(inner) for node in ast.walk(tree) if _is_silent(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            text = node.value.strip(" .,;:()")
            if len(re.findall(r"[A-Za-z']+", text)) > 2 and " " in text and not NOT_FOR_PEOPLE.search(text):
                yield node.lineno, text


def _is_silent(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Call) and ast.unparse(node.func).partition(".")[0] in SILENT


def test_what_a_worker_says_is_known_again() -> None:
    missing = [(place, text) for place, text in pieces() if not any(text in one for one in ENGLISH)]
    assert [one for one in missing if one[1] not in FOR_PROGRAMMERS] == [], "put the whole sentence into sayings.toml"


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != SOURCE])
@pytest.mark.parametrize("english", ENGLISH)
def test_a_sentence_with_its_values_is_said_in_the_reader_s_language(english: str, language: str) -> None:
    values = {name: f"⟨{name}⟩" for name in FIELD.findall(english)}
    with speaking(language):
        assert said(english.format(**values)) == ENGLISH[english][language].format(**values)


def test_every_saying_is_there_in_every_language() -> None:
    others = {language for language in LANGUAGES if language != SOURCE}
    assert [one for one, told in ENGLISH.items() if told.keys() != others] == []
    assert len(sayings()) == len(ENGLISH)


def test_a_foreign_system_s_own_words_stay_as_they_are() -> None:
    with speaking("nl"):
        assert said("invalidrecord: Can't find data record") == "invalidrecord: Can't find data record"
    assert not is_known("invalidrecord: Can't find data record")


def test_a_sentence_within_a_sentence_and_a_time_are_said_too() -> None:
    english = (
        "The source is left alone since 2026-11-29 20:03:00 UTC, after 5 runs in a row failed. The last one: "
        "The source at sis.example did not answer in time. Check its address, or wait and run again. "
        "It is tried again at 2026-11-29 20:08:00 UTC; run again then."
    )
    with speaking("nl"):
        told = said(english)
    assert told.startswith("De bron wordt sinds 29 nov 2026, 20:03:00 UTC met rust gelaten")
    assert "De bron op sis.example heeft niet op tijd geantwoord." in told
