"""What goes wrong with a request, said to a person: what happened, and what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from common.language import mark
from dashboard_api.declare.mistakes import Mistake
from dashboard_api.language import _


@dataclass(eq=False)
class Problem(Exception):  # noqa: N818 - the standard's word (RFC 9457)
    """An answer that is not what was asked for. `code` is for programs, `detail` a sentence for people.

    Each code stands in `problem_codes.py`. `more` holds further members of the API's answer.
    """

    status: int
    code: str
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)
    mistakes: Sequence[Mistake] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.detail


NOT_FOUND = {
    "check": mark("There is no such check, or your account has no access to it. Check the address."),
    "consent": mark("There is no such consent, or your account has no access to it. Check the address."),
    "device": mark("There is no such device, or your account has no access to it. Check the address."),
    "district": mark("There is no such district, or your account has no access to it. Check the address."),
    "hold": mark("There is no such hold, or your account has no access to it. Check the address."),
    "key": mark("There is no such key, or your account has no access to it. Check the address."),
    "order": mark("There is no such order, or your account has no access to it. Check the address."),
    "queue": mark("There is no such queue, or your account has no access to it. Check the address."),
    "run": mark("There is no such run, or your account has no access to it. Check the address."),
    "school": mark("There is no such school, or your account has no access to it. Check the address."),
    "source": mark("There is no such source, or your account has no access to it. Check the address."),
    "target": mark("There is no such target, or your account has no access to it. Check the address."),
    "session": mark("There is no such session, or your account has no access to it. Check the address."),
    "person": mark("There is no such person, or your account has no access to them. Check the address."),
    "snapshot": mark("There is no such snapshot, or your account has no access to it. Check the address."),
}
ANYTHING = mark("There is no such thing, or your account has no access to it. Check the address.")


def not_signed_in() -> Problem:
    """Nobody that we know asks."""
    return Problem(
        401,
        "not_signed_in",
        _("Sign in, or send an API key that is valid as `Authorization: Bearer …`."),
        {"WWW-Authenticate": "Bearer"},
    )


def not_found(what: str) -> Problem:
    """There is no such thing, or none that this account may see: the two must look the same."""
    return Problem(404, "not_found", _(NOT_FOUND.get(what, ANYTHING)))


def not_allowed(what: str) -> Problem:
    """The account may look, but not do this."""
    sentence = _("Your account may not do this: {act}. Ask an administrator of the district to do it.", act=_(what))
    return Problem(403, "not_allowed", sentence)


def stale_form() -> Problem:
    """The request does not carry the session's token, so it may come from a foreign page."""
    sentence = _("This form is no longer valid, or came from another site. Open the page again and repeat it.")
    return Problem(403, "stale_form", sentence)
