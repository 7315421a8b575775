"""Looks in Moodle for people and courses that it may have already."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from moodle_sync.matching import NOBODY, Account
from moodle_sync.moodle import wire
from moodle_sync.moodle.reading import MoodleReader
from rules.people import Fields

MOST = 500
"""Values a call: beyond that Moodle is no faster, and an answer gets large."""
ONE_BY_ONE = 10
"""Up to so many courses are looked for one by one; more by listing the categories that they belong in."""


async def accounts_like(moodle: MoodleReader, wanted: Sequence[Fields]) -> list[Account]:
    """Accounts that share an ID number, a user name or an address with one of these; each once.

    Moodle compares addresses with case here and without it elsewhere, so both spellings are asked for.
    """
    found: dict[int, Account] = {}
    for field in ("idnumber", "username", "email"):
        values = {str(fields[field]) for fields in wanted}
        if field == "email":
            values = {spelt for value in values if not value.endswith(NOBODY) for spelt in (value, value.lower())}
        async for account in accounts_by(moodle, field, sorted(values)):
            found[account.id] = account
    return list(found.values())


async def accounts_by(moodle: MoodleReader, field: str, values: Sequence[str | int]) -> AsyncIterator[Account]:
    """Accounts whose field has one of these values."""
    for part in wire.batches(values, 1, most_fields=moodle.most_values, most_items=MOST):
        for told in await moodle.call("core_user_get_users_by_field", {"field": field, "values": part}):
            yield account_of(told)


def account_of(told: dict[str, Any]) -> Account:
    """An account as `core_user_get_users_by_field` tells it: what the token may not see is missing there."""
    return Account(
        int(told["id"]),
        told.get("username", ""),
        told.get("firstname", ""),
        told.get("lastname", ""),
        told.get("email", ""),
        told.get("idnumber", ""),
        bool(told.get("suspended")),
    )


async def categories_like(moodle: MoodleReader, idnumber: str) -> list[dict[str, Any]]:
    """The category with this ID number and all below it; empty if there is none."""
    criteria = [{"key": "idnumber", "value": idnumber}]
    found: list[dict[str, Any]] = await moodle.call(
        "core_course_get_categories", {"criteria": criteria, "addsubcategories": True}
    )
    return found


async def courses_like(
    moodle: MoodleReader, idnumbers: Sequence[str], categories: Sequence[int]
) -> dict[str, dict[str, Any]]:
    """Courses with these ID numbers, by ID number, as far as a few calls find them.

    A few are looked for one by one; many by listing the categories in which they should stand. One that was moved
    elsewhere is found when its creation is refused.
    """
    if len(idnumbers) <= ONE_BY_ONE:
        questions = [("idnumber", idnumber) for idnumber in idnumbers]
    else:
        questions = [("category", str(category)) for category in categories]
    wanted = set(idnumbers)
    found: dict[str, dict[str, Any]] = {}
    for field, value in questions:
        answer = await moodle.call("core_course_get_courses_by_field", {"field": field, "value": value})
        found |= {course["idnumber"]: course for course in answer["courses"] if course["idnumber"] in wanted}
    return found
