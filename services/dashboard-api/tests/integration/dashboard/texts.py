"""What a page says: its texts and the words on its controls, without code, quotations and what is marked as English."""

import re
from html.parser import HTMLParser

SPOKEN = ("aria-label", "title", "placeholder", "alt", "data-label", "content")
SILENT = ("script", "style", "code", "pre", "q", "textarea", "svg")
VOID = ("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr")
WORD = re.compile(r"[^\W\d_]{2,}")
ONLY_ENGLISH = re.compile(r"\b(the|which|with|from|this|that|have|your|been|were|and|not|its)\b", re.IGNORECASE)
"""Words that neither Dutch nor French has."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        silent = self._silent or tag in SILENT or told.get("lang") == "en"
        if not silent and tag != "meta":
            self.texts += [text for name in SPOKEN if (text := told.get(name))]
        if tag not in VOID:
            self._open.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)

    @property
    def _silent(self) -> bool:
        return bool(self._open) and self._open[-1][1]


def texts_of(page: str) -> set[str]:
    """Each text by itself, its spaces made single."""
    reader = _Reader()
    reader.feed(page)
    return {" ".join(text.split()) for text in reader.texts} - {""}


def english_left(page: str, in_english: str) -> set[str]:
    """Texts of more than three words that are the same on the English page, or have words that only English has."""
    same = {text for text in texts_of(page) & texts_of(in_english) if len(WORD.findall(text)) > 3}
    return same | {text for text in texts_of(page) if ONLY_ENGLISH.search(text)}
