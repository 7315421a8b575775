"""Changing a declared district part by part: checked as a declaration is, audited before and after, told on.

A change that changes nothing leaves no trace. Secrets and addresses never stand in the audit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from pydantic import ValidationError

from common.events import SettingsChanged
from common.language import mark
from common.sealing import SecretBox
from common.uow import UnitOfWork
from dashboard_api.auth.principal import Principal
from dashboard_api.declare import reserved
from dashboard_api.declare.kinds import split
from dashboard_api.declare.mistakes import Mistake, mistakes_in
from dashboard_api.declare.model import FOR_GUARDIANS, NO_GUARDIANS, Parallel, Target
from dashboard_api.declare.patch import merged
from dashboard_api.declare.second_person import SecondPerson
from dashboard_api.declare.sources import Source
from dashboard_api.declare.values import Declared, Id, Locale, Name, Zone
from dashboard_api.language import _
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import audit, district_parts, districts, sources, targets
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
    before = _declared(await district_parts.general(uow.conn, district_id))
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
    before = _declared(await district_parts.policy(uow.conn, district_id))
    policy = read(PolicyPart, {"policy": dict(wanted) if whole else merged(before, wanted)}).policy
    if policy.families and not await district_parts.has_guardian_role(uow.conn, district_id):
        raise _mistaken([Mistake("policy.families", NO_GUARDIANS, keys=FOR_GUARDIANS)])
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
    _declared(await district_parts.general(uow.conn, district_id))
    before = (await districts.second_person(uow.conn, district_id)).model_dump(mode="json")
    policy = read(SecondPersonPart, {"second_person": dict(wanted)}).second_person
    await district_parts.set_second_person(uow.conn, district_id, policy.model_dump(mode="json", exclude_unset=True))
    after = policy.model_dump(mode="json")
    change = Change("change_second_person", "district", f"district/{district_id}", before, after)
    await note(uow, principal, district_id, change)


async def change_source(
    uow: UnitOfWork, box: SecretBox, principal: Principal, place: tuple[str, str], patch: Json, name: str | None
) -> None:
    """Call a source (district, id) something else (None: no), or replace keys of it, secrets too; it is then listed.

    Raises `Problem` 404 and 422, and `Permanent` where the stored secrets cannot be opened.
    """
    district_id, id_ = place
    await districts.lock(uow.conn, district_id)
    known = (await sources.known(uow.conn, district_id)).get(id_)
    if known is None:
        raise not_found("source")
    old_name = await district_parts.source_name(uow.conn, district_id, id_)
    old_secrets = box.open(known.secrets)
    source = read(SourcePart, {"source": merged({"kind": known.kind, **known.settings, **old_secrets}, patch)}).source
    reserved.require_own_place(principal, source, known.settings)
    settings, secrets = split(source)
    reserved.require_secrets(known.settings, settings, {*secrets} - {*patch}, "source")
    changed = sorted(key for key in {*secrets, *old_secrets} if secrets.get(key) != old_secrets.get(key))
    new_name = old_name if name is None else name
    before: Json = {"name": old_name, "kind": known.kind, "settings": known.settings}
    after: Json = {"name": new_name, "kind": source.kind, "settings": settings}
    differs = bool(changed) or (source.kind, settings) != (known.kind, known.settings)
    if differs:
        await sources.upsert(uow.conn, district_id, id_, source.kind, settings, box.seal(secrets))
        after["secrets_replaced"] = changed
    await district_parts.rename_source(uow.conn, district_id, id_, new_name)
    change = Change("change_source", "source", f"source/{id_}", before, after)
    await note(uow, principal, district_id, change, list_schools=differs)


async def change_target(
    uow: UnitOfWork, box: SecretBox, principal: Principal, place: tuple[str, str], patch: Json
) -> None:
    """Replace keys of a target (district, id), its token too. Raises `Problem` 404 and 422."""
    district_id, id_ = place
    await districts.lock(uow.conn, district_id)
    known = await district_parts.target(uow.conn, district_id, id_)
    if known is None:
        raise not_found("target")
    token = box.open(known.pop("secrets"))["token"]
    target = read(TargetPart, {"target": merged({**known, "token": token}, patch)}).target
    new_token = target.token.get_secret_value()
    reserved.require_public(principal, {"base_url": target.base_url}, known)
    reserved.require_secrets(known, {"base_url": target.base_url}, {"token"} - {*patch}, "target.token")
    after = target.model_dump(mode="json", exclude={"token"})
    await targets.upsert(uow.conn, district_id, id_, target, box.seal({"token": new_token}))
    policy = Policy.model_validate(await district_parts.policy(uow.conn, district_id))
    if policy.families and "guardian" not in target.roles:
        raise _mistaken([Mistake("target.roles", NO_GUARDIANS, keys=FOR_GUARDIANS)])
    if new_token != token:
        after["secrets_replaced"] = ["token"]
    await note(uow, principal, district_id, Change("change_target", "target", f"target/{id_}", known, after))


async def change_school(
    uow: UnitOfWork, principal: Principal, district_id: str, id_: UUID, target: str | None, timezone: str | None
) -> None:
    """Set a school up for a target or take it out (None); its own time zone, or the district's (None)."""
    await districts.lock(uow.conn, district_id)
    known = await district_parts.school(uow.conn, district_id, id_)
    if known is None:
        raise not_found("school")
    if target is not None and await district_parts.target(uow.conn, district_id, target) is None:
        raise _mistaken([Mistake("target", mark("There is no target {id} in this district."), {"id": target})])
    before = {key: known[key] for key in ("target", "timezone")}
    await district_parts.set_school(uow.conn, district_id, id_, target, timezone)
    after = {"target": target, "timezone": timezone}
    await note(uow, principal, district_id, Change("change_school", "school", f"school/{id_}", before, after))


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
        raise _mistaken(mistakes_in(error)) from None


def _mistaken(mistakes: list[Mistake]) -> Problem:
    return Problem(422, "mistakes", _("This cannot be used; correct what `errors` names."), mistakes=mistakes)


def _declared(found: Json | None) -> Json:
    if found is None:
        raise not_found("district")
    return found
