"""The Moodle sites of a declared district, one by one: added, changed, replaced and taken out.

Each change is checked as a declaration is, audited before and after, and told on. A declaration knows one site, `main`.
"""

from typing import Any

from common.db import Connection
from common.language import mark
from common.sealing import SecretBox
from common.uow import UnitOfWork
from dashboard_api.auth.principal import Principal
from dashboard_api.declare import parts, reserved
from dashboard_api.declare.mistakes import Mistake
from dashboard_api.declare.model import FOR_GUARDIANS, NO_GUARDIANS, TARGET_ID, Target
from dashboard_api.declare.parts import Change, TargetPart
from dashboard_api.declare.patch import merged
from dashboard_api.language import _, plural
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import district_parts, districts, targets
from dashboard_api.words.amounts import number
from rules.policy import Policy

Json = dict[str, Any]
Place = tuple[str, str]
"""District and id."""


async def add(uow: UnitOfWork, box: SecretBox, principal: Principal, district_id: str, body: Json) -> str:
    """Declare one more site, under the first free id. Raises `Problem` 404 and 422."""
    await districts.lock(uow.conn, district_id)
    known = await targets.addresses(uow.conn, district_id)
    names = (TARGET_ID, *(f"moodle-{n}" for n in range(2, len(known) + 3)))
    id_ = next(name for name in names if name not in known)
    await put(uow, box, principal, (district_id, id_), body)
    return id_


async def put(uow: UnitOfWork, box: SecretBox, principal: Principal, place: Place, body: Json) -> None:
    """Declare a site whole, new or known, its token too. Raises `Problem` 404 and 422."""
    district_id, id_ = place
    parts.read(parts.IdPart, {"id": id_})
    await districts.lock(uow.conn, district_id)
    parts.declared(await district_parts.general(uow.conn, district_id))
    target = parts.read(TargetPart, {"target": body}).target
    known = await district_parts.target(uow.conn, district_id, id_)
    if known is None:
        await _require_main(uow, district_id, id_)
    await _write(uow, box, principal, place, known, target)


async def change(uow: UnitOfWork, box: SecretBox, principal: Principal, place: Place, patch: Json) -> None:
    """Replace keys of a site, its token too. Raises `Problem` 404 and 422."""
    district_id, id_ = place
    await districts.lock(uow.conn, district_id)
    known = await district_parts.target(uow.conn, district_id, id_)
    if known is None:
        raise not_found("target")
    about = {key: value for key, value in known.items() if key != "secrets"}
    old = {**about, **parts.secrets_in(box, known["secrets"])}
    target = parts.read(TargetPart, {"target": merged(old, patch)}).target
    reserved.require_secrets(about, {"base_url": target.base_url}, {"token"} - {*patch}, "target.token")
    await _write(uow, box, principal, place, known, target)


async def remove(uow: UnitOfWork, principal: Principal, district_id: str, id_: str) -> None:
    """Forget a site; what is in it stays. Raises `Problem` 409 while schools or devices go there.

    `main` goes last: it is the one that declarations know, and that schools are set up for by themselves.
    """
    await districts.lock(uow.conn, district_id)
    known = await district_parts.target(uow.conn, district_id, id_)
    if known is None:
        raise not_found("target")
    if sentence := await in_use(uow.conn, district_id, id_):
        raise Problem(409, "target_in_use", sentence)
    await targets.remove(uow.conn, district_id, id_)
    known.pop("secrets")
    await parts.note(uow, principal, district_id, Change("remove_target", "target", f"target/{id_}", known, {}))


async def _write(
    uow: UnitOfWork, box: SecretBox, principal: Principal, place: Place, known: Json | None, target: Target
) -> None:
    """Write a site that differs from what is `known` of it (None: it is new)."""
    district_id, id_ = place
    reserved.require_public(principal, {"base_url": target.base_url}, known)
    await _require_fit(uow, place, target)
    sealed, before = (known or {}).get("secrets"), {k: v for k, v in (known or {}).items() if k != "secrets"}
    after: Json = target.model_dump(mode="json", exclude={"token"})
    token = target.token.get_secret_value()
    if sealed is not None and parts.secrets_in(box, sealed).get("token") != token:
        after["secrets_replaced"] = ["token"]
    if after != before:
        await targets.upsert(uow.conn, district_id, id_, target, box.seal({"token": token}))
    action = "change_target" if known else "add_target"
    await parts.note(uow, principal, district_id, Change(action, "target", f"target/{id_}", before, after))


async def _require_fit(uow: UnitOfWork, place: Place, target: Target) -> None:
    """Raises `Problem` 422 for a site without what the policy needs, or that is declared already."""
    district_id, id_ = place
    policy = parts.declared(await district_parts.policy(uow.conn, district_id))
    if Policy.model_validate(policy).families and "guardian" not in target.roles:
        raise parts.mistaken([Mistake("target.roles", NO_GUARDIANS, keys=FOR_GUARDIANS)])
    others = [one for one in await district_parts.targets(uow.conn, district_id) if one["id"] != id_]
    same = next((other for other in others if other["base_url"] == target.base_url), None)
    if same is not None:
        sentence = mark("This Moodle site is there already, as {name} ({id}). Change that one instead.")
        raise parts.mistaken([Mistake("target.base_url", sentence, {"name": same["name"], "id": same["id"]})])
    if any(other["name"].casefold() == target.name.casefold() for other in others):
        sentence = mark(
            "Another Moodle site of the district has this name. People choose by name: give this one its own."
        )
        raise parts.mistaken([Mistake("target.name", sentence)])


async def _require_main(uow: UnitOfWork, district_id: str, id_: str) -> None:
    """Raises `Problem` 422 for a first site with another id than declarations know."""
    if id_ != TARGET_ID and TARGET_ID not in await targets.addresses(uow.conn, district_id):
        sentence = mark("The first Moodle site of a district has the id {id}. Add that one first.")
        raise parts.mistaken([Mistake("id", sentence, {"id": TARGET_ID})])


async def in_use(conn: Connection, district_id: str, id_: str) -> str:
    """Why a site cannot be taken out yet, and what comes first; blank: it can."""
    used = await targets.used(conn, district_id, id_)
    if used["schools"]:
        return plural(
            "{n} school is set up for this Moodle site. Take it out, or set it up for another one, first.",
            "{n} schools are set up for this Moodle site. Take them out, or set them up for another one, first.",
            used["schools"],
            n=number(used["schools"]),
        )
    if used["devices"]:
        return plural(
            "{n} device syncs with this Moodle site. Give it another one first.",
            "{n} devices sync with this Moodle site. Give them another one first.",
            used["devices"],
            n=number(used["devices"]),
        )
    if id_ == TARGET_ID and len(await targets.addresses(conn, district_id)) > 1:
        return _("This is the Moodle site that the district's file declares. Take out the other sites first.")
    return ""
