"""How many calls at once a site bears: half as many when it has trouble, one more after a while without (AIMD).

Trouble is no usable answer, or answers that take markedly longer than they did: their mean time a record, newer ones
weighing more, is three times the least that it was since the number last changed. Twice as long would be no sign of
trouble, since two calls at once may make each take twice as long as one alone does; nor is anything that is still as
quick as a Moodle in good health.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

GOOD = 10
"""Answers without trouble after which one more call is tried."""
SLOWER = 3.0
WEIGHT = 0.3
"""Of the newest time in the mean."""
HEALTHY = 0.005
"""Seconds a record: what users and enrolments cost a Moodle 4.4 that has nothing else to do."""
LEAST_RECORDS = 10
CALL_ITSELF = 10
"""A call costs a Moodle as much as about so many records, whatever it carries; smaller ones say nothing."""


class Timed(NamedTuple):
    """A call that was answered."""

    function: str
    records: int
    seconds: float


class Pace(NamedTuple):
    """Seconds a record: the mean, and the least that it was."""

    mean: float
    least: float


class Load(NamedTuple):
    """What a row of `site` says of the calls in flight; `paces` by function."""

    in_flight: int
    good: int = 0
    changes: int = 0
    paces: Mapping[str, Pace] = MappingProxyType({})


def after_trouble(load: Load) -> Load:
    """Half as many calls, and at least one. What was learnt at the old number counts no more."""
    return Load(max(1, load.in_flight // 2), changes=load.changes + 1)


def after_answer(load: Load, most: int, timed: Sequence[Timed] = ()) -> Load:
    """One answer more, and the times of the calls that it took. Never more than `most` calls."""
    paces = dict(load.paces)
    for call in timed:
        if call.records < LEAST_RECORDS:
            continue
        pace = paces[call.function] = _with(paces.get(call.function), call)
        if pace.mean > SLOWER * max(pace.least, HEALTHY):
            return after_trouble(load)
    if load.in_flight >= most:
        return load._replace(good=0, paces=paces)
    if load.good + 1 < GOOD:
        return load._replace(good=load.good + 1, paces=paces)
    return Load(load.in_flight + 1, changes=load.changes + 1)


def _with(pace: Pace | None, call: Timed) -> Pace:
    seconds = call.seconds / (call.records + CALL_ITSELF)
    if pace is None:
        return Pace(seconds, seconds)
    mean = pace.mean + WEIGHT * (seconds - pace.mean)
    return Pace(mean, min(mean, pace.least))
