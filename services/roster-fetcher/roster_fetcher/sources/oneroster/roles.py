"""OneRoster's roles, 1.1 and 1.2, in the roster model's words. Which of several roles counts for a school."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

from roster_fetcher.values import text

USER_ROLES = {
    "student": "student",
    "teacher": "teacher",
    "aide": "teacher",
    "proctor": "teacher",
    "administrator": "administrator",
    "counselor": "administrator",
    "districtadministrator": "administrator",
    "principal": "administrator",
    "siteadministrator": "administrator",
    "systemadministrator": "administrator",
    "guardian": "guardian",
    "parent": "guardian",
    "relative": "guardian",
}
"""By the case-folded word."""

ENROLMENT_ROLES = {"student": "student", "teacher": "teacher", "administrator": "", "proctor": "", "aide": ""}
"""By the case-folded word; blank: known, but no part in a class that we carry."""

RANK = ("teacher", "administrator", "student", "guardian")
"""Of several roles of the same standing at a school, the one that may do most in a class counts."""


class Held(NamedTuple):
    """A role that a user holds at an organisation. `word` is case-folded."""

    word: str
    org_key: str
    primary: bool


class Standing(NamedTuple):
    """What a user is at a school: one of our roles, blank if none is known. `belongs`: by a role, not by enrolment."""

    role: str
    belongs: bool


def standing(held: Sequence[Held], school_key: str, above: Collection[str]) -> Standing:
    """What somebody with these roles is at a school, with the organisations `above` it.

    Roles held at the school count, or else those of an administrator above it, or else, for somebody who may be
    enrolled there, all.
    """
    here = _at(held, (school_key,))
    if not here and any(USER_ROLES.get(role.word) == "administrator" for role in _at(held, above)):
        here = _at(held, above)
    return Standing(_weightiest(here or held), bool(here))


@lru_cache(maxsize=256)
def enrolment_role(word: object) -> str | None:
    """A part in a class, in our words: blank for one that we do not carry, None for an unknown one."""
    return ENROLMENT_ROLES.get(text(word).casefold())


def _weightiest(held: Sequence[Held]) -> str:
    """The role that counts: primary ones first, then by `RANK`; blank if none is known."""
    for primary in (True, False):
        known = {USER_ROLES.get(role.word, "") for role in held if role.primary is primary}
        for role in RANK:
            if role in known:
                return role
    return ""


def _at(held: Sequence[Held], org_keys: Collection[str]) -> list[Held]:
    return [role for role in held if role.org_key in org_keys]
