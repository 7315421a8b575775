"""The sources of a declared district, one by one: added, changed, replaced and taken out.

Each change is checked as a declaration is, audited before and after, and told on.
"""

from collections.abc import Collection
from typing import Any

from common.sealing import SecretBox
from common.uow import UnitOfWork
from dashboard_api.auth.principal import Principal
from dashboard_api.declare import parts, reserved
from dashboard_api.declare.kinds import split
from dashboard_api.declare.parts import Change, SourcePart
from dashboard_api.declare.patch import merged
from dashboard_api.declare.sources import Source
from dashboard_api.language import plural
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import district_parts, districts, sources
from dashboard_api.queries.sources import Known
from dashboard_api.words.amounts import number

Json = dict[str, Any]
Place = tuple[str, str]
"""District and id."""


async def add(
    uow: UnitOfWork, box: SecretBox, principal: Principal, district_id: str, body: Json, name: str = ""
) -> str:
    """Declare one more source, under the first free id of its kind; it is then listed. Raises `Problem` 404 and 422."""
    source, known = await _read(uow, district_id, body)
    id_ = _free(source.kind, known)
    await _declare(uow, box, principal, (district_id, id_), source, name)
    return id_


async def put(
    uow: UnitOfWork, box: SecretBox, principal: Principal, place: Place, body: Json, name: str | None
) -> None:
    """Declare a source whole, new or known, secrets too; it is then listed. `name` None: as it is called, or not.

    Raises `Problem` 404 and 422.
    """
    district_id, id_ = place
    parts.read(parts.IdPart, {"id": id_})
    source, known = await _read(uow, district_id, body)
    if id_ not in known:
        await _declare(uow, box, principal, place, source, name or "")
    else:
        await _replace(uow, box, principal, place, known[id_], source, name)


async def change(
    uow: UnitOfWork, box: SecretBox, principal: Principal, place: Place, patch: Json, name: str | None
) -> None:
    """Call a source something else (None: no), or replace keys of it, secrets too; it is then listed.

    Raises `Problem` 404 and 422, and `Permanent` where the stored secrets cannot be opened.
    """
    district_id, id_ = place
    await districts.lock(uow.conn, district_id)
    known = (await sources.known(uow.conn, district_id)).get(id_)
    if known is None:
        raise not_found("source")
    old = {"kind": known.kind, **known.settings, **parts.secrets_in(box, known.secrets)}
    source = parts.read(SourcePart, {"source": merged(old, patch)}).source
    await _replace(uow, box, principal, place, known, source, name, kept={*split(source)[1]} - {*patch})


async def remove(uow: UnitOfWork, principal: Principal, district_id: str, id_: str) -> None:
    """Forget a source with its schools; what these have in Moodle stays. Raises `Problem` 409 while one is set up."""
    await districts.lock(uow.conn, district_id)
    known = await sources.known(uow.conn, district_id)
    if id_ not in known:
        raise not_found("source")
    others = [other for other in known if other != id_]
    used = await sources.used_beside(uow.conn, district_id, others)
    if used is not None:
        raise in_use(used["schools"])
    await sources.remove_beside(uow.conn, district_id, others)
    before = {"kind": known[id_].kind, "settings": known[id_].settings}
    change = Change("remove_source", "source", f"source/{id_}", before, {})
    await parts.note(uow, principal, district_id, change)


def in_use(schools: int) -> Problem:
    """The refusal to take out a source of which schools are set up."""
    sentence = plural(
        "{n} school of this source is set up. Take it out of its Moodle first.",
        "{n} schools of this source are set up. Take them out of their Moodle first.",
        schools,
        n=number(schools),
    )
    return Problem(409, "source_in_use", sentence)


async def _read(uow: UnitOfWork, district_id: str, body: Json) -> tuple[Source, dict[str, Known]]:
    """A source that is to be declared, and those that are. Raises `Problem` 404 and 422."""
    await districts.lock(uow.conn, district_id)
    parts.declared(await district_parts.general(uow.conn, district_id))
    return parts.read(SourcePart, {"source": body}).source, await sources.known(uow.conn, district_id)


async def _declare(
    uow: UnitOfWork, box: SecretBox, principal: Principal, place: Place, source: Source, name: str
) -> None:
    district_id, id_ = place
    reserved.require_own_place(principal, source)
    settings, secrets = split(source)
    await sources.upsert(uow.conn, district_id, id_, source.kind, settings, box.seal(secrets))
    await district_parts.rename_source(uow.conn, district_id, id_, name)
    after = {"name": name, "kind": source.kind, "settings": settings}
    change = Change("add_source", "source", f"source/{id_}", {}, after)
    await parts.note(uow, principal, district_id, change, list_schools=True)


async def _replace(
    uow: UnitOfWork,
    box: SecretBox,
    principal: Principal,
    place: Place,
    known: Known,
    source: Source,
    name: str | None,
    kept: Collection[str] = (),
) -> None:
    """Write a source anew; `kept` are the secrets that were not given, but taken over."""
    district_id, id_ = place
    reserved.require_own_place(principal, source, known.settings)
    settings, secrets = split(source)
    reserved.require_secrets(known.settings, settings, kept, "source")
    old_name = await district_parts.source_name(uow.conn, district_id, id_)
    old_secrets = parts.secrets_in(box, known.secrets)
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
    await parts.note(uow, principal, district_id, change, list_schools=differs)


def _free(kind: str, known: Json) -> str:
    names = (kind, *(f"{kind}-{n}" for n in range(2, len(known) + 3)))
    return next(name for name in names if name not in known)
