"""The `include` parameter: what can be nested in what, and what the school allows."""

from collections.abc import Collection, Iterable
from typing import TypeAlias

from simulators.wonde.refusals import Refusal

Tree: TypeAlias = dict[str, "Tree"]
"""Includes by name, each with those nested in it."""

PLAIN = ""
"""Where an include leads that nothing can be nested in."""

KNOWN = {
    "students": {
        "classes": "classes",
        "contacts": "contacts",
        "contact_details": PLAIN,
        "education_details": PLAIN,
        "extended_details": PLAIN,
        "year": PLAIN,
        "registration": PLAIN,
        "house": PLAIN,
        "groups": PLAIN,
        "campus": PLAIN,
    },
    "employees": {
        "classes": "classes",
        "contact_details": PLAIN,
        "employment_details": PLAIN,
        "extended_details": PLAIN,
        "roles": PLAIN,
    },
    "contacts": {"contact_details": PLAIN, "students": "students"},
    "classes": {"subject": "subjects", "students": "students", "employees": "employees", "lessons": "lessons"},
    "lessons": {"room": PLAIN, "period": PLAIN},
    "subjects": {},
}
"""Collection → name of an include → the collection it leads to."""


def parse_includes(text: str) -> Tree:
    """Read a comma list such as `classes,classes.employees`; what leads to a nested one need not be named itself."""
    tree: Tree = {}
    for path in filter(None, (part.strip() for part in text.split(","))):
        branch = tree
        for name in path.split("."):
            branch = branch.setdefault(name, {})
    return tree


def check_includes(
    tree: Tree, kind: str, *, revoked: Collection[str], refused: Collection[str], status: int, path: str = ""
) -> None:
    """Refuse the whole request if one include is unknown, lacks its permission, or is one that the system lacks.

    `revoked` are scopes, `refused` includes by name (`students`) or with their collection (`classes.students`).
    """
    for name, below in tree.items():
        target, here = KNOWN.get(kind, {}).get(name), f"{path}{name}"
        scope = target or name
        if target is None or scope in revoked or name in refused or f"{kind}.{name}" in refused:
            raise Refusal(status, "invalid_include", f"The include {here} is not valid or not permitted.")
        check_includes(below, target, revoked=revoked, refused=refused, status=status, path=f"{here}.")


def names(tree: Tree, path: str = "") -> Iterable[str]:
    """List all includes with their paths."""
    for name, below in tree.items():
        yield f"{path}{name}"
        yield from names(below, f"{path}{name}.")
