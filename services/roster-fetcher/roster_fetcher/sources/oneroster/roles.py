"""OneRoster's roles, 1.1 and 1.2, in the roster model's words. Which of several roles counts for a school."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

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


def weightiest(held: Sequence[Held]) -> str:
    """The role that counts, in our words: primary ones first, then by `RANK`; blank if none is known."""
    for primary in (True, False):
        known = {USER_ROLES.get(role.word, "") for role in held if role.primary is primary}
        for role in RANK:
            if role in known:
                return role
    return ""


def at(held: Sequence[Held], org_keys: Collection[str]) -> list[Held]:
    """Those of the roles that are held at one of these organisations."""
    return [role for role in held if role.org_key in org_keys]


def administers(held: Sequence[Held], org_keys: Collection[str]) -> bool:
    """Whether the user is an administrator at one of these organisations."""
    return any(USER_ROLES.get(role.word) == "administrator" for role in at(held, org_keys))
