"""The error catalogue: every code that a run or a record may be told with, in words for people.

The words stand in `catalogue.toml`, all languages of a code together. docs/errors.md is made from it (`make docs`).
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the command line speaks of errors too, and shall not wait for the event models
    from common.event_model import Severity

LANGUAGES = ("en", "nl", "fr")
"""The first is spoken where a locale's own language is none of them."""


class Who(StrEnum):
    """Who can do something about an error."""

    SOURCE = "source"
    DISTRICT = "district"
    MOODLE = "moodle"
    ROSTERBUS = "rosterbus"


@dataclass(frozen=True, slots=True)
class Words:
    """A code in one language. `cause` and `remedy` are sentences; `title` and `who` have no full stop."""

    language: str
    """Which language that is: a page says so in `lang`."""
    title: str
    cause: str
    remedy: str
    who: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A code. `severity` is the usual one; a finding has its own, where more came of it than usual.

    `passes`: trouble of this kind passes, so that a run that failed with it is tried again by itself.
    """

    code: str
    severity: "Severity"
    who: Who
    in_language: Mapping[str, Words]
    passes: bool = False

    def words(self, locale: str | None = None) -> Words:
        """The words in a locale's language (`nl-BE` → `nl`), or in English."""
        language = (locale or "").replace("_", "-").partition("-")[0].lower()
        return self.in_language.get(language, self.in_language[LANGUAGES[0]])


class _Catalogue(Mapping[str, Entry]):
    """The entries by code, read at first use."""

    def __getitem__(self, code: str) -> Entry:
        return _entries()[code]

    def __iter__(self) -> Iterator[str]:
        return iter(_entries())

    def __len__(self) -> int:
        return len(_entries())


CATALOGUE: Mapping[str, Entry] = _Catalogue()


def entry_of(code: str) -> Entry:
    """The entry of a code; for one that is of another version, an entry that says so."""
    return CATALOGUE.get(code) or replace(_entry("", _file()["unknown"]), code=code)


@cache
def _entries() -> dict[str, Entry]:
    return {code: _entry(code, told) for code, told in _file()["codes"].items()}


def _entry(code: str, told: dict[str, Any]) -> Entry:
    words = {language: _words(told, language) for language in LANGUAGES}
    return Entry(code, told["severity"], Who(told["who"]), words, told.get("passes", False))


def _words(told: dict[str, Any], language: str) -> Words:
    return Words(
        language=language,
        title=told["title"][language],
        cause=told["cause"][language],
        remedy=told["remedy"][language],
        who=_file()["who"][told["who"]][language],
    )


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(files("common").joinpath("catalogue.toml").read_text(encoding="utf-8"))
