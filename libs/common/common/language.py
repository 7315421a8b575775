"""Sentences in the language of whoever reads them: English, Dutch or French.

Sentences stand in the code in English; each package that speaks to people has its translations in
`locale/<language>.po` (the format of GNU gettext), which `make words` keeps in step with the code. Which language is
spoken is a matter of the running task (`speaking`), so that no function has to be told.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LANGUAGES = {"en": "English", "nl": "Nederlands", "fr": "Français"}
"""By code, each in its own words."""
SOURCE = "en"
LISTS = {"en": "en_GB"}
"""Whose lists are written: British English has no comma before the last `and`."""

_spoken: ContextVar[str] = ContextVar("language", default=SOURCE)


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Speak a locale's language (`nl-BE` → `nl`) while the context lasts; one that is not known counts as English."""
    language = locale.replace("_", "-").partition("-")[0].lower()
    token = _spoken.set(language if language in LANGUAGES else SOURCE)
    try:
        yield
    finally:
        _spoken.reset(token)


def speak(language: str) -> None:
    """Speak this language for the rest of the running task."""
    _spoken.set(language if language in LANGUAGES else SOURCE)


def spoken() -> str:
    """The language that is spoken now, a key of `LANGUAGES`."""
    return _spoken.get()


def listed(items: Iterable[str]) -> str:
    """a, b and c"""
    return format_list([*items], locale=LISTS.get(spoken(), spoken()))


def either(items: Iterable[str]) -> str:
    """a, b or c"""
    return format_list([*items], "or", locale=LISTS.get(spoken(), spoken()))


def mark(message: str) -> str:
    """The same sentence: says that it is translated where it is shown, for constants."""
    return message


class Translator:
    """The translations of one package."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def say(self, message: str, /, **values: object) -> str:
        """The sentence in the spoken language, its `{names}` replaced by the values."""
        text = _translations(self._folder, spoken()).gettext(message)
        return text.format(**values) if values else text

    def say_many(self, one: str, many: str, n: int, /, **values: object) -> str:
        """The sentence for this number, as the spoken language counts. `{n}` is to be given, as it shall be shown."""
        text = _translations(self._folder, spoken()).ngettext(one, many, n)
        return text.format(**values) if values else text


@cache
def _translations(folder: Path, language: str) -> NullTranslations:
    if language == SOURCE:
        return NullTranslations()
    with (folder / f"{language}.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)
