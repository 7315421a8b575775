"""Changing accounts: each record stands alone, except for errors of type."""

import re
from dataclasses import replace
from typing import Any

from simulators.moodle.call import Call
from simulators.moodle.caller import ADMIN_ID, GUEST_ID
from simulators.moodle.errors import MoodleError, as_warning, database_write, failure, invalid_response
from simulators.moodle.functions.users import (
    CUSTOM_FIELDS,
    LENGTHS,
    PREFERENCES,
    PROFILE,
    STORED,
    check_languages,
    check_lengths,
    check_password,
    valid_email,
)
from simulators.moodle.parameters import OPTIONAL, Many, One, Value
from simulators.moodle.rows import User

UPDATE = One(
    {
        "users": Many(
            One(
                {
                    "id": Value("int"),
                    "username": Value("username", OPTIONAL),
                    "auth": Value("auth", OPTIONAL),
                    "suspended": Value("bool", OPTIONAL),
                    "password": Value("raw", OPTIONAL),
                    "firstname": Value("notags", OPTIONAL),
                    "lastname": Value("notags", OPTIONAL),
                    "email": Value("raw_trimmed", OPTIONAL),
                    "idnumber": Value("raw", OPTIONAL),
                    "lang": Value("lang", OPTIONAL),
                    **PROFILE,
                    "userpicture": Value("int", OPTIONAL),
                    "customfields": CUSTOM_FIELDS,
                    "preferences": PREFERENCES,
                }
            )
        )
    }
)

_CODE = re.compile(r"[A-Za-z0-9]*")


def update_users(call: Call, users: list[dict[str, Any]]) -> dict[str, Any]:
    """A warning for each record that failed.

    A weak password's "code" is HTML, which is no valid warning code: the whole answer then becomes an
    exception, although the other records were changed.
    """
    check_languages(call, users)
    call.require("moodle/user:update")
    warnings = []
    for values in users:
        try:
            with call.tables.transaction():
                _update(call, values)
        except MoodleError as error:
            warnings.append(as_warning(error, "user", values["id"]))
    if not all(_CODE.fullmatch(warning["warningcode"]) for warning in warnings):
        raise invalid_response()
    return {"warnings": warnings}


def _update(call: Call, values: dict[str, Any]) -> None:
    user = _updatable(call, values["id"])
    if "email" in values:
        _check_email(call, user, values["email"])
    if values.get("password"):
        check_password(values["password"])
    check_lengths(values, LENGTHS)
    _check_username(call, user, values.get("username", user.username))
    changes = {key: value for key, value in values.items() if key in STORED}
    call.tables.users.put(replace(user, **changes, timemodified=call.now))


def _updatable(call: Call, userid: int) -> User:
    user = call.tables.users.get(userid)
    if user is None:
        raise failure("invaliduserid", "Invalid user ID")
    if userid == ADMIN_ID and not call.caller.is_site_admin:
        raise failure("usernotupdatedadmin", "Cannot update admin accounts")
    if user.deleted:
        raise failure("usernotupdateddeleted", "error/usernotupdateddeleted")
    if userid == GUEST_ID:
        raise failure("usernotupdatedguest", "error/usernotupdatedguest")
    return user


def _check_email(call: Call, user: User, email: str) -> None:
    if email == user.email:
        return
    if not valid_email(email):
        raise failure("useremailinvalid", "error/useremailinvalid")
    owners = call.tables.users.find("email_any_case", email.lower())
    if any(owner.id != user.id for owner in owners):
        raise failure("useremailduplicate", "Duplicate address")


def _check_username(call: Call, user: User, username: str) -> None:
    owner = call.tables.users.first("username", username)
    if owner is not None and owner.id != user.id:
        raise database_write("ERROR:  duplicate key value violates unique constraint")
