"""Moodle's form encoding: nested values become fields named `users[0][username]`.

PHP cuts a form silently after `max_input_vars` fields (1,000 by default), so requests are counted before they are sent.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

Value = str | int | bool | Sequence["Value"] | Mapping[str, "Value"]
Params = Mapping[str, Value]
T = TypeVar("T")

FIXED_FIELDS = 3
"""wstoken, wsfunction, moodlewsrestformat: in every request."""


def flatten(params: Params) -> dict[str, str]:
    """The form fields of a call's parameters, in order. Booleans become 1 and 0."""
    return {name: value for key, nested in params.items() for name, value in _fields(key, nested)}


def count_records(params: Params) -> int:
    """How many records a call is about: as many as its longest list has, or one."""
    return max((len(v) for v in params.values() if isinstance(v, Sequence) and not isinstance(v, str)), default=1)


def batch_size(fields_each: int, *, most_fields: int, most_items: int) -> int:
    """How many items of so many fields each one request can carry; at least one."""
    return max(1, min(most_items, (most_fields - 1 - FIXED_FIELDS) // fields_each))


def batches(items: Iterable[T], fields_each: int, *, most_fields: int, most_items: int) -> Iterator[list[T]]:
    """Cut `items` into batches of at most `most_items` that, with `fields_each`, stay below `most_fields` fields."""
    size = batch_size(fields_each, most_fields=most_fields, most_items=most_items)
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _fields(name: str, value: Value) -> Iterator[tuple[str, str]]:
    if isinstance(value, bool):
        yield name, "1" if value else "0"
    elif isinstance(value, str | int):
        yield name, str(value)
    elif isinstance(value, Mapping):
        for key, nested in value.items():
            yield from _fields(f"{name}[{key}]", nested)
    else:
        for index, nested in enumerate(value):
            yield from _fields(f"{name}[{index}]", nested)
