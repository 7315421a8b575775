"""What Moodle's errors mean to us. A web-service error comes with HTTP 200 and `{exception, errorcode, message}`."""

from common.errors import Permanent, Transient
from moodle_sync.moodle.functions import BEHIND

NO_CAPABILITY = {"nopermissions", "nopermission", "requireloginerror", "errorcoursecontextnotvalid"}
NO_SUCH_RECORD = "invalidrecord"
UNREACHABLE = "LMS_UNREACHABLE"
NOT_ALLOWED = "LMS_NOT_ALLOWED"
LONGEST_WAIT = 60.0
"""Seconds of quiet that a site may ask for, and a run still waits: all attempts must fit into a handler's time."""


class Refused(Exception):  # noqa: N818
    """Moodle refuses what it was asked: in a batch, at least one of its records. `errorcode` may be empty."""

    def __init__(self, function: str, errorcode: str, message: str) -> None:
        super().__init__(f"{function}: {errorcode or 'no error code'}")
        self.errorcode = errorcode
        self.message = message


class NoAnswer(Transient):
    """No usable answer came. What was asked may have been done all the same: look before asking again.

    `wait` is how many seconds of quiet the site asks for, if it does.
    """

    def __init__(self, message: str, *, wait: float | None = None) -> None:
        super().__init__(message, code=UNREACHABLE)
        self.wait = wait


def is_worth_repeating(error: Exception) -> bool:
    """Whether a call may have a better end in a moment. Who wants quiet for longer than we wait is not asked again."""
    return isinstance(error, NoAnswer) and (error.wait or 0) <= LONGEST_WAIT


def from_answer(function: str, answer: dict[str, object]) -> Exception:
    """The error for an answer with `exception`."""
    code = str(answer.get("errorcode") or "")
    message = str(answer.get("message") or "")
    if code == "invalidtoken":
        return Permanent(
            "Moodle refuses the token. Make a new token for the web-service user and declare the target again.",
            code=UNREACHABLE,
        )
    if code == "accessexception":
        return Permanent(
            f"Moodle's token may not call {function}. Add the function to the token's external service"
            f"{_with_capability(function)}.",
            code=NOT_ALLOWED,
        )
    if code in NO_CAPABILITY:
        return Permanent(
            f"Moodle's web-service user may not do what {function} does ({code}). "
            f"Look at its role in the system context{_with_capability(function)}, "
            "and compare it with the capabilities listed in the set-up guide.",
            code=NOT_ALLOWED,
        )
    return Refused(function, code, message)


def _with_capability(function: str) -> str:
    capability = BEHIND.get(function)
    return f", and give its user's role {capability}" if capability else ""


def from_status(function: str, status: int, wait: float | None = None) -> Exception:
    """The error for an HTTP status other than 200. `wait` is what Retry-After asks for, in seconds."""
    if status == 429 or status >= 500:
        quiet = "" if wait is None else f" and asks for {wait:.0f} seconds of quiet"
        return NoAnswer(f"Moodle answered {function} with HTTP {status}{quiet}.", wait=wait)
    return Permanent(
        f"Moodle answered HTTP {status} where its web services should be. Check the target's base_url, and that web "
        "services and the REST protocol are switched on.",
        code=UNREACHABLE,
    )
