"""Finding accounts."""

import re
from collections.abc import Callable
from typing import Any

from simulators.moodle.call import Call
from simulators.moodle.errors import coding_error, failure, invalid_parameter
from simulators.moodle.functions.user_details import participation, user_details
from simulators.moodle.kinds import CHECKERS
from simulators.moodle.parameters import Many, One, Value
from simulators.moodle.rows import User

BY_FIELD = One({"field": Value("alpha"), "values": Many(Value("raw"))})
BY_CRITERIA = One({"criteria": Many(One({"key": Value("alpha"), "value": Value("raw")}))})
PROFILES = One({"userlist": Many(One({"userid": Value("int"), "courseid": Value("int")}))})

LOOKUP_KINDS = {"id": "int", "idnumber": "raw", "username": "username", "email": "raw_trimmed"}

EXACT_KEYS: dict[str, Callable[[User], str]] = {
    "id": lambda user: str(user.id),
    "idnumber": lambda user: user.idnumber,
    "username": lambda user: user.username,
    "auth": lambda user: user.auth,
}
PATTERN_KEYS: dict[str, Callable[[User], str]] = {
    "firstname": lambda user: user.firstname,
    "lastname": lambda user: user.lastname,
    "email": lambda user: user.email,
}


def get_users_by_field(call: Call, field: str, values: list[str]) -> list[dict[str, Any]]:
    """Accounts whose field equals one of the values, by id; deleted ones come back too, without a sign.

    A username in capitals is refused. Accounts that the caller may not see are left out.
    """
    kind = LOOKUP_KINDS.get(field)
    if kind is None:
        raise coding_error("invalid field parameter")
    for value in values:
        _check_clean(field, kind, value)
    users = {user.id: user for value in values for user in _with(call, field, value)}
    return [user_details(call, users[userid]) for userid in sorted(users) if _sees(call, users[userid])]


def get_users(call: Call, criteria: list[dict[str, Any]]) -> dict[str, Any]:
    """Accounts that meet all criteria. A key that isn't supported is no criterion: it only adds a warning.

    So a single unsupported key finds every account.
    """
    if not criteria:
        raise invalid_parameter("No criteria given")
    tests, warnings = [], []
    for index, each in enumerate(criteria):
        if any(each["key"] == earlier["key"] for earlier in criteria[:index]):
            raise failure("keyalreadyset", f"The key '{each['key']}' can only be sent once")
        test = _criterion(each["key"], each["value"])
        if test is None:
            warnings.append(_unsupported(each["key"]))
        else:
            tests.append(test)
    found = [user for user in call.tables.users if not user.deleted and user.username != "guest"]
    shown = [user for user in found if all(test(user) for test in tests) and _sees(call, user)]
    return {"users": [user_details(call, user) for user in shown], "warnings": warnings}


def get_course_user_profiles(call: Call, userlist: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Accounts with their roles in a course; pairs that don't exist are left out."""
    shown = []
    for pair in userlist:
        user = call.tables.users.get(pair["userid"])
        if user is None or user.deleted or call.tables.courses.get(pair["courseid"]) is None:
            continue
        call.enter_course(pair["courseid"])
        shown.append({**user_details(call, user), **participation(call, user, pair["courseid"])})
    return shown


def _check_clean(field: str, kind: str, value: str) -> None:
    try:
        CHECKERS[kind](value)
    except ValueError:
        raise invalid_parameter(f"The field '{field}' value is invalid: {value}") from None


def _with(call: Call, field: str, value: str) -> list[User]:
    if field != "id":
        return call.tables.users.find(field, value)
    user = call.tables.users.get(int(value))
    return [user] if user else []


def _sees(call: Call, user: User) -> bool:
    return user.id == call.caller.userid or call.may("moodle/user:viewdetails")


def _criterion(key: str, value: str) -> Callable[[User], bool] | None:
    if key in EXACT_KEYS:
        exact = EXACT_KEYS[key]
        return lambda user: exact(user) == value
    if key in PATTERN_KEYS:
        text, matches = PATTERN_KEYS[key], like(value)
        return lambda user: matches(text(user))
    return None


def like(pattern: str) -> Callable[[str], bool]:
    """SQL's LIKE with `%` for any text, whatever the case."""
    parts = (re.escape(part) for part in pattern.split("%"))
    compiled = re.compile(".*".join(parts), re.IGNORECASE | re.DOTALL)
    return lambda text: compiled.fullmatch(text) is not None


def _unsupported(key: str) -> dict[str, Any]:
    message = f"The search key '{key}' is not supported, look at the web service documentation"
    return {"item": key, "warningcode": "invalidfieldparameter", "message": message}
