"""Changing parts of something declared, by RFC 7396: what is named is replaced, null takes it out. Pure."""

from collections.abc import Mapping
from typing import Any


def merged(present: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """`present` with the patch applied, at any depth. Lists are replaced whole."""
    result = dict(present)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping):
            below = result.get(key)
            result[key] = merged(below if isinstance(below, Mapping) else {}, value)
        else:
            result[key] = value
    return result
