"""What Clever's refusals mean, where they mean something else than other servers' do."""

from collections.abc import Mapping
from time import time

from roster_fetcher.sources.http import Answer, PassingTrouble
from roster_fetcher.sources.protocol import SourceTrouble
from roster_fetcher.sources.refusals import REFUSALS, Meaning, refusal

MEANINGS: dict[int, Meaning] = REFUSALS | {
    401: ("AUTH_INVALID", "does not accept the district's token. Renew the token, or client_id and client_secret"),
    403: ("AUTH_FORBIDDEN", "does not let us read this. Let the district share it with the app, by Secure Sync"),
    413: ("SOURCE_BAD_RESPONSE", "says that even a small page is too large. Ask Clever"),
    501: ("SOURCE_BAD_RESPONSE", "does not offer this. Check base_url of the source"),
}
NOT_OFFERED = 501
"""Not to be tried again, unlike other statuses of its kind (Clever's list of error codes)."""
LONGEST_WAIT = 60.0
"""Seconds of a window of Clever's rate limit."""


def refused(answer: Answer, what: str) -> SourceTrouble | None:
    """The trouble that an answer means; None for a good one. `what` was asked for, such as `sections`."""
    if answer.status == NOT_OFFERED:
        code, meaning = MEANINGS[NOT_OFFERED]
        return SourceTrouble(code, f"Asked for {what}, the source {meaning} (HTTP 501).", answer=answer.beginning())
    trouble = refusal(answer, what, MEANINGS)
    if answer.status == 429 and isinstance(trouble, PassingTrouble) and trouble.wait is None:
        trouble.wait = seconds_to_reset(answer.headers)
    return trouble


def seconds_to_reset(headers: Mapping[str, str]) -> float | None:
    """Seconds until the rate limit's window ends, by X-RateLimit-Reset in unix seconds; None if it does not say."""
    moment = headers.get("X-RateLimit-Reset", "").strip()
    if not (moment.isascii() and moment.isdecimal()):
        return None
    return min(max(0.0, int(moment) - time()), LONGEST_WAIT)
