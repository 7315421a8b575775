"""What a value must be, as a sentence: by pydantic's type of error, by pattern, and for templates."""

from common.language import mark
from dashboard_api.declare.values import ID_PATTERN, LOCALE_PATTERN

EMPTY = mark("{key} must not be empty.")
WHOLE = mark("{key} must be a whole number.")
NUMBER = mark("{key} must be a number.")
TRUTH = mark("{key} must be true or false.")
LIST = mark("{key} must be a list.")
TEXT = mark("{key} must be text.")
BELOW = mark("{key} must have keys of its own below it.")
LONG = mark("{key} must not be longer than {most} characters.")
MANY = mark("{key} must not have more than {most} entries.")
DATE = mark("{key} must be a date such as 2026-11-29.")
TIME = mark("{key} must be a time of day such as 20:00.")
MOMENT = mark("{key} must be a date and time with its zone, such as 2026-11-29T20:00:00Z.")
UUID = mark("{key} must be an id such as 6f1c1a52-0d0e-4c5f-9a53-6f0d3f1c2b7a.")
JSON = mark("{key} is not proper JSON.")
AT_LEAST = mark("{key} must be at least {least}.")
AT_MOST = mark("{key} must be at most {most}.")
FORM = mark("{key} does not have the form that is described for it.")
UNUSABLE = mark("{key} has a value that cannot be used.")

SHAPES = {
    **dict.fromkeys(("string_too_short", "too_short"), EMPTY),
    **dict.fromkeys(("int_parsing", "int_type", "int_from_float", "int_parsing_size"), WHOLE),
    **dict.fromkeys(("float_parsing", "float_type", "decimal_parsing", "decimal_type"), NUMBER),
    **dict.fromkeys(("bool_parsing", "bool_type"), TRUTH),
    **dict.fromkeys(("tuple_type", "list_type", "set_type", "frozen_set_type"), LIST),
    **dict.fromkeys(("string_type", "string_sub_type", "string_unicode"), TEXT),
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type", "mapping_type"), BELOW),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), DATE),
    **dict.fromkeys(("time_type", "time_parsing"), TIME),
    **dict.fromkeys(
        ("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "datetime_object_invalid"), MOMENT
    ),
    **dict.fromkeys(("timezone_aware",), MOMENT),
    **dict.fromkeys(("uuid_type", "uuid_parsing"), UUID),
    "json_invalid": JSON,
    "string_too_long": LONG,
    "too_long": MANY,
    "string_pattern_mismatch": FORM,
}
PATTERNS = {
    ID_PATTERN: mark("{key} must be lower-case letters, digits and hyphens."),
    LOCALE_PATTERN: mark("{key} must be a language, such as en or nl."),
}
TOO_SHORT = {
    "string_too_short": mark("{key} must have at least {least} characters."),
    "too_short": mark("{key} must have at least {least} entries."),
}
WRONG_TEMPLATE = {
    "no_template": mark("{key} is no template; fields stand in braces, such as {{username}} or {{given_name:.1}}."),
    "unknown_field": mark("{key} has the field {field}; the fields here are {fields}."),
    "too_long": mark("{key} comes to more than {longest} characters."),
}
"""By what is wrong with a template (`rules.templates`)."""
