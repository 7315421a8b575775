"""What a page shows of the server beside its rows: where it strays from the standard. Pure.

A page that is the same as last time is not decoded, so its traits are kept with its digest.
"""

from collections.abc import Callable, Sequence
from enum import IntFlag

from roster_fetcher.ledger import Entry
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.guardians import agents, is_guardians_word
from roster_fetcher.sources.oneroster.people import role_words
from roster_fetcher.values import text


class Trait(IntFlag):
    """A trait of a page; together they fit into a byte. The last two are about who names whom as an agent."""

    NONE = 0
    UNDATED = 1
    FLAT = 2
    UNSORTED = 4
    SEVERAL_ROWS = 8
    WARNING = 16
    FAULT = 32
    STUDENTS_TELL = 64
    GUARDIANS_TELL = 128


QUIRKS = {
    Trait.UNDATED: "Users come without dateLastModified.",
    Trait.FLAT: "References are flat ids in place of objects.",
    Trait.UNSORTED: "Rows do not come in the order asked for.",
    Trait.SEVERAL_ROWS: "One person comes as several rows with the same identifier.",
    Trait.WARNING: "The source warns beside its rows.",
}
NOT_ANNOUNCED = "The number of rows is not announced (no X-Total-Count)."
FLAT_FIELDS = {
    "orgs": "parent_sourced_id",
    "academicSessions": "parent_sourced_id",
    "classes": "school_sourced_id",
    "enrollments": "class_sourced_id",
    "users": "org_sourced_ids",
}
ORDERS: tuple[Callable[[str], object], ...] = (
    lambda key: key,
    str.casefold,
    lambda key: (len(key), key),
    lambda key: [character for character in key.casefold() if character.isalnum()],
)
"""Ways in which a server may sort ids: by code, without case, as numbers, without signs."""


def traits_of(name: str, page: wire.Decoded) -> Trait:
    """The traits of a page of a collection."""
    rows = [row for row in page.rows if isinstance(row, wire.Known)]
    found = {"warning": Trait.WARNING, "error": Trait.FAULT}.get(page.severity, Trait.NONE)
    if name in FLAT_FIELDS and any(getattr(row, FLAT_FIELDS[name]) for row in rows):
        found |= Trait.FLAT
    if not in_order([text(row.sourced_id) for row in rows]):
        found |= Trait.UNSORTED
    users = [row for row in rows if isinstance(row, wire.User)]
    if any(not user.date_last_modified for user in users):
        found |= Trait.UNDATED
    if several_rows_of_one(users):
        found |= Trait.SEVERAL_ROWS
    words = {word for user in users if agents(user) for word in role_words(user)}
    if "student" in words:
        found |= Trait.STUDENTS_TELL
    if any(map(is_guardians_word, words)):
        found |= Trait.GUARDIANS_TELL
    return found


def in_order(keys: Sequence[str]) -> bool:
    """Whether ids ascend in any way that a server may sort by."""
    return any(_ascends(keys, order) for order in ORDERS)


def several_rows_of_one(users: Sequence[wire.User]) -> bool:
    """Whether two of these rows have other ids, but the same identifier and names."""
    ids: dict[tuple[wire.Text, ...], wire.Text] = {}
    people = ((user.identifier, user.given_name, user.family_name) for user in users)
    return any(
        person[0] and ids.setdefault(person, user.sourced_id) != user.sourced_id
        for person, user in zip(people, users, strict=True)
    )


def note(traits: Trait, entry: Entry) -> None:
    """Let the ledger tell what a page showed."""
    for trait, words in QUIRKS.items():
        if trait in traits:
            entry.quirk(words)
    if Trait.FAULT in traits:
        entry.miss("The source reports an error beside its rows, so that some may be missing.")


def cut(rows: int, asked: int) -> str:
    """The quirk of a server that gives fewer rows a page than it was asked for."""
    return f"Pages are cut to {rows} rows where {asked} were asked for."


def no_list_of_a_school(name: str) -> str:
    """The quirk of a server that gives a collection as a whole only."""
    return f"There is no list of a school's {name}."


def _ascends(keys: Sequence[str], order: Callable[[str], object]) -> bool:
    ordered = [order(key) for key in keys]
    return ordered == sorted(ordered)  # type: ignore[type-var]
