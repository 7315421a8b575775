"""OneRoster's filter: `field op 'value'`, at most two of them joined by AND or OR."""

import operator
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from msgspec import Struct

from simulators.oneroster.refusals import Refusal
from simulators.oneroster.shape import Shape

_CONDITION = r"([\w.]+)\s*(!=|>=|<=|[=<>~])\s*'(.*?)'"
_FILTER = re.compile(rf"\s*{_CONDITION}(?:\s+(AND|OR)\s+{_CONDITION})?\s*", re.IGNORECASE | re.DOTALL)
_CONDITION_WITHIN = re.compile(r"'\s+\w+\s+[\w.]+\s*[!<>=~]")

MOMENTS = {"dateLastModified"}
"""Fields that are compared as points in time, however they are written."""

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "~": operator.contains,
}


class Condition(Struct, frozen=True):
    """One comparison; `field` may go on into an object, such as `school.sourcedId`."""

    field: str
    comparison: str
    value: str


class Filter(Struct, frozen=True):
    """One condition, or two of which both (AND) or either (OR) must hold."""

    conditions: tuple[Condition, ...]
    both: bool = True

    def keeps(self, record: Any, collection: str, shape: Shape) -> bool:
        """Tell whether a record passes. A field that it lacks passes no condition, not even `!=`."""
        results = (_holds(condition, record, collection, shape) for condition in self.conditions)
        return all(results) if self.both else any(results)


def parse_filter(text: str, collection: str, shape: Shape) -> Filter:
    """Read a filter. Refuses with 400 what cannot be read and fields that the objects do not have."""
    match = _FILTER.fullmatch(text)
    if match is None or any(_CONDITION_WITHIN.search(match[group] or "") for group in (3, 7)):
        raise Refusal(400, "invaliddata", f"The filter cannot be read: {text}")
    found = [Condition(match[1], match[2], match[3])]
    if match[4]:
        found.append(Condition(match[5], match[6], match[7]))
    for condition in found:
        _check(condition, collection, shape)
    return Filter(tuple(found), both=(match[4] or "AND").upper() == "AND")


def _check(condition: Condition, collection: str, shape: Shape) -> None:
    if condition.field.partition(".")[0] not in shape.fields(collection):
        raise Refusal(400, "invalid_filter_field", f"There is no field {condition.field} to filter by.")
    if condition.field in MOMENTS and _moment(condition.value) is None:
        raise Refusal(400, "invaliddata", f"This is no date: {condition.value}")


def _holds(condition: Condition, record: Any, collection: str, shape: Shape) -> bool:
    values = field_values(record, condition.field, collection, shape)
    compare = COMPARE[condition.comparison]
    if condition.field in MOMENTS:
        wanted, moments = _moment(condition.value), (_moment(value) for value in values)
        return any(moment is not None and compare(moment, wanted) for moment in moments)
    return any(compare(value, condition.value) for value in values)


def field_values(record: Any, field: str, collection: str, shape: Shape) -> list[str]:
    """Find a field's values in a record as texts: none, one, or those of a list."""
    name, _, rest = field.partition(".")
    value = shape.fields(collection)[name](record, shape)
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in _dig(value, rest)]


def _dig(value: Any, path: str) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, list | tuple):
        return [found for one in value for found in _dig(one, path)]
    if not path:
        return [value]
    name, _, rest = path.partition(".")
    return _dig(value.get(name), rest) if isinstance(value, dict) else []


@lru_cache(maxsize=100_000)
def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
