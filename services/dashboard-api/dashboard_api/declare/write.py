"""Writes a declaration to the registry: the same declaration twice leaves the same registry."""

from common.events import SettingsChanged
from common.sealing import SecretBox
from common.uow import UnitOfWork
from dashboard_api.declare.model import SOURCE_ID, TARGET_ID, Declaration, OneRosterCsvSource, OneRosterSource
from dashboard_api.queries import audit, districts, schools, sources, targets


async def declare(uow: UnitOfWork, box: SecretBox, declaration: Declaration, actor: str) -> None:
    """Upsert all of it in the caller's transaction; the source is then asked for its schools."""
    district_id = declaration.district.id
    await districts.upsert(
        uow.conn, declaration.district, list(declaration.notify), None if declaration.schools else TARGET_ID
    )
    await _write_source(uow, box, district_id, declaration.source)
    token = {"token": declaration.target.token.get_secret_value()}
    await targets.upsert(uow.conn, district_id, TARGET_ID, declaration.target, box.seal(token))
    if declaration.schools:
        await schools.set_up_only(uow.conn, district_id, declaration.schools)
    else:
        await schools.set_all_up(uow.conn, district_id)
    await audit.add(uow.conn, district_id, actor, "declare", f"district/{district_id}", _summary(declaration))
    uow.emit(
        SettingsChanged(district_id=district_id, pool=declaration.district.pool, what="district", list_schools=True)
    )


async def _write_source(
    uow: UnitOfWork, box: SecretBox, district_id: str, source: OneRosterSource | OneRosterCsvSource
) -> None:
    secrets: dict[str, str] = {}
    settings = source.model_dump(exclude={"kind", "client_id", "client_secret"}, exclude_none=True)
    if isinstance(source, OneRosterSource):
        secrets["client_id"] = source.client_id.get_secret_value()
        secrets["client_secret"] = source.client_secret.get_secret_value()
    await sources.upsert(uow.conn, district_id, SOURCE_ID, source.kind, settings, box.seal(secrets))


def _summary(declaration: Declaration) -> dict[str, str | int]:
    schools = len(declaration.schools) or "all"
    return {"source": declaration.source.kind, "target": declaration.target.base_url, "schools": schools}
