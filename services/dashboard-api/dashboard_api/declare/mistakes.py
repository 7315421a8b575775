"""Mistakes in a declaration, each as one sentence that names the key and says what to do. Values are not repeated."""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from dashboard_api.declare.model import Declaration, OneRosterCsvSource, OneRosterSource

SECRETS = ("client_id", "client_secret", "token")
KINDS: dict[str, type[BaseModel]] = {"oneroster": OneRosterSource, "oneroster-csv": OneRosterCsvSource}


@dataclass(frozen=True, slots=True)
class Mistake:
    """Where the mistake is, and the sentence about it."""

    key: str
    sentence: str


def mistakes_in(error: ValidationError) -> list[Mistake]:
    """All mistakes, in the order of the declaration's keys."""
    return [_mistake(detail) for detail in error.errors(include_input=False, include_url=False)]


def _mistake(detail: ErrorDetails) -> Mistake:
    tagged = detail["loc"]
    loc = tuple(part for part in tagged if part not in KINDS and part != "[key]")
    key = _key(loc)
    return Mistake(key, _sentence(detail["type"], key, tagged, detail))


def _key(loc: tuple[int | str, ...]) -> str:
    """`schools[1].nightly` for `("schools", 0, "nightly")`: people count from one."""
    key = ""
    for part in loc:
        key += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if key else str(part)
    return key


def _sentence(type_: str, key: str, loc: tuple[int | str, ...], detail: ErrorDetails) -> str:
    ctx = detail.get("ctx", {})
    match type_:
        case "missing":
            return _missing(key, loc)
        case "union_tag_not_found":
            return f"{key}.kind is missing. It is one of {', '.join(KINDS)}."
        case "extra_forbidden":
            return _unknown(key, loc)
        case "union_tag_invalid":
            return f"{key}.kind must be one of {', '.join(KINDS)}."
        case "literal_error" if loc[-1] == "[key]":
            return f"{key} is not a role that can be mapped; the roles are student and teacher."
        case "literal_error":
            return f"{key} must be {ctx['expected'].replace(chr(39), '')}."
        case "value_error":
            text = str(ctx["error"])
            return f"{key} {text}." if key else f"{text}."
    return f"{key} {_shape(type_, key, ctx)}."


def _missing(key: str, loc: tuple[int | str, ...]) -> str:
    field = _field(loc)
    says = f" It is {field.description}." if field and field.description else ""
    return f"{key} is missing.{says}{_how_to_give(key)}"


def _how_to_give(key: str) -> str:
    name = key.rpartition(".")[2]
    if name not in SECRETS:
        return ""
    return f" In the district file, name an environment variable with {name}_env or a file with {name}_file."


def _unknown(key: str, loc: tuple[int | str, ...]) -> str:
    parent = _model(loc[:-1])
    known = list(parent.model_fields) if parent else []
    close = get_close_matches(str(loc[-1]), known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"the keys here are {', '.join(known)}."
    return f"{key} is not a key that is known here; {hint}"


def _shape(type_: str, key: str, ctx: dict[str, Any]) -> str:
    match type_:
        case "string_too_short" | "too_short":
            return "must not be empty"
        case "string_too_long":
            return f"must not be longer than {ctx['max_length']} characters"
        case "greater_than_equal" | "less_than_equal":
            return f"must be {'at least' if 'ge' in ctx else 'at most'} {ctx.get('ge', ctx.get('le'))}"
        case "int_parsing" | "int_type" | "int_from_float":
            return "must be a whole number"
        case "string_pattern_mismatch" if key == "district.locale":
            return "must be a language, such as en or nl"
        case "string_pattern_mismatch":
            return "must be lower-case letters, digits and hyphens"
        case "string_type":
            return "must be text"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "must have keys of its own below it"
    return "has a value that cannot be used"


def _field(loc: tuple[int | str, ...]) -> FieldInfo | None:
    parent = _model(loc[:-1])
    return parent.model_fields.get(str(loc[-1])) if parent else None


def _model(loc: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The model that a place lies in: the declaration, one of its parts, or a kind of source."""
    if not loc:
        return Declaration
    if loc[-1] in KINDS:
        return KINDS[str(loc[-1])]
    annotation = Declaration.model_fields[str(loc[0])].annotation if loc[0] in Declaration.model_fields else None
    candidates = (annotation, *_inside(annotation))
    models = [c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)]
    return models[0] if models else None


def _inside(annotation: object) -> list[object]:
    return [inner for arg in get_args(annotation) for inner in (arg, *_inside(arg))]
