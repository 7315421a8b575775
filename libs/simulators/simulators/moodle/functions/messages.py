"""Instant messages."""

from typing import Any

from simulators.moodle.call import Call
from simulators.moodle.parameters import OPTIONAL, Many, One, Value

SEND = One(
    {
        "messages": Many(
            One(
                {
                    "touserid": Value("int"),
                    "text": Value("raw"),
                    "textformat": Value("int", 0),
                    "clientmsgid": Value("alphanum", OPTIONAL),
                }
            )
        )
    }
)


def send_instant_messages(call: Call, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Nothing is sent: people who aren't contacts refuse messages, which is how accounts start out."""
    return [
        {"msgid": -1, "errormessage": _refusal(call, each["touserid"]), "candeletemessagesforallusers": False}
        for each in messages
    ]


def _refusal(call: Call, userid: int) -> str:
    user = call.tables.users.get(userid)
    if user is None or user.deleted:
        return f"You cannot send a message to a user ID ({userid}) that doesn't exist."
    reason = "due to their message preferences. Try adding them as a contact."
    return f"You can't message {user.fullname} {reason}"
