"""Names, logins and addresses for people; no two people get the same login."""

import re
import unicodedata
from collections import Counter
from functools import cache
from random import Random

from simulators.generate.names import FAMILY, GIVEN, LONG_FAMILY, PREFIXED_FAMILY, ROMANISED

OWN_LETTERS = str.maketrans({"ø": "o", "ł": "l", "ß": "ss", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})
FOREIGN = tuple(ROMANISED)


@cache
def plain(name: str) -> str:
    """Spell a name with a-z and 0-9 alone, as logins are spelt."""
    lowered = ROMANISED.get(name, name).casefold().translate(OWN_LETTERS)
    return re.sub("[^a-z0-9]", "", unicodedata.normalize("NFKD", lowered))


class Names:
    """Draws names from one random source and remembers the logins it has given."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._taken: Counter[str] = Counter()

    def given(self) -> str:
        """Draw a first name; one in forty is outside the Latin script."""
        return self._rng.choice(FOREIGN if self._rng.random() < 0.025 else GIVEN)

    def middle(self) -> str:
        """Draw a middle name, blank for most people."""
        return self._rng.choice(GIVEN) if self._rng.random() < 0.2 else ""

    def family(self) -> str:
        """Draw a family name: mostly a single one, sometimes double-barrelled, with particles or very long."""
        kind = self._rng.random()
        if kind < 0.05:
            return f"{self._rng.choice(FAMILY)}-{self._rng.choice(FAMILY)}"
        if kind < 0.08:
            return self._rng.choice(PREFIXED_FAMILY)
        return self._rng.choice(LONG_FAMILY if kind < 0.082 else FAMILY)

    def login(self, given: str, family: str) -> str:
        """Make a login from a name, with a number when the plain form is taken."""
        stem = f"{plain(given)}.{plain(family)}"
        self._taken[stem] += 1
        number = self._taken[stem]
        return stem if number == 1 else f"{stem}{number}"
