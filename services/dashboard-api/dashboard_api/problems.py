"""What goes wrong with a request, said to a person: what happened, and what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dashboard_api.declare.mistakes import Mistake


@dataclass(eq=False)
class Problem(Exception):  # noqa: N818 - the standard's word (RFC 9457)
    """An answer that is not what was asked for. `code` is for programs, `detail` a sentence for people."""

    status: int
    code: str
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)
    mistakes: Sequence[Mistake] = ()

    def __str__(self) -> str:
        return self.detail


def not_signed_in() -> Problem:
    """Nobody that we know asks."""
    return Problem(
        401,
        "not_signed_in",
        "Sign in, or send an API key that is valid as `Authorization: Bearer …`.",
        {"WWW-Authenticate": "Bearer"},
    )


def not_found(what: str) -> Problem:
    """There is no such thing, or none that this account may see: the two must look the same."""
    return Problem(
        404, "not_found", f"There is no such {what}, or your account has no access to it. Check the address."
    )


def not_allowed(what: str) -> Problem:
    """The account may look, but not do this."""
    return Problem(403, "not_allowed", f"Your account may not {what}. Ask an administrator of the district to do it.")


def stale_form() -> Problem:
    """The request does not carry the session's token, so it may come from a foreign page."""
    return Problem(
        403, "stale_form", "This form is no longer valid, or came from another site. Open the page again and repeat it."
    )
