"""Declaring a function's parameters, and checking a request against the declaration as Moodle does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from simulators.moodle.errors import invalid_parameter
from simulators.moodle.kinds import CHECKERS


class Presence(Enum):
    """Whether a key must be there; anything else in its place is the default value."""

    REQUIRED = "required"
    OPTIONAL = "optional"


REQUIRED = Presence.REQUIRED
OPTIONAL = Presence.OPTIONAL

_REFUSED = "Invalid parameter value detected"


@dataclass(frozen=True)
class Value:
    """One form field of a type named in `kinds.CHECKERS`."""

    kind: str
    default: Any = REQUIRED


@dataclass(frozen=True)
class One:
    """A structure with named keys; keys that it doesn't declare are refused."""

    fields: Mapping[str, "Spec"]
    default: Any = REQUIRED


@dataclass(frozen=True)
class Many:
    """A list of equal things. The indexes in the request may have holes and any order."""

    of: "Spec"
    default: Any = REQUIRED


Spec = Value | One | Many

NO_PARAMETERS = One({})


@dataclass
class BadParameterError(Exception):
    """What is wrong, from the inside out: each structure adds its key in front."""

    debuginfo: str
    keys: list[str] = field(default_factory=list)

    def text(self) -> str:
        """The explanation in Moodle's form: `users => <refused>: email => <refused>: <what>`."""
        return "".join(f"{key} => {_REFUSED}: " for key in reversed(self.keys)) + self.debuginfo


def check_parameters(spec: One, given: Mapping[str, Any]) -> dict[str, Any]:
    """The request's values, typed and with defaults; lists become lists. `invalidparameter` otherwise."""
    try:
        return _one(spec, given)
    except BadParameterError as bad:
        raise invalid_parameter(bad.text()) from bad


def _check(spec: Spec, given: Any) -> Any:
    if isinstance(spec, Value):
        return _value(spec, given)
    if isinstance(spec, One):
        return _one(spec, given)
    return _many(spec, given)


def _value(spec: Value, given: Any) -> Any:
    if not isinstance(given, str):
        raise BadParameterError("Scalar type expected, array or object received.")
    try:
        return CHECKERS[spec.kind](given)
    except ValueError:
        raise BadParameterError(
            f'Invalid external api parameter: the value is "{given}", the server was expecting "{spec.kind}" type'
        ) from None


def _one(spec: One, given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise BadParameterError(f"Only arrays accepted. The bad value is: '{given}'")
    checked: dict[str, Any] = {}
    for key, part in spec.fields.items():
        if key in given:
            checked[key] = _under(key, part, given[key])
        elif part.default is REQUIRED:
            raise BadParameterError(f"Missing required key in single structure: {key}")
        elif part.default is not OPTIONAL:
            checked[key] = part.default
    unexpected = [key for key in given if key not in spec.fields]
    if unexpected:
        keys = ", ".join(unexpected)
        raise BadParameterError(f"Unexpected keys ({keys}) detected in parameter array.")
    return checked


def _many(spec: Many, given: Any) -> list[Any]:
    if not isinstance(given, Mapping):
        raise BadParameterError(f"Only arrays accepted. The bad value is: '{given}'")
    return [_check(spec.of, element) for element in given.values()]


def _under(key: str, spec: Spec, given: Any) -> Any:
    try:
        return _check(spec, given)
    except BadParameterError as bad:
        bad.keys.append(key)
        raise
