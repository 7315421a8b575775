"""What workers say of runs, checks and records, in the reader's language.

Workers write English; their sentences travel in events and stand in tables as they are. Where one is shown, it is known
again by its words (`sayings.toml`), its values are read out of it, and put into the reader's sentence. What is not
known again, such as a foreign system's own answer, stays as it is; `is_known` says so, and pages mark it as English.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

from babel.dates import format_datetime

from common.language import SOURCE, spoken

FIELD = re.compile(r"\{(\w+)\}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
"""As `moments.in_words` has them."""


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence: `landmark` is its longest piece between values, `others` the sentence by language."""

    pattern: re.Pattern[str]
    landmark: str
    others: Mapping[str, str]


def said(text: str) -> str:
    """The text in the spoken language, as far as it is known; values that are sayings themselves too."""
    if spoken() == SOURCE or not text:
        return text
    if MOMENT.fullmatch(text):
        moment = datetime.strptime(text, "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
        return f"{format_datetime(moment, 'd MMM y, HH:mm:ss', locale=spoken())} UTC"
    for saying in sayings():
        if saying.landmark in text and (found := saying.pattern.fullmatch(text)):
            return saying.others[spoken()].format(**{name: said(value) for name, value in found.groupdict().items()})
    return text


def is_known(text: str) -> bool:
    """Whether `said` has words for it in all languages."""
    return any(saying.landmark in text and saying.pattern.fullmatch(text) for saying in sayings())


@cache
def sayings() -> tuple[Saying, ...]:
    """All of them; those with the most words of their own come first."""
    told = tomllib.loads(files("common").joinpath("sayings.toml").read_text(encoding="utf-8"))
    ordered = sorted(told.items(), key=lambda one: -len(FIELD.sub("", one[0])))
    return tuple(Saying(_pattern(english), _landmark(english), others) for english, others in ordered)


def _pattern(english: str) -> re.Pattern[str]:
    pieces = FIELD.split(english)
    text = [f"(?P<{piece}>.+?)" if place % 2 else re.escape(piece) for place, piece in enumerate(pieces)]
    return re.compile("".join(text), re.DOTALL)


def _landmark(english: str) -> str:
    return max(FIELD.split(english)[::2], key=len)
