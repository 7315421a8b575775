"""Adding a source to a declared district, and taking one out: checked, audited and told on, as its other parts are."""

from typing import Any

from common.sealing import SecretBox
from common.uow import UnitOfWork
from dashboard_api.auth.principal import Principal
from dashboard_api.declare import parts, reserved
from dashboard_api.declare.kinds import split
from dashboard_api.declare.parts import Change, SourcePart
from dashboard_api.language import plural
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import district_parts, districts, sources
from dashboard_api.words.amounts import number

Json = dict[str, Any]


async def add(
    uow: UnitOfWork, box: SecretBox, principal: Principal, district_id: str, body: Json, name: str = ""
) -> str:
    """Declare one more source, under the first free id of its kind; it is then listed. Raises `Problem` 404 and 422."""
    await districts.lock(uow.conn, district_id)
    if await district_parts.general(uow.conn, district_id) is None:
        raise not_found("district")
    source = parts.read(SourcePart, {"source": body}).source
    reserved.require_own_place(principal, source)
    known = await sources.known(uow.conn, district_id)
    id_ = _free(source.kind, known)
    settings, secrets = split(source)
    await sources.upsert(uow.conn, district_id, id_, source.kind, settings, box.seal(secrets))
    await district_parts.rename_source(uow.conn, district_id, id_, name)
    after = {"name": name, "kind": source.kind, "settings": settings}
    change = Change("add_source", "source", f"source/{id_}", {}, after)
    await parts.note(uow, principal, district_id, change, list_schools=True)
    return id_


async def remove(uow: UnitOfWork, principal: Principal, district_id: str, id_: str) -> None:
    """Forget a source with its schools; what these have in Moodle stays. Raises `Problem` 409 while one is set up."""
    await districts.lock(uow.conn, district_id)
    known = await sources.known(uow.conn, district_id)
    if id_ not in known:
        raise not_found("source")
    others = [other for other in known if other != id_]
    used = await sources.used_beside(uow.conn, district_id, others)
    if used is not None:
        sentence = plural(
            "{n} school of this source is set up. Take it out of its Moodle first.",
            "{n} schools of this source are set up. Take them out of their Moodle first.",
            used["schools"],
            n=number(used["schools"]),
        )
        raise Problem(409, "source_in_use", sentence)
    await sources.remove_beside(uow.conn, district_id, others)
    before = {"kind": known[id_].kind, "settings": known[id_].settings}
    change = Change("remove_source", "source", f"source/{id_}", before, {})
    await parts.note(uow, principal, district_id, change)


def _free(kind: str, known: Json) -> str:
    names = (kind, *(f"{kind}-{n}" for n in range(2, len(known) + 3)))
    return next(name for name in names if name not in known)
