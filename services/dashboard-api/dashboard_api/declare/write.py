"""Writes a declaration to the registry: the same declaration twice leaves the same registry."""

from typing import Any
from uuid import UUID

from common.errors import Permanent
from common.events import SettingsChanged
from common.registry import school_id
from common.sealing import SecretBox
from common.uow import UnitOfWork
from dashboard_api.declare import parts
from dashboard_api.declare.kinds import split
from dashboard_api.declare.mistakes import Mistake, MistakenError
from dashboard_api.declare.model import FOR_GUARDIANS, NO_GUARDIANS, TARGET_ID, Declaration
from dashboard_api.declare.recipients import Recipient
from dashboard_api.declare.sources import Source
from dashboard_api.language import plural
from dashboard_api.queries import audit, district_parts, districts, recipients, schools, sources, targets
from dashboard_api.queries.recipients import NewRecipient
from dashboard_api.words.amounts import number


async def declare(uow: UnitOfWork, box: SecretBox, declaration: Declaration, actor: str) -> None:
    """Upsert all of it in the caller's transaction; the sources are then asked for their schools.

    Raises `MistakenError` for what does not fit what is there: a source is missing that has schools.
    """
    district_id = declaration.district.id
    before = await districts.declared(uow.conn, district_id)
    await districts.upsert(uow.conn, declaration, None if declaration.schools else TARGET_ID)
    changed = await _write_sources(uow, box, declaration)
    await _write_target(uow, box, declaration)
    await _write_people(uow, declaration)
    if declaration.schools:
        named = [(declaration.source_of(school), school) for school in declaration.schools]
        await schools.set_up_only(uow.conn, district_id, named)
    else:
        await schools.set_all_up(uow.conn, district_id)
    summary = _summary(declaration) | {"changed_sources": changed}
    summary |= {"before": before, "after": await districts.declared(uow.conn, district_id)}
    await audit.add(uow.conn, district_id, actor, "declare", f"district/{district_id}", summary)
    uow.emit(
        SettingsChanged(district_id=district_id, pool=declaration.district.pool, what="district", list_schools=True)
    )


async def _write_target(uow: UnitOfWork, box: SecretBox, declaration: Declaration) -> None:
    """Write the target, unless it is as it was. Raises `MistakenError` where another site lacks a role."""
    district_id, target = declaration.district.id, declaration.target
    known = await district_parts.target(uow.conn, district_id, TARGET_ID)
    token = {"token": target.token.get_secret_value()}
    as_it_was = known is not None and (
        target.model_dump(mode="json", exclude={"token"}) == {k: v for k, v in known.items() if k != "secrets"}
        and parts.secrets_in(box, known["secrets"]) == token
    )
    if not as_it_was:
        await targets.upsert(uow.conn, district_id, TARGET_ID, target, box.seal(token))
    if declaration.policy.families and not await district_parts.has_guardian_role(uow.conn, district_id):
        raise MistakenError(Mistake("policy.families", NO_GUARDIANS, keys=FOR_GUARDIANS))


async def _write_people(uow: UnitOfWork, declaration: Declaration) -> None:
    """Who is told, and which acts need a second person: only where the declaration says so."""
    district_id = declaration.district.id
    if "notify" in declaration.model_fields_set:
        told = [
            NewRecipient(one.email, one.outcomes, one.locale, _school_of(declaration, one))
            for one in declaration.notify
        ]
        await recipients.replace(uow.conn, district_id, told)
    if "second_person" in declaration.model_fields_set:
        wanted = declaration.second_person.model_dump(mode="json", exclude_unset=True)
        await district_parts.set_second_person(uow.conn, district_id, wanted)


def _school_of(declaration: Declaration, one: Recipient) -> UUID | None:
    if one.school is None:
        return None
    return school_id(declaration.district.id, declaration.source_of_recipient(one), one.school)


async def _write_sources(uow: UnitOfWork, box: SecretBox, declaration: Declaration) -> list[str]:
    """Bring the sources in line; the ids of those that are new or differ. The others are not touched."""
    district_id, declared = declaration.district.id, declaration.sources_by_id
    await _remove_others(uow, district_id, [*declared])
    known = await sources.known(uow.conn, district_id)
    changed = [id_ for id_, source in declared.items() if not _same(box, known.get(id_), source)]
    for id_ in changed:
        settings, secrets = split(declared[id_])
        await sources.upsert(uow.conn, district_id, id_, declared[id_].kind, settings, box.seal(secrets))
    await sources.forget_failed_listings(uow.conn, district_id)
    return changed


async def _remove_others(uow: UnitOfWork, district_id: str, ids: list[str]) -> None:
    used = await sources.used_beside(uow.conn, district_id, ids)
    if used is not None:
        raise MistakenError(
            Mistake(
                f"sources.{used['source_id']}",
                plural(
                    "{key} is not declared any more, but {n} school of it is set up; put it back, list under {schools} "
                    "those that stay, apply the file, and then take it out.",
                    "{key} is not declared any more, but {n} schools of it are set up; put it back, list under "
                    "{schools} those that stay, apply the file, and then take it out.",
                    used["schools"],
                ),
                {"n": number(used["schools"])},
                {"schools": "schools"},
            )
        )
    await sources.remove_beside(uow.conn, district_id, ids)


def _same(box: SecretBox, known: sources.Known | None, source: Source) -> bool:
    if known is None or known.kind != source.kind:
        return False
    settings, secrets = split(source)
    try:
        return known.settings == settings and box.open(known.secrets) == secrets
    except Permanent:
        return False


def _summary(declaration: Declaration) -> dict[str, Any]:
    kinds = {id_: source.kind for id_, source in declaration.sources_by_id.items()}
    return {"sources": kinds, "target": declaration.target.base_url, "schools": len(declaration.schools) or "all"}
