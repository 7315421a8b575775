"""The question before schools that have a Moodle are set up for another one."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard_api.language import _, plural
from dashboard_api.pages.confirming import Question
from dashboard_api.words.amounts import number

SHOWN = 5
"""So many schools are named."""


def move_one(school: Mapping[str, Any], moodle: str, fields: Sequence[tuple[str, str]]) -> Question:
    """Of the settings of one school, to the site of this name; `fields` are those of its form."""
    back = f"/schools/{school['id']}/settings"
    return Question(
        title=_("Move {school} to {moodle}?", school=school["name"], moodle=moodle),
        sentences=[
            _("Its next sync makes courses and accounts in {moodle}. A preview shows them first.", moodle=moodle),
            _("What it has in {moodle} stays there as it is; nobody is removed.", moodle=school["target"]),
        ],
        action=f"{back}/place",
        button=_("Move this school"),
        back=back,
        fields=[*fields, ("confirm", "1")],
    )


def move_many(names: Sequence[str], n: int, moodle: str, address: str, fields: Sequence[tuple[str, str]]) -> Question:
    """`names` are those that have another Moodle, among `n` that are to be set up for the one called `moodle`."""
    moved = len(names)
    return Question(
        title=plural(
            "Move {n} school to {moodle}?", "Move {n} schools to {moodle}?", moved, n=number(moved), moodle=moodle
        ),
        sentences=[
            _("Their next syncs make courses and accounts in {moodle}. A preview shows them first.", moodle=moodle),
            _("What they have in Moodle stays there as it is; nobody is removed."),
        ],
        points=names if moved <= SHOWN else (),
        action=address,
        button=plural(
            "Set up {n} school for {moodle}", "Set up {n} schools for {moodle}", n, n=number(n), moodle=moodle
        ),
        back=address,
        fields=[*fields, ("confirmed", "1")],
    )
