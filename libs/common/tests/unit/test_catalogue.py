"""The error catalogue has words for every code that a service tells, in every language."""

import ast
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import get_args

import pytest

from common.catalogue import CATALOGUE, LANGUAGES, Entry, Who, entry_of
from common.docs import CHECKOUT
from common.event_model import Severity

CODE = re.compile(r"[A-Z]{3,}(_[A-Z]+)+|INTERNAL")
NOT_CODES = re.compile(r"ROSTERBUS_.*")
"""Strings that look like codes: names of environment variables."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words_and_sentences_in_every_language(language: str) -> None:
    for code, entry in CATALOGUE.items():
        words = entry.words(language)
        assert words.language == language
        assert all(text and text == text.strip() for text in asdict(words).values()), code
        assert words.title[0].isupper() and not words.title.endswith("."), code
        for sentences in (words.cause, words.remedy):
            assert sentences[0].isupper() and sentences.endswith("."), (code, sentences)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_codes_have_the_same_title(language: str) -> None:
    titles = [entry.words(language).title for entry in CATALOGUE.values()]
    assert sorted(titles) == sorted(set(titles))


def test_no_sentence_was_left_in_another_language() -> None:
    for code, entry in CATALOGUE.items():
        for part in ("title", "cause", "remedy", "who"):
            texts = [asdict(entry.words(language))[part] for language in LANGUAGES]
            assert len(set(texts)) == len(LANGUAGES), (code, part)


def test_every_code_is_as_severe_as_events_know_it_and_somebody_can_act_on_it() -> None:
    severities = get_args(get_args(Severity)[0])
    assert {entry.severity for entry in CATALOGUE.values()} == set(severities)
    assert {entry.who for entry in CATALOGUE.values()} == set(Who)


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("nl", "nl"),
        ("nl-BE", "nl"),
        ("fr_FR", "fr"),
        ("FR", "fr"),
        ("en-GB", "en"),
        ("de", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_a_locale_is_spoken_to_in_its_language_or_in_english(locale: str | None, language: str) -> None:
    assert entry_of("AUTH_INVALID").words(locale).language == language


def test_a_code_of_another_version_has_words_too() -> None:
    entry = entry_of("NEW_CODE")
    assert (entry.code, entry.severity) == ("NEW_CODE", "error")
    assert entry.words("nl").title == "Een fout waarvoor deze versie geen woorden heeft"
    assert "NEW_CODE" not in CATALOGUE


def test_every_code_that_a_service_tells_is_in_the_catalogue() -> None:
    used = {(code, str(file.relative_to(CHECKOUT))) for file in production_files() for code in codes_in(file)}
    assert len(used) > 40
    assert {(code, file) for code, file in used if code not in CATALOGUE} == set()


@pytest.mark.parametrize(
    ("pattern", "severities"),
    [
        (r'(?:SourceTrouble|PassingTrouble)\(\s*"([A-Z_]+)"', {"critical"}),
        (r'Permanent\([^()]*code="([A-Z_]+)"', {"critical"}),
        (r'notes\.add\(\s*"([A-Z_]+)"', {"error", "warning"}),
        (r'Outcome\(\s*"failed"[^()]*"([A-Z]+_[A-Z_]+)"', {"error"}),
        (r'Outcome\(\s*"skipped"[^()]*"([A-Z]+_[A-Z_]+)"', {"error", "warning"}),
    ],
)
def test_a_code_is_told_where_its_severity_fits(pattern: str, severities: set[str]) -> None:
    """What ends a run is critical; what is noted of a record is not; what Moodle refuses is an error."""
    found = {code for file in production_files() for code in re.findall(pattern, file.read_text())}
    assert found, "the pattern fits nothing any more"
    assert {code: CATALOGUE[code].severity for code in found if CATALOGUE[code].severity not in severities} == {}


def test_the_page_has_every_code_once_and_under_its_severity() -> None:
    page = (CHECKOUT / "docs" / "errors.md").read_text()
    for code, entry in CATALOGUE.items():
        assert page.count(f"\n### {code}\n") == 1
        assert f"\n### {code}\n" in section_of(page, entry)


def section_of(page: str, entry: Entry) -> str:
    return page.partition(f"\n## {entry.severity.capitalize()}\n")[2].partition("\n## ")[0]


def production_files() -> list[Path]:
    """Python files of common and of the services, without tests and what is for tests only."""
    folders = [CHECKOUT / "libs" / "common", *(CHECKOUT / "services").iterdir()]
    return [file for folder in folders for file in folder.rglob("*.py") if not {"tests", "testing"} & set(file.parts)]


def codes_in(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.Constant(value=str(text)) if CODE.fullmatch(text) and not NOT_CODES.fullmatch(text):
                yield text
