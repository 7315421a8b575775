"""Creating and deleting accounts: all or nothing."""

import hashlib
import re
from dataclasses import replace
from typing import Any

from simulators.moodle.call import Call
from simulators.moodle.caller import ADMIN_ID
from simulators.moodle.errors import (
    database_write,
    failure,
    invalid_parameter,
    invalid_user,
)
from simulators.moodle.kinds import AUTH_METHODS
from simulators.moodle.parameters import OPTIONAL, Many, One, Value
from simulators.moodle.rows import User

PROFILE = {
    "mailformat": Value("int", OPTIONAL),
    "description": Value("raw", OPTIONAL),
    "city": Value("text", OPTIONAL),
    "country": Value("alpha", OPTIONAL),
    "timezone": Value("timezone", OPTIONAL),
    "firstnamephonetic": Value("notags", OPTIONAL),
    "lastnamephonetic": Value("notags", OPTIONAL),
    "middlename": Value("notags", OPTIONAL),
    "alternatename": Value("notags", OPTIONAL),
    "interests": Value("text", OPTIONAL),
    "institution": Value("text", OPTIONAL),
    "department": Value("text", OPTIONAL),
    "phone1": Value("notags", OPTIONAL),
    "phone2": Value("notags", OPTIONAL),
    "address": Value("text", OPTIONAL),
    "maildisplay": Value("int", OPTIONAL),
    "theme": Value("theme", OPTIONAL),
    "calendartype": Value("plugin", OPTIONAL),
}
CUSTOM_FIELDS = Many(One({"type": Value("alphanumext"), "value": Value("raw")}), OPTIONAL)
PREFERENCES = Many(One({"type": Value("raw"), "value": Value("raw")}), OPTIONAL)

CREATE = One(
    {
        "users": Many(
            One(
                {
                    "createpassword": Value("bool", OPTIONAL),
                    "username": Value("username"),
                    "auth": Value("auth", "manual"),
                    "password": Value("raw", OPTIONAL),
                    "firstname": Value("notags"),
                    "lastname": Value("notags"),
                    "email": Value("raw_trimmed"),
                    "idnumber": Value("raw", ""),
                    "lang": Value("lang", "en"),
                    **PROFILE,
                    "customfields": CUSTOM_FIELDS,
                    "preferences": PREFERENCES,
                }
            )
        )
    }
)
DELETE = One({"userids": Many(Value("int"))})

LENGTHS = {
    "username": 100,
    "firstname": 100,
    "lastname": 100,
    "email": 100,
    "idnumber": 255,
    "institution": 255,
    "department": 255,
    "address": 255,
    "city": 120,
    "phone1": 20,
    "phone2": 20,
    "country": 2,
}
"""Widths of the database's columns, in characters."""

STORED = frozenset(User.__dataclass_fields__) - {"id"}

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")

_PASSWORD_RULES = (
    (r".{8,}", "Passwords must be at least 8 characters long."),
    (r".*[0-9]", "Passwords must have at least 1 digit(s)."),
    (r".*[a-z]", "Passwords must have at least 1 lower case letter(s)."),
    (r".*[A-Z]", "Passwords must have at least 1 upper case letter(s)."),
    (
        r".*[^0-9A-Za-z]",
        "The password must have at least 1 special character(s) such as *, -, or #.",
    ),
)


def create_users(call: Call, users: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The new ids, in the order of the request. A repeated idnumber is no objection."""
    check_languages(call, users)
    call.require("moodle/user:create")
    return [_create(call, user) for user in users]


def delete_users(call: Call, userids: list[int]) -> None:
    """Mangle the accounts so that username and e-mail are free again."""
    call.require("moodle/user:delete")
    for userid in userids:
        user = call.tables.users.get(userid)
        if user is None or user.deleted:
            raise invalid_user()
        if userid == ADMIN_ID:
            raise failure("useradminodelete", "Administrator accounts cannot be deleted.")
        if userid == call.caller.userid:
            raise failure("usernotdeletederror", "User not deleted - error")
        _delete(call, user)


def check_languages(call: Call, users: list[dict[str, Any]]) -> None:
    """A language that isn't installed counts as a wrong type, so it fails the whole request."""
    for user in users:
        lang = user.get("lang")
        if lang and lang not in call.site.languages:
            raise invalid_parameter(
                "users => Invalid parameter value detected: lang => Invalid parameter value detected: "
                f'Invalid external api parameter: the value is "{lang}", '
                'the server was expecting "lang" type'
            )


def check_password(password: str) -> None:
    """Moodle's default policy. Its failure has HTML for an error code."""
    broken = [text for rule, text in _PASSWORD_RULES if not re.match(rule, password, re.DOTALL)]
    if broken:
        html = "".join(f"<div>{text}</div>" for text in broken)
        raise failure(html, f"error/{html}")


def check_lengths(values: dict[str, Any], widths: dict[str, int]) -> None:
    """A value wider than its column is the database's refusal, not a wrong parameter."""
    for key, width in widths.items():
        if len(values.get(key, "")) > width:
            raise database_write(f"ERROR:  value too long for type character varying({width})")


def valid_email(email: str) -> bool:
    """Whether Moodle takes this for an address."""
    return _EMAIL.fullmatch(email) is not None


def _create(call: Call, values: dict[str, Any]) -> dict[str, Any]:
    for key in ("username", "firstname", "lastname"):
        if not values[key].strip():
            raise invalid_parameter(f"The field {key} cannot be blank")
    if call.tables.users.first("username", values["username"]):
        raise invalid_parameter(f"Username already exists: {values['username']}")
    _check_new_email(call, values["email"])
    _check_new_password(values)
    check_lengths(values, LENGTHS)
    user = User(
        id=call.tables.users.next_id,
        timecreated=call.now,
        timemodified=call.now,
        **{key: value for key, value in values.items() if key in STORED},
    )
    call.tables.users.put(user)
    return {"id": user.id, "username": user.username}


def _check_new_email(call: Call, email: str) -> None:
    if not valid_email(email):
        raise invalid_parameter(f"Email address is invalid: {email}")
    if call.tables.users.first("email_any_case", email.lower()):
        raise invalid_parameter(f"Email address already exists: {email}")


def _check_new_password(values: dict[str, Any]) -> None:
    password = values.get("password", "")
    if values.get("createpassword") or not AUTH_METHODS[values["auth"]]:
        return
    if not password:
        raise invalid_parameter("Invalid password: you must provide a password, or set createpassword.")
    check_password(password)


def _delete(call: Call, user: User) -> None:
    digest = hashlib.md5(user.username.encode(), usedforsecurity=False).hexdigest()
    gone = replace(
        user,
        deleted=True,
        username=f"{user.email}.{call.now}",
        email=digest,
        idnumber="",
        timemodified=call.now,
    )
    call.tables.users.put(gone)
    for enrolment in call.tables.enrolments.find("user", user.id):
        call.tables.enrolments.remove(enrolment.id)
    for membership in call.tables.cohort_members.find("user", user.id):
        call.tables.cohort_members.remove(membership.id)
