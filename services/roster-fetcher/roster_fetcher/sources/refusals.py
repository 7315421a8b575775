"""What a server's refusals mean to us: one table from HTTP status to code and sentence, which a kind may extend."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from common.moments import in_words, retry_after
from roster_fetcher.sources.http import Answer, PassingTrouble
from roster_fetcher.sources.limits import TOO_MANY, wait_asked
from roster_fetcher.sources.protocol import SourceTrouble

MINOR_CODE = re.compile(
    r"\b(invalid_filter_field|invalid_selection_field|invaliddata|unauthorisedrequest|forbidden|server_busy|"
    r"unknownobject|internal_server_error|invalid_client|invalid_scope|invalid_request|unauthorized_client)\b"
)
"""The standards' own words for errors (OneRoster's imsx_codeMinor, OAuth's error). Servers wrap them in many shapes."""

Meaning = tuple[str, str]
"""A code, and the rest of a sentence that begins with "Asked for …, the source"."""

REFUSALS: dict[int, Meaning] = {
    401: ("AUTH_INVALID", "does not accept our credentials. Renew them at the source"),
    403: ("AUTH_FORBIDDEN", "does not let us read this. Approve the application at the source, or share the data"),
    404: ("SOURCE_BAD_RESPONSE", "has nothing there. Check base_url of the source"),
}
OTHER_REFUSAL: Meaning = ("SOURCE_BAD_RESPONSE", "does not understand the request. Check base_url of the source")
REDIRECTS = range(300, 400)
REDIRECT: Meaning = ("SOURCE_BAD_RESPONSE", "sends us to another address. Set the new one as base_url or token_url")


class NotThereError(SourceTrouble):
    """404: the server has no such collection, or no such record."""


def refusal(answer: Answer, what: str, meanings: Mapping[int, Meaning] = REFUSALS) -> SourceTrouble | None:
    """The trouble that an answer means; None for a good one. `what` was asked for, such as `classes`.

    `meanings` are those of a kind for statuses that it knows better.
    """
    status = answer.status
    if 200 <= status < 300:
        return None
    if status == TOO_MANY:
        wait = wait_asked(answer.headers)
        return PassingTrouble("SOURCE_RATE_LIMITED", _too_many(what, wait), answer=answer.beginning(), wait=wait)
    if status >= 500:
        message = _sentence(answer, what, "has trouble of its own. Wait, or ask the vendor")
        wait = retry_after(answer.headers)
        return PassingTrouble("SOURCE_UNREACHABLE", message, answer=answer.beginning(), wait=wait)
    usual = REDIRECT if status in REDIRECTS else REFUSALS.get(status, OTHER_REFUSAL)
    code, meaning = meanings.get(status, usual)
    kind = NotThereError if status == 404 else SourceTrouble
    return kind(code, _sentence(answer, what, meaning), answer=answer.beginning())


def naming(setting: str) -> dict[int, Meaning]:
    """The meanings of refusals that an address may be to blame for, where another setting than base_url holds it."""
    code = "SOURCE_BAD_RESPONSE"
    others = dict.fromkeys(range(400, 500), (code, f"does not understand the request. Check {setting}"))
    moved = dict.fromkeys(REDIRECTS, (code, f"sends us to another address. Set the new one as {setting}"))
    return others | moved | REFUSALS | {404: (code, f"has nothing there. Check {setting}")}


def _sentence(answer: Answer, what: str, meaning: str) -> str:
    said = MINOR_CODE.search(answer.beginning())
    word = f", {said[0]}" if said else ""
    return f"Asked for {what}, the source {meaning} (HTTP {answer.status}{word})."


def _too_many(what: str, wait: float | None) -> str:
    if not wait:
        return f"Asked for {what}, the source says to slow down (HTTP 429). Run again later."
    until = in_words(datetime.now(UTC) + timedelta(seconds=wait))
    return (
        f"Asked for {what}, the source says to slow down and to wait {wait:.0f} seconds (HTTP 429). "
        f"Run again after {until}."
    )
