"""When a plan must wait for a person: pure decisions from counts."""

from collections.abc import Sequence
from dataclasses import dataclass

from rules.policy import Limits


@dataclass(frozen=True, slots=True)
class Removals:
    """Of one kind of record: how many are in Moodle through us, how many would be taken, how many would be left."""

    entity: str
    there: int
    removed: int
    left: int


@dataclass(frozen=True, slots=True)
class Turnover:
    """Of one course: how many are in it, and how many of them would be taken."""

    course_key: str
    there: int
    removed: int


@dataclass(frozen=True, slots=True)
class Lost:
    """Of one field of a kind of record: how many there are, and how many would lose its value."""

    entity: str
    field: str
    there: int
    lost: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What a plan comes to, as far as guards look at it."""

    removals: Sequence[Removals] = ()
    turnovers: Sequence[Turnover] = ()
    lost: Sequence[Lost] = ()
    people: int = 0
    """People who have an account through us."""
    new_ids: int = 0
    """Of them, those who would lose it while somebody of the same name comes with another id."""


@dataclass(frozen=True, slots=True)
class Tripped:
    """A limit that is exceeded, as `common.events.TrippedGuard` tells it."""

    code: str
    entity: str
    count: int
    of: int
    limit: int
    subject: str = ""


SMALL_CLASS = 5
"""Below so many members a class may change altogether without anybody being asked."""


def tripped(figures: Figures, limits: Limits) -> list[Tripped]:
    """The limits that a plan exceeds. Where all endings of enrolments wait, no class is named beside them."""
    removals = [trip for removals in figures.removals for trip in _removals(removals, limits)]
    all_wait = any(trip.entity == "enrolment" for trip in removals)
    turnovers = [] if all_wait else [trip for turnover in figures.turnovers for trip in _turnover(turnover, limits)]
    lost = [trip for lost in figures.lost for trip in _lost(lost, limits)]
    return [*_new_ids(figures, limits), *removals, *turnovers, *lost]


def _new_ids(figures: Figures, limits: Limits) -> list[Tripped]:
    limit = figures.people * limits.ids_changed // 100
    if figures.new_ids <= limit:
        return []
    return [Tripped("IDENTITY_SHIFT", "user", figures.new_ids, figures.people, limit)]


def _removals(removals: Removals, limits: Limits) -> list[Tripped]:
    limit = limits.removals_of(removals.entity).of(removals.there)
    falls_to_zero = removals.removed > 0 and removals.left == 0
    if removals.removed <= limit and not falls_to_zero:
        return []
    limit = 0 if falls_to_zero else limit
    return [Tripped("CHANGE_THRESHOLD", removals.entity, removals.removed, removals.there, limit)]


def _turnover(turnover: Turnover, limits: Limits) -> list[Tripped]:
    limit = turnover.there * limits.class_turnover // 100
    if turnover.there < SMALL_CLASS or turnover.removed <= limit:
        return []
    return [Tripped("CLASS_TURNOVER", "enrolment", turnover.removed, turnover.there, limit, turnover.course_key)]


def _lost(lost: Lost, limits: Limits) -> list[Tripped]:
    limit = limits.removals.count if lost.there == 0 else max(5, lost.there * limits.values_lost // 100)
    if lost.lost <= limit:
        return []
    return [Tripped("VALUES_LOST", lost.entity, lost.lost, lost.there, limit, lost.field)]
