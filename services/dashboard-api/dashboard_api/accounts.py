"""What may become of people who sign in: who may change whom, and to what. Each change is audited, without secrets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from common.db import Connection
from dashboard_api.auth.principal import ROLES, Principal, Role
from dashboard_api.auth.tokens import hash_token, new_token
from dashboard_api.context import Context
from dashboard_api.language import _
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import audit, invitations, operators, schools, second_factors, sessions

INVITED_FOR = timedelta(days=7)
SETTINGS = ("role", "districts", "schools", "locale", "disabled")
"""What the audit log keeps of a person, before and after; who it is says the id."""
PRIVILEGES = ("role", "districts", "schools", "disabled")
"""A change of these ends the person's sessions."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link with which a person chooses a password, shown once."""

    link: str
    expires_at: datetime


async def visible(conn: Any, caller: Principal, id_: UUID) -> dict[str, Any]:
    """A person who has to do with the caller's districts, with nothing of others. Raises `Problem` 404."""
    return _read(await operators.one(conn, caller.visible, id_))


async def _whole(conn: Any, caller: Principal, id_: UUID) -> dict[str, Any]:
    """The same with all districts and schools, to decide what the caller may do with them."""
    await visible(conn, caller, id_)
    return _read(await operators.one(conn, None, id_))


def _read(found: dict[str, Any] | None) -> dict[str, Any]:
    if found is None:
        raise not_found("person")
    own_schools = None if found["schools"] is None else [UUID(school) for school in found["schools"]]
    return {**found, "schools": own_schools}


async def check(conn: Connection, caller: Principal, person: Mapping[str, Any]) -> None:
    """Raises `Problem`: 422 for a role that lacks what it needs, 403 for more than one's own, 404 for other schools."""
    role: Role = person["role"]
    if (role == "operator") != (person["districts"] is None):
        raise Problem(
            422, "role_districts", _("A platform operator has all districts; name districts for other roles.")
        )
    if (role == "school_admin") != (person["schools"] is not None):
        raise Problem(422, "role_schools", _("A school administrator has schools; name them for this role only."))
    if not caller.covers(ROLES[role], person["districts"], person["schools"]):
        raise more_than_own()
    if person["schools"]:
        await check_schools(conn, person["districts"], person["schools"])


async def check_schools(conn: Connection, districts: list[str] | None, wanted: list[UUID]) -> None:
    """Raises `Problem` 404 for a school that is in none of these districts. None: all districts."""
    if await schools.count_of(conn, districts, wanted) != len(set(wanted)):
        raise not_found("school")


async def change(
    conn: Connection, caller: Principal, id_: UUID, wished: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give a person these values; how they were and are. Raises `Problem`, also 409 if no operator would be left."""
    await operators.lock(conn)
    before = await _whole(conn, caller, id_)
    _require_authority(caller, before)
    after = {**before, **wished}
    changed = {name for name in PRIVILEGES if after[name] != before[name]}
    if changed:
        if caller.id == str(id_):
            raise Problem(409, "own_rights", _("Nobody changes their own rights. Ask another administrator to do it."))
        await check(conn, caller, after)
        await _keep_an_operator(conn, id_, before, after)
    await operators.change(conn, id_, after)
    if changed:
        await sessions.end_all(conn, id_)
    await note(conn, caller, "change person", id_, before, after)
    return before, await visible(conn, caller, id_)


async def invite(conn: Connection, context: Context, caller: Principal, id_: UUID) -> Invitation:
    """A new link for a person, in place of one that was."""
    person = await _whole(conn, caller, id_)
    _require_authority(caller, person)
    token = new_token()
    expires_at = await invitations.replace(conn, id_, hash_token(token), INVITED_FOR)
    await _note_in_districts(conn, caller, "invite person", person)
    return Invitation(f"{context.settings.dashboard_url}/invitation/{token}", expires_at)


async def end_sessions(conn: Connection, caller: Principal, id_: UUID) -> int:
    """Sign a person out everywhere; from how many sessions."""
    person = await _whole(conn, caller, id_)
    _require_authority(caller, person)
    ended = await sessions.end_all(conn, id_)
    await _note_in_districts(conn, caller, "end sessions", person, {"sessions": ended})
    return ended


async def remove_second_factor(conn: Connection, caller: Principal, id_: UUID) -> None:
    """For who has lost theirs; their sessions end."""
    person = await _whole(conn, caller, id_)
    _require_authority(caller, person)
    await second_factors.remove(conn, id_)
    await sessions.end_all(conn, id_)
    await _note_in_districts(conn, caller, "remove second factor", person)


async def note(
    conn: Connection,
    caller: Principal,
    action: str,
    id_: UUID,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
) -> None:
    """Audit a change for each district that it concerns, as far as it does, so that its administrators find it."""
    renamed = {"renamed": True} if before and before["name"] != after["name"] else {}
    concerned = {*(after["districts"] or ()), *((before or {}).get("districts") or ())} or {""}
    for district_id in sorted(concerned):
        was = before and await of_district(conn, district_id, {name: before[name] for name in SETTINGS})
        now = await of_district(conn, district_id, {name: after[name] for name in SETTINGS})
        if was != now or renamed:
            change = {"before": was, "after": now | renamed}
            await audit.add(conn, district_id, caller.id, action, f"operator/{id_}", change)


async def of_district(conn: Connection, district_id: str, rights: Mapping[str, Any]) -> dict[str, Any]:
    """Rights as the audit log of a district keeps them: of other districts and their schools nothing. Blank: all."""
    districts, own = rights["districts"], rights["schools"]
    if district_id and districts is not None:
        districts = [one for one in districts if one == district_id]
    if district_id and own is not None:
        own = await schools.of_district(conn, district_id, own)
    return {**rights, "districts": districts, "schools": own and [str(school) for school in own]}


async def _note_in_districts(
    conn: Connection, caller: Principal, action: str, person: Mapping[str, Any], detail: dict[str, Any] | None = None
) -> None:
    """Audit what was done to somebody's ways in, where the administrators of their districts find it."""
    for district_id in sorted(person["districts"] or ("",)):
        await audit.add(conn, district_id, caller.id, action, f"operator/{person['id']}", detail)


def more_than_own() -> Problem:
    """Somebody would give, or touch, what they do not have themselves."""
    sentence = _("Nobody gives more than they have: your account lacks a part of these rights. Ask who has them all.")
    return Problem(403, "more_than_own", sentence)


def _require_authority(caller: Principal, person: Mapping[str, Any]) -> None:
    """Raises `Problem` 403 for people who may do something that the caller may not."""
    if not caller.covers(ROLES[person["role"]], person["districts"], person["schools"]):
        raise more_than_own()


async def _keep_an_operator(conn: Connection, id_: UUID, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    was = before["role"] == "operator" and not before["disabled"]
    stays = after["role"] == "operator" and not after["disabled"]
    if was and not stays and not await operators.other_operators(conn, id_):
        sentence = _("This is the last platform operator. Make somebody else one first.")
        raise Problem(409, "last_operator", sentence)
