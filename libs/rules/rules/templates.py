"""Texts with the fields of a record in braces: `{given_name:.1}{family_name}`.

The spelling is that of Python's `str.format`: `{code:.8}` is the first eight characters of the code. Of several
templates the first is taken whose fields all have a value, so that `("{code}", "{title}")` means the code, or the title
where there is none.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from string import Formatter

LONGEST = 255
"""Characters that a template may come to with fields of one character."""
CUT = re.compile(r"(\.\d{1,3})?")
"""All that may stand behind a field's name: a width could fill the memory, and conversions are for programmers."""
SAYS = {
    "no_template": "is no template; fields stand in braces, such as {{username}} or {{given_name:.1}}",
    "unknown_field": "has the field {field}; the fields here are {allowed}",
    "too_long": "comes to more than {longest} characters",
}
"""What is wrong, as the predicate of a sentence."""


class UnusableTemplate(ValueError):  # noqa: N818 - the field's term
    """`what` is a key of `SAYS`; `field` the one that is not among those `allowed`. The dashboard has the sentences."""

    longest = LONGEST

    def __init__(self, what: str, field: str = "", allowed: Sequence[str] = ()) -> None:
        super().__init__(SAYS[what].format(field=field, allowed=", ".join(allowed), longest=LONGEST))
        self.what = what
        self.field = field
        self.allowed = allowed


def check(template: str, known: Iterable[str]) -> str:
    """The template as it is.

    Raises `UnusableTemplate` for braces that don't fit and for fields that a record does not have.
    """
    allowed = sorted(known)
    try:
        parsed = list(Formatter().parse(template))
    except ValueError:
        raise UnusableTemplate("no_template") from None
    fields = [(name, spec, conversion) for _, name, spec, conversion in parsed if name is not None]
    for name, spec, conversion in fields:
        if name not in allowed:
            raise UnusableTemplate("unknown_field", name or "{}", allowed)
        if conversion or not CUT.fullmatch(spec or ""):
            raise UnusableTemplate("no_template")
    if len(template.format_map(dict.fromkeys(allowed, "a"))) > LONGEST:
        raise UnusableTemplate("too_long")
    return template


def fields_of(template: str) -> list[str]:
    """The fields that a checked template has, in order."""
    return [name for _, name, _, _ in Formatter().parse(template) if name is not None]


class Chosen:
    """Templates of one value, ready for many records."""

    def __init__(self, templates: Sequence[str]) -> None:
        self._templates = [(template, fields_of(template)) for template in templates]

    def text(self, fields: Mapping[str, str]) -> str:
        """The value for a record; blank if no template has all its fields."""
        return next(self.texts(fields), "")

    def texts(self, fields: Mapping[str, str]) -> Iterator[str]:
        """The values of all templates that have all their fields, in order."""
        for template, needed in self._templates:
            if all(fields[name] for name in needed):
                yield template.format_map(fields).strip()
