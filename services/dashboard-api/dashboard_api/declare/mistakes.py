"""Mistakes in a declaration, each as one sentence that names the key and says what to do. Values are not repeated."""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dashboard_api.declare.kinds import SECRETS
from dashboard_api.declare.model import Role
from dashboard_api.declare.places import Place, place_of

SHAPES = {
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "string_pattern_mismatch": "must be lower-case letters, digits and hyphens",
    "string_type": "must be text",
    "model_type": "must have keys of its own below it",
    "model_attributes_type": "must have keys of its own below it",
    "dict_type": "must have keys of its own below it",
}
"""What a value must be, by pydantic's type of error."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Where the mistake is, and the sentence about it."""

    key: str
    sentence: str


class MistakenError(Exception):
    """A declaration that is well formed but does not fit what is there."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.sentence)
        self.mistake = mistake


def mistakes_in(error: ValidationError) -> list[Mistake]:
    """All mistakes, in the order of the declaration's keys."""
    return [_mistake(detail) for detail in error.errors(include_input=False, include_url=False)]


def _mistake(detail: ErrorDetails) -> Mistake:
    place = place_of(detail["loc"])
    return Mistake(place.key, _sentence(detail["type"], place, detail.get("ctx", {})))


def _sentence(type_: str, place: Place, ctx: dict[str, Any]) -> str:
    key = place.key
    match type_:
        case "missing":
            return _missing(place)
        case "union_tag_not_found":
            return f"{key}.{_plain(ctx['discriminator'])} is missing. It is one of {', '.join(place.choices)}."
        case "extra_forbidden":
            return _unknown(place)
        case "union_tag_invalid":
            return f"{key}.{_plain(ctx['discriminator'])} must be one of {', '.join(place.choices)}."
        case "literal_error" if place.of_key:
            return f"{key} is not a role that can be mapped; the roles are {', '.join(get_args(Role))}."
        case "literal_error":
            return f"{key} must be {_plain(ctx['expected'])}."
        case "value_error":
            text = str(ctx["error"])
            return f"{key} {text}." if key else f"{text}."
    return f"{key} {_shape(type_, key, ctx)}."


def _plain(quoted: str) -> str:
    return quoted.replace("'", "")


def _missing(place: Place) -> str:
    field = place.field()
    says = f" It is {field.description}." if field and field.description else ""
    return f"{place.key} is missing.{says}{_how_to_give(place.name)}"


def _how_to_give(name: str) -> str:
    if name not in SECRETS:
        return ""
    return f" In the district file, name an environment variable with {name}_env or a file with {name}_file."


def _unknown(place: Place) -> str:
    parent = place.parent()
    known = list(parent.model_fields) if parent else []
    close = get_close_matches(place.name, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"the keys here are {', '.join(known)}."
    return f"{place.key} is not a key that is known here; {hint}"


def _shape(type_: str, key: str, ctx: dict[str, Any]) -> str:
    match type_:
        case "string_too_long":
            return f"must not be longer than {ctx['max_length']} characters"
        case "greater_than_equal" | "less_than_equal":
            return f"must be {'at least' if 'ge' in ctx else 'at most'} {ctx.get('ge', ctx.get('le'))}"
        case "string_pattern_mismatch" if key == "district.locale":
            return "must be a language, such as en or nl"
    return SHAPES.get(type_, "has a value that cannot be used")
