"""Changing a declared district part by part: checked as a declaration is, audited before and after, told on.

A change that changes nothing leaves no trace. Secrets and addresses never stand in the audit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from pydantic import Field, ValidationError

from common.errors import Permanent
from common.events import SettingsChanged
from common.language import mark
from common.sealing import SecretBox
from common.uow import UnitOfWork
from dashboard_api.auth.principal import Principal
from dashboard_api.declare import reserved
from dashboard_api.declare.mistakes import Mistake, mistakes_in
from dashboard_api.declare.model import FOR_GUARDIANS, NO_GUARDIANS, Parallel, Target
from dashboard_api.declare.patch import merged
from dashboard_api.declare.second_person import SecondPerson
from dashboard_api.declare.sources import Source
from dashboard_api.declare.values import Declared, Id, Locale, Name, Zone
from dashboard_api.language import _
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import audit, district_parts, districts
from rules.policy import Policy

Json = dict[str, Any]
P = TypeVar("P", bound=Declared)


class General(Declared):
    """What a district is called and where it lies."""

    name: Name
    timezone: Zone
    locale: Locale
    pool: Id
    max_parallel: Parallel


class GeneralPart(Declared):
    """Each part stands below its key of a declaration, so that mistakes are named as there."""

    district: General


class PolicyPart(Declared):
    """The part of a declaration below `policy`."""

    policy: Policy


class SecondPersonPart(Declared):
    """The part of a declaration below `second_person`."""

    second_person: SecondPerson


class IdPart(Declared):
    """The id that somebody chose for a source or target."""

    id: Id = Field(description="a short name: lower-case letters, digits and hyphens")


class SourcePart(Declared):
    """The part of a declaration below `source`."""

    source: Source


class TargetPart(Declared):
    """The part of a declaration below `target`."""

    target: Target


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed, of what kind and where; `before` and `after` may be seen by anybody."""

    action: str
    what: str
    subject: str
    before: Json
    after: Json


async def change_general(uow: UnitOfWork, principal: Principal, district_id: str, patch: Mapping[str, Any]) -> None:
    """Name, time zone, locale, pool or the runs at once. Raises `Problem` 422 for mistakes."""
    await districts.lock(uow.conn, district_id)
    before = declared(await district_parts.general(uow.conn, district_id))
    after = read(GeneralPart, {"district": merged(before, patch)}).district.model_dump(mode="json")
    reserved.require_own_pool(principal, after["pool"], before["pool"])
    await district_parts.set_general(uow.conn, district_id, after)
    change = Change("change_district", "district", f"district/{district_id}", before, after)
    await note(uow, principal, district_id, change)


async def change_policy(
    uow: UnitOfWork, principal: Principal, district_id: str, wanted: Mapping[str, Any], *, whole: bool
) -> None:
    """What the district lets Rosterbus do: replaced whole, or merged with what is declared (null: the usual value)."""
    await districts.lock(uow.conn, district_id)
    before = declared(await district_parts.policy(uow.conn, district_id))
    policy = read(PolicyPart, {"policy": dict(wanted) if whole else merged(before, wanted)}).policy
    if policy.families and not await district_parts.has_guardian_role(uow.conn, district_id):
        raise mistaken([Mistake("policy.families", NO_GUARDIANS, keys=FOR_GUARDIANS)])
    after = policy.model_dump(mode="json", exclude_unset=True)
    await district_parts.set_policy(uow.conn, district_id, after)
    await note(
        uow, principal, district_id, Change("change_policy", "district", f"district/{district_id}", before, after)
    )


async def change_second_person(
    uow: UnitOfWork, principal: Principal, district_id: str, wanted: Mapping[str, Any]
) -> None:
    """Which acts need a second person, whole."""
    await districts.lock(uow.conn, district_id)
    declared(await district_parts.general(uow.conn, district_id))
    before = (await districts.second_person(uow.conn, district_id)).model_dump(mode="json")
    policy = read(SecondPersonPart, {"second_person": dict(wanted)}).second_person
    await district_parts.set_second_person(uow.conn, district_id, policy.model_dump(mode="json", exclude_unset=True))
    after = policy.model_dump(mode="json")
    change = Change("change_second_person", "district", f"district/{district_id}", before, after)
    await note(uow, principal, district_id, change)


async def change_school(
    uow: UnitOfWork, principal: Principal, district_id: str, id_: UUID, target: str | None, timezone: str | None
) -> None:
    """Set a school up for a target or take it out (None); its own time zone, or the district's (None)."""
    await districts.lock(uow.conn, district_id)
    known = await district_parts.school(uow.conn, district_id, id_)
    if known is None:
        raise not_found("school")
    if target is not None:
        await require_target(uow, district_id, target)
    before = {key: known[key] for key in ("target", "timezone")}
    await district_parts.set_school(uow.conn, district_id, id_, target, timezone)
    after = {"target": target, "timezone": timezone}
    await note(uow, principal, district_id, Change("change_school", "school", f"school/{id_}", before, after))


async def require_target(uow: UnitOfWork, district_id: str, target: str) -> None:
    """Raises `Problem` 422 for a Moodle site that the district has not."""
    if await district_parts.target(uow.conn, district_id, target) is None:
        raise mistaken([Mistake("target", mark("There is no target {id} in this district."), {"id": target})])


async def note(
    uow: UnitOfWork, principal: Principal, district_id: str, change: Change, *, list_schools: bool = False
) -> None:
    """Audit a change and tell it on, if it is one. Only what differs is kept."""
    keys = sorted(k for k in {*change.before, *change.after} if change.before.get(k) != change.after.get(k))
    if not keys:
        return
    before, after = ({k: side[k] for k in keys if k in side} for side in (change.before, change.after))
    detail = {"before": before, "after": after}
    await audit.add(uow.conn, district_id, principal.id, change.action, change.subject, detail)
    pool = await districts.pool_of(uow.conn, district_id)
    told: Any = {"district_id": district_id, "pool": pool, "what": change.what, "list_schools": list_schools}
    uow.emit(SettingsChanged(**told))


def read(model: type[P], body: Json) -> P:
    """A part, checked. Raises `Problem` 422 with a sentence for each mistake."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise mistaken(mistakes_in(error)) from None


def secret_names(box: SecretBox, sealed: bytes) -> list[str] | None:
    """Which secrets a source has; None: they cannot be opened."""
    try:
        return sorted(box.open(sealed))
    except Permanent:
        return None


def secrets_in(box: SecretBox, sealed: bytes) -> dict[str, str]:
    """Secrets as they were; those that cannot be opened are gone, so that others can be put in their place."""
    try:
        return box.open(sealed)
    except Permanent:
        return {}


def mistaken(mistakes: list[Mistake]) -> Problem:
    """A change that cannot be made: 422 with a sentence for each mistake."""
    return Problem(422, "mistakes", _("This cannot be used; correct what `errors` names."), mistakes=mistakes)


def declared(found: Json | None) -> Json:
    """What was found of a district. Raises `Problem` 404 if it is not declared."""
    if found is None:
        raise not_found("district")
    return found
