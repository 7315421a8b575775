"""Mistakes in a declaration, each as one sentence that names the key and says what to do. Values are not repeated."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from common.language import either, listed, mark
from dashboard_api.declare.kinds import SECRETS
from dashboard_api.declare.model import Role
from dashboard_api.declare.places import Place, place_of
from dashboard_api.declare.shapes import AT_LEAST, AT_MOST, PATTERNS, SHAPES, TOO_SHORT, UNUSABLE, WRONG_TEMPLATE
from dashboard_api.declare.unfit import Unfit
from dashboard_api.language import _
from rules.templates import UnusableTemplate

QUOTED = re.compile(r"'([^']*)'")


@dataclass(frozen=True, slots=True)
class Mistake:
    """Where the mistake is, and the sentence about it: marked, with `{key}`, `values`, and other `keys` by name."""

    key: str
    message: str
    values: Mapping[str, object] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The sentence for whoever writes keys: in a file, or to the API."""
        return self.about(str)

    def about(self, name: Callable[[str], str]) -> str:
        """The sentence with each key as `name` calls it: a page has labels."""
        others = {word: name(key) for word, key in self.keys.items()}
        return _(self.message, **{"key": name(self.key), **others, **self.values})


class MistakenError(Exception):
    """A declaration that is well formed but does not fit what is there."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.sentence)
        self.mistake = mistake


def mistakes_in(error: ValidationError) -> list[Mistake]:
    """All mistakes, in the order of the declaration's keys."""
    return [_mistake(detail) for detail in error.errors(include_input=False, include_url=False)]


def mistake_of_request(detail: Mapping[str, Any]) -> Mistake:
    """A mistake in a parameter or body that is no declaration, as FastAPI found it; its key is where it stands."""
    key = ".".join(map(str, detail["loc"][1:])) or "body"
    return _of_type(detail["type"], key, detail.get("ctx") or {})


def _mistake(detail: ErrorDetails) -> Mistake:
    place, ctx = place_of(detail["loc"]), detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return _missing(place)
        case "extra_forbidden":
            return _unknown(place)
        case "union_tag_not_found":
            return Mistake(
                place.key,
                mark("{tag} is missing. It is {choices}."),
                {"choices": either(place.choices)},
                {"tag": f"{place.key}.{_tag(ctx)}"},
            )
        case "union_tag_invalid":
            key = {"tag": f"{place.key}.{_tag(ctx)}"}
            return Mistake(place.key, mark("{tag} must be {choices}."), {"choices": either(place.choices)}, key)
        case "literal_error" if place.of_key:
            message = mark("{key} is not a role that can be mapped; the roles are {roles}.")
            return Mistake(place.key, message, {"roles": listed(get_args(Role))})
    return _of_type(detail["type"], place.key, ctx)


def _of_type(type_: str, key: str, ctx: Mapping[str, Any]) -> Mistake:
    match type_, ctx:
        case "missing", _:
            return Mistake(key, mark("{key} is missing."))
        case "extra_forbidden", _:
            return Mistake(key, mark("{key} is not a key that is known here."))
        case (("literal_error" | "enum"), {"expected": expected}):
            choices = QUOTED.findall(expected) or [expected]
            return Mistake(key, mark("{key} must be {choices}."), {"choices": either(choices)})
        case "value_error", {"error": Unfit() as error}:
            return Mistake(key, error.message, error.values, error.keys)
        case "value_error", {"error": UnusableTemplate() as error}:
            values = {"longest": error.longest, "field": error.field, "fields": listed(error.allowed)}
            return Mistake(key, WRONG_TEMPLATE[error.what], values)
        case (("greater_than_equal" | "greater_than"), _):
            return Mistake(key, AT_LEAST, {"least": ctx["ge"] if "ge" in ctx else ctx["gt"] + 1})
        case (("less_than_equal" | "less_than"), _):
            return Mistake(key, AT_MOST, {"most": ctx["le"] if "le" in ctx else ctx["lt"] - 1})
        case (("string_too_short" | "too_short"), {"min_length": least}) if least > 1:
            return Mistake(key, TOO_SHORT[type_], {"least": least})
        case "string_pattern_mismatch", {"pattern": pattern} if pattern in PATTERNS:
            return Mistake(key, PATTERNS[pattern])
    return Mistake(key, SHAPES.get(type_, UNUSABLE), {"most": ctx.get("max_length", "")})


def _tag(ctx: Mapping[str, Any]) -> str:
    return str(ctx["discriminator"]).replace("'", "")


def _missing(place: Place) -> Mistake:
    described = place.field()
    if not described or not described.description:
        return Mistake(place.key, mark("{key} is missing."))
    what = _(described.description)
    if place.name not in SECRETS:
        return Mistake(place.key, mark("{key} is missing. It is {what}."), {"what": what})
    message = mark(
        "{key} is missing. It is {what}. In the district file, name an environment variable with {variable} or a file "
        "with {file}."
    )
    named = {"variable": f"{place.name}_env", "file": f"{place.name}_file"}
    return Mistake(place.key, message, {"what": what, **named})


def _unknown(place: Place) -> Mistake:
    parent = place.parent()
    known = list(parent.model_fields) if parent else []
    close = get_close_matches(place.name, known, n=1)
    if close:
        return Mistake(
            place.key, mark("{key} is not a key that is known here; did you mean {close}?"), {"close": close[0]}
        )
    message = mark("{key} is not a key that is known here; the keys here are {known}.")
    return Mistake(place.key, message, {"known": listed(known)})
