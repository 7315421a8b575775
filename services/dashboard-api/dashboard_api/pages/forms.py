"""Forms of settings: fields as data, what was typed, mistakes beside it, and what somebody else changed meanwhile.

A form carries what it was filled with (`was`), so that one that is sent late is merged: what its sender changed is
kept, what others changed is shown as it is now, and nothing is written before it was seen.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from starlette.datastructures import FormData

from common.language import listed, mark
from dashboard_api.language import _
from dashboard_api.problems import Problem

Kind = Literal["text", "number", "address", "email", "secret", "choice", "flag", "many", "lines", "time", "date"]
FILL = mark("Fill this in.")
ADDRESS = mark("Write a web address that begins with https://, without user name and password.")
CHOOSE = mark("Choose one of those offered.")
SAYS: dict[str, str] = {
    "address": ADDRESS,
    "choice": CHOOSE,
    "many": CHOOSE,
    "email": mark("Write an e-mail address, such as office@school.example."),
    "time": mark("Write a time of day, such as 20:00."),
    "date": mark("Choose a date."),
}
"""What is said of a value that does not fit, by kind of field."""
OTHER = mark("This cannot be used. Look at the hint, then write it anew.")
Value = str | list[str]


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `label`, `hint` and the words of `choices` are marked; `least` and `most` are of numbers.

    `hinting` names a list of the page that suggests values; a secret's value is never shown again.
    """

    name: str
    label: str
    hint: str = ""
    kind: Kind = "text"
    optional: bool = False
    least: int = 0
    most: int = 1_000_000
    choices: Mapping[str, str] = field(default_factory=dict)
    hinting: str = ""
    wrong: str = ""
    """What is said of a value that does not fit, where its kind does not say enough."""


@dataclass
class Form:
    """Fields with what stands in them. `changed` has (label, value now) of what others changed meanwhile."""

    fields: Sequence[Field]
    typed: dict[str, Value]
    mistakes: dict[str, str] = field(default_factory=dict)
    trouble: str = ""
    changed: Sequence[tuple[str, str]] = ()
    was: str = ""

    @property
    def first_mistake(self) -> str:
        """The name of the field that has the focus; blank: none."""
        return next((one.name for one in self.fields if one.name in self.mistakes), "")

    @property
    def status(self) -> int:
        """Of the page that shows it."""
        return 422 if self.mistakes or self.trouble else 409 if self.changed else 200

    def text(self, name: str) -> str:
        """What was typed into a field of one value."""
        value = self.typed[name]
        return value if isinstance(value, str) else ""

    def lines(self, name: str) -> list[str]:
        """What was typed into a field of several values."""
        value = self.typed[name]
        return value if isinstance(value, list) else [one for line in value.splitlines() if (one := line.strip())]

    def number(self, name: str) -> int | None:
        """The number, or None if nothing was typed."""
        text = self.text(name)
        return int(text) if text else None

    def flag(self, name: str) -> bool:
        """Whether it is ticked."""
        return self.text(name) == "1"

    def blame(self, problem: Problem) -> None:
        """Put the mistakes of a 422 beside the fields that their keys name; raises any problem but 409 and 422."""
        if problem.status not in (409, 422):
            raise problem
        for mistake in problem.mistakes:
            found = self._named(mistake.key)
            if found:
                self.mistakes.setdefault(found.name, _(found.wrong) if found.wrong else mistake.about(self._name))
            else:
                self.trouble = mistake.about(self._name)
        if not problem.mistakes:
            self.trouble = problem.detail

    def _name(self, key: str) -> str:
        """What a key is called on the page; one that has no field here keeps its own name."""
        found = self._named(key)
        return _("“{label}”", label=_(found.label)) if found else key

    def _named(self, key: str) -> Field | None:
        """The field of a declaration's key: `source.sftp.host` is `sftp.host`, `policy.cohorts[1]` is `cohorts`."""
        below = (key.partition(".")[2] or key).partition("[")[0]
        return next((one for one in self.fields if below == one.name or below.startswith(f"{one.name}.")), None)


def filled(fields: Sequence[Field], values: Mapping[str, Any]) -> Form:
    """A form as it stands at first, with present values by name."""
    typed = {one.name: _shown(one, values.get(one.name)) for one in fields}
    return Form(fields, typed, was=_kept(fields, typed))


def sent(fields: Sequence[Field], data: FormData) -> Form:
    """A form as it came back, with the mistakes that can be told from it alone."""
    form = Form(fields, {one.name: _typed(one, data) for one in fields}, was=str(data.get("was", "")))
    for one in fields:
        if mistake := _mistake(one, form.typed[one.name]):
            form.mistakes[one.name] = mistake
    return form


def is_late(form: Form, present: Mapping[str, Any]) -> bool:
    """Whether others changed something since the form was made; it then shows what, and is merged."""
    now = filled(form.fields, present)
    was = _read(form.was)
    if not was or form.was == now.was:
        return False
    changed = [one for one in form.fields if one.kind != "secret" and was.get(one.name) != now.typed[one.name]]
    for one in changed:
        if form.typed[one.name] == was.get(one.name):
            form.typed[one.name] = now.typed[one.name]
    form.changed = [(_(one.label), words_of(one, now.typed[one.name])) for one in changed]
    form.was = now.was
    return bool(changed)


def said(one: Field) -> str:
    """The sentence about a value that does not fit."""
    if one.wrong:
        return _(one.wrong)
    if one.kind == "number":
        return _("Write a whole number from {least} to {most}.", least=str(one.least), most=str(one.most))
    return _(SAYS.get(one.kind, OTHER))


def words_of(one: Field, value: Value) -> str:
    """A value as people read it."""
    if one.kind == "flag":
        return _("yes") if value == "1" else _("no")
    values = [value] if isinstance(value, str) else value
    words = [_(one.choices[each]) if each in one.choices else each for each in values if each]
    return listed(words) or _("nothing")


def _typed(one: Field, data: FormData) -> Value:
    if one.kind == "many":
        return [str(value) for value in data.getlist(one.name)]
    return str(data.get(one.name, "")).strip()


def _shown(one: Field, value: Any) -> Value:
    if one.kind == "many":
        return [str(each) for each in value or ()]
    if one.kind == "flag":
        return "1" if value else ""
    if one.kind == "secret" or value is None:
        return ""
    return "\n".join(value) if isinstance(value, list | tuple) else str(value)


def _mistake(one: Field, value: Value) -> str:
    if not value:
        return "" if one.optional or one.kind in ("flag", "many") else _(FILL)
    values = [value] if isinstance(value, str) else value
    return "" if all(_fits(one, each) for each in values) else said(one)


def _fits(one: Field, value: str) -> bool:
    match one.kind:
        case "number":
            return value.isascii() and value.isdecimal() and len(value) < 12 and one.least <= int(value) <= one.most
        case "address":
            parts = urlsplit(value)
            return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
        case "choice" | "many":
            return value in one.choices
        case "email":
            local, _at, domain = value.partition("@")
            return bool(local) and "." in domain and not any(char.isspace() for char in value)
    return True


def _kept(fields: Sequence[Field], typed: Mapping[str, Value]) -> str:
    return json.dumps({one.name: typed[one.name] for one in fields if one.kind != "secret"}, ensure_ascii=False)


def _read(was: str) -> dict[str, Value]:
    try:
        found = json.loads(was or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
