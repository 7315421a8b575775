"""Grades as sources write them, in one spelling: the codes that OneRoster takes from CEDS (`KG`, `01` … `13`)."""

from functools import lru_cache

CODES = ("IT", "PR", "PK", "TK", "KG", *(f"{n:02}" for n in range(1, 14)), "PS", "UG", "OTHER")

_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh",
    "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth",
)  # fmt: skip

_WORDS = {
    "infanttoddler": "IT",
    "infant/toddler": "IT",
    "preschool": "PR",
    "prekindergarten": "PK",
    "pre-kindergarten": "PK",
    "transitionalkindergarten": "TK",
    "transitional kindergarten": "TK",
    "k": "KG",
    "kindergarten": "KG",
    "postsecondary": "PS",
    "postgraduate": "PS",
    "ungraded": "UG",
}

_KNOWN = (
    {code.casefold(): code for code in CODES}
    | {str(n): f"{n:02}" for n in range(1, 14)}
    | {word: f"{n:02}" for n, word in enumerate(_ORDINALS, 1)}
    | _WORDS
)


@lru_cache(maxsize=256)
def grade(value: str) -> str | None:
    """The code of a grade such as `8`, `08`, `Grade 8`, `8th grade`, `Eighth grade` or `k`; None if it is unknown."""
    word = value.casefold()
    if found := _KNOWN.get(word):
        return found
    word = word.removeprefix("grade ").removesuffix(" grade").strip()
    if word[:-2].isdigit() and word[-2:] in ("st", "nd", "rd", "th"):
        word = word[:-2]
    return _KNOWN.get(word)
