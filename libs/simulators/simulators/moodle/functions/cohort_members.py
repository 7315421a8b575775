"""Who belongs to a cohort."""

from typing import Any

from simulators.moodle.call import Call
from simulators.moodle.errors import invalid_record, invalid_user
from simulators.moodle.parameters import Many, One, Value
from simulators.moodle.rows import Cohort, Membership, User

_REFERENCE = One({"type": Value("alpha"), "value": Value("raw")})
ADD = One({"members": Many(One({"cohorttype": _REFERENCE, "usertype": _REFERENCE}))})
DELETE = One({"members": Many(One({"cohortid": Value("int"), "userid": Value("int")}))})
GET = One({"cohortids": Many(Value("int"))})

BAD_TYPE, NOT_FOUND, ALREADY_MEMBER = "1", "2", "3"


def add_cohort_members(call: Call, members: list[dict[str, Any]]) -> dict[str, Any]:
    """Add each by itself. Warning 3, "already a member", is harmless."""
    warnings = (_add(call, each["cohorttype"], each["usertype"]) for each in members)
    return {"warnings": [warning for warning in warnings if warning is not None]}


def delete_cohort_members(call: Call, members: list[dict[str, Any]]) -> None:
    """Remove members, all or none; somebody who isn't one is no error."""
    for each in members:
        if call.tables.cohorts.get(each["cohortid"]) is None:
            raise invalid_record("cohort")
        if call.tables.users.get(each["userid"]) is None:
            raise invalid_user()
        call.require("moodle/cohort:assign")
        member = call.tables.cohort_members.first("pair", (each["cohortid"], each["userid"]))
        if member is not None:
            call.tables.cohort_members.remove(member.id)


def get_cohort_members(call: Call, cohortids: list[int]) -> list[dict[str, Any]]:
    """The members' ids for each cohort, the newest first; `invalidrecord` if one doesn't exist."""
    shown = []
    for cohortid in cohortids:
        if call.tables.cohorts.get(cohortid) is None:
            raise invalid_record("cohort")
        call.require("moodle/cohort:view")
        members = call.tables.cohort_members.find("owner", cohortid)
        shown.append({"cohortid": cohortid, "userids": [each.userid for each in reversed(members)]})
    return shown


def _add(call: Call, cohorttype: dict[str, str], usertype: dict[str, str]) -> dict[str, str] | None:
    if cohorttype["type"] not in ("id", "idnumber"):
        return _warning(BAD_TYPE, f"invalid parameter: cohortype={cohorttype['type']}")
    if usertype["type"] not in ("id", "idnumber", "username"):
        return _warning(BAD_TYPE, f"invalid parameter: usertype={usertype['type']}")
    cohort = _cohort(call, **cohorttype)
    if cohort is None:
        return _warning(NOT_FOUND, f"cohort {cohorttype['type']}={cohorttype['value']} not exists")
    user = _user(call, **usertype)
    if user is None:
        return _warning(NOT_FOUND, f"user {usertype['type']}={usertype['value']} not exists")
    call.require("moodle/cohort:assign")
    table = call.tables.cohort_members
    if table.first("pair", (cohort.id, user.id)) is not None:
        place = f"cohort({cohorttype['type']}={cohort.id} {usertype['type']}={user.id})"
        return _warning(ALREADY_MEMBER, f"record already exists: {place}")
    table.put(Membership(table.next_id, cohort.id, user.id))
    return None


def _cohort(call: Call, type: str, value: str) -> Cohort | None:  # noqa: A002  (the name of Moodle's key)
    if type == "idnumber":
        return call.tables.cohorts.first("idnumber", value) if value else None
    return call.tables.cohorts.get(int(value)) if value.isdigit() else None


def _user(call: Call, type: str, value: str) -> User | None:  # noqa: A002  (the name of Moodle's key)
    if type == "id":
        user = call.tables.users.get(int(value)) if value.isdigit() else None
    else:
        user = call.tables.users.first(type, value) if value else None
    return None if user is None or user.deleted else user


def _warning(code: str, message: str) -> dict[str, str]:
    return {"warningcode": code, "message": message}
