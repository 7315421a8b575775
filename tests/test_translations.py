"""Every sentence that people can read is there in every language, with the same values in it."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from common.language import LANGUAGES, SOURCE

ROOT = Path(__file__).parents[1]
PACKAGES = ("services/dashboard-api/dashboard_api", "services/notifier/notifier")
KEYWORDS = {"_": None, "plural": (1, 2), "mark": None}
OTHERS = [language for language in LANGUAGES if language != SOURCE]
Forms = str | tuple[str, ...] | list[str] | None
FIELD = re.compile(r"\{(\w+)\}")


@cache
def sentences(package: str) -> frozenset[str | tuple[str, ...]]:
    """What the code says: a sentence, or a pair for one and for many."""
    folder = ROOT / package
    with (folder / "locale" / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = extract_from_dir(folder, methods, options, keywords=KEYWORDS)
    return frozenset(message if isinstance(message, str) else tuple(message) for _, _, message, _, _ in found)


@cache
def catalog(package: str, language: str) -> Catalog:
    with (ROOT / package / "locale" / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_is_left_untranslated(package: str, language: str) -> None:
    translated = {m.id: m.string for m in catalog(package, language) if m.id}
    missing = [one for one in sentences(package) if not _filled(translated.get(one, ""))]
    assert sorted(map(str, missing)) == [], "`make words`, then fill these in locale/"


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_is_translated_that_is_no_longer_said(package: str, language: str) -> None:
    translated = {m.id for m in catalog(package, language) if m.id}
    assert sorted(map(str, translated - sentences(package))) == [], "`make words` takes them out"


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("package", PACKAGES)
def test_a_translation_has_the_values_of_its_sentence(package: str, language: str) -> None:
    wrong = [
        m.id for m in catalog(package, language) if m.id and _filled(m.string) and not _same_values(m.id, m.string)
    ]
    assert wrong == []


def _filled(text: Forms) -> bool:
    return all(_forms(text))


def _same_values(one: Forms, other: Forms) -> bool:
    return _values(one) == _values(other)


def _values(text: Forms) -> set[str]:
    """Of all forms together: the one for a single thing may leave out its number."""
    return {value for form in _forms(text) for value in FIELD.findall(form)}


def _forms(text: Forms) -> list[str]:
    return [text or ""] if text is None or isinstance(text, str) else list(text)
