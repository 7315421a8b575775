"""Questions before something that matters, as a page or dialog; and whether they were answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fastapi import Response

from dashboard_api.language import _
from dashboard_api.pages.visit import Visit


@dataclass(frozen=True, slots=True)
class Question:
    """`button` says what will be done, and to how many; `fields` go along with the answer; Cancel leads `back`.

    `typed`: the name that has to be typed, where much depends on it. `until`: whether a date is asked for. Without an
    `action` it only says why something cannot be done yet; `way` is the address and name of where it can be mended.
    """

    title: str
    sentences: Sequence[str]
    action: str
    button: str
    back: str
    fields: Sequence[tuple[str, str]] = ()
    points: Sequence[str] = ()
    reason: Literal["", "optional", "required"] = ""
    typed: str = ""
    until: bool = False
    danger: bool = False
    way: tuple[str, str] | None = None


def ask(visit: Visit, question: Question, problem: str = "", reason: str = "") -> Response:
    """The question; with the problem, once more."""
    status = 422 if problem else 200 if question.action else 409
    return visit.render("confirm.html", status, question=question, problem=problem, reason=reason)


def lacking(question: Question, confirm: str, reason: str) -> str:
    """What an answer lacks, in a sentence; nothing if it can be acted on."""
    if question.reason == "required" and not reason.strip():
        return _("Say why: the reason is kept in the audit log.")
    if question.typed and confirm.strip() != question.typed:
        return _("Type {name} exactly as it stands here, so that nothing happens to another one.", name=question.typed)
    return ""
