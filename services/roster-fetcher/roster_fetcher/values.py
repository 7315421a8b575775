"""Single values of a roster, brought into one form: pure functions on what sources write."""

import re
import unicodedata
from datetime import date, timedelta

LOOKS_LIKE_EMAIL = re.compile(r"[^\s@,;<>]+@[^\s@,;<>.]+(\.[^\s@,;<>.]+)+")
GONE = frozenset({"tobedeleted", "inactive"})
"""The statuses that say that a record is no longer needed; `inactive` is the older word (OneRoster 1.0)."""
KNOWN_STATUSES = frozenset({"", "active"})
TRUE = frozenset({"true", "1", "yes"})
FALSE = frozenset({"false", "0", "no"})


def text(value: object) -> str:
    """Trimmed and NFC-normalised; blank for null. Numbers and booleans as JSON writes them.

    NUL is left out, since PostgreSQL has no place for it.
    """
    if type(value) is not str:
        if value is None:
            return ""
        value = str(value).lower() if isinstance(value, bool) else str(value)
    value = value.strip()
    if value.isascii() and "\0" not in value:
        return value
    return unicodedata.normalize("NFC", value.replace("\0", ""))


def texts(value: object) -> tuple[str, ...]:
    """A list of texts without blanks; a text counts as the standard's comma-separated list."""
    if not value:
        return ()
    parts = value if isinstance(value, list) else str(value).split(",")
    return tuple([cleaned for part in parts if (cleaned := text(part))])


def truth(value: object, default: bool) -> bool:
    """A boolean, be it real or in words; `default` for what is neither true nor false."""
    if value is True or value == "true":
        return True
    word = text(value).casefold()
    return word in TRUE if word in TRUE or word in FALSE else default


def email(value: str) -> str | None:
    """The address, or None if it is none."""
    return value if LOOKS_LIKE_EMAIL.fullmatch(value) else None


def day(value: str) -> date | None:
    """The calendar day that a date or time names where it was written, whatever its offset; None if unreadable."""
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def day_after(day: date) -> date | None:
    """The next day; None after the last one that there is, 9999-12-31."""
    return None if day == date.max else day + timedelta(days=1)
