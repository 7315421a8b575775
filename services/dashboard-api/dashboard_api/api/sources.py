"""`/districts/{id}/sources`: where rosters come from; added, changed, tried out and taken out, one by one."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from common.db import Connection
from dashboard_api import source_checks
from dashboard_api.api.calls import Call, MayDeclare, MayOverwrite
from dashboard_api.api.described import gives
from dashboard_api.api.etags import matches, tagged
from dashboard_api.api.idempotency import Acting
from dashboard_api.api.listing import InWhole, both
from dashboard_api.api.schemas.settings import SettingsOfSource, SettingsOfSources, SourceAdded
from dashboard_api.api.schemas.system import CheckOrdered
from dashboard_api.context import Context
from dashboard_api.declare import parts, present, source_parts
from dashboard_api.problems import not_found
from dashboard_api.queries import district_parts, districts

COLUMNS = (
    "id",
    "name",
    "kind",
    "settings",
    "secrets",
    "listed_at",
    "listing_error",
    "listing_error_code",
    "schools",
    "set_up",
)

router = APIRouter(tags=["settings"], route_class=Acting)
SourceId = Annotated[str, Path(description="Its id in the district")]
SourceName = Annotated[str, Field(max_length=200)]
ACTS = {"add_source": "", "change_source": "", "declare": None}
"""What may change a source (`api.etags`)."""


class SourceChange(BaseModel):
    """`name`: what people call it, blank: its kind; `source`: keys as a declaration has them, secrets too."""

    model_config = ConfigDict(extra="forbid")

    name: SourceName | None = None
    source: dict[str, Any] = {}


class WholeSource(BaseModel):
    """`source`: as a declaration has it, secrets included; `name`: what people call it, null: as it is called."""

    model_config = ConfigDict(extra="forbid")

    name: SourceName | None = None
    source: dict[str, Any]


class SchoolToRead(BaseModel):
    """The school to read, by its id at the source; null: the first that is listed."""

    model_config = ConfigDict(extra="forbid")

    school: Annotated[str, Field(min_length=1, max_length=200)] | None = None


@both(router, "/districts/{district_id}/sources", **gives(SettingsOfSources, tagged=True, as_csv=True))
async def list_sources(call: MayDeclare, asked: InWhole) -> Response:
    """A district's sources without their secrets, of which `secrets` has the names (null: they cannot be opened)."""
    if asked.as_csv:
        found = await district_parts.sources(call.context.pool, call.district_id)
        return asked.csv("sources", COLUMNS, [_shown(call.context, source, sealed) for source, sealed in found])
    return await _all(call)


@router.get("/districts/{district_id}/sources/{source_id}", **gives(SettingsOfSource, tagged=True))
async def show_source(call: MayDeclare, source_id: SourceId) -> Response:
    """One of them. Its `ETag` suits changes of this source alone, that of the list changes of any."""
    found = await district_parts.sources(call.context.pool, call.district_id)
    one = next((pair for pair in found if pair[0]["id"] == source_id), None)
    if one is None:
        raise not_found("source")
    source, sealed = one
    text = json.dumps(_shown(call.context, source, sealed), ensure_ascii=False)
    return tagged(call.request, text, present.source_part(source, sealed))


@router.post("/districts/{district_id}/sources", **gives(SourceAdded, 201, tagged=True))
async def add_source(call: MayDeclare, body: WholeSource) -> Response:
    """Declare one more source, which is then asked for its schools; `id` is the first free one of its kind."""
    async with call.context.unit_of_work() as uow:
        id_ = await source_parts.add(uow, call.context.box, call.caller, call.district_id, body.source, body.name or "")
    return await _all(call, added=id_)


@router.put("/districts/{district_id}/sources/{source_id}", **gives(SettingsOfSources, tagged=True))
async def put_source(call: MayOverwrite, source_id: SourceId, body: WholeSource) -> Response:
    """Declare a source whole, new or known, under an id that whoever declares it chooses; it is then asked for its
    schools.
    """
    async with call.context.unit_of_work() as uow:
        await _require_seen(uow.conn, call, source_id)
        await source_parts.put(
            uow, call.context.box, call.caller, (call.district_id, source_id), body.source, body.name
        )
    return await _all(call)


@router.patch("/districts/{district_id}/sources/{source_id}", **gives(SettingsOfSources, tagged=True))
async def change_source(call: MayOverwrite, source_id: SourceId, body: SourceChange) -> Response:
    """Rename a source, or replace keys of it: a secret, an address. It is then asked for its schools again."""
    async with call.context.unit_of_work() as uow:
        await _require_seen(uow.conn, call, source_id)
        await source_parts.change(
            uow, call.context.box, call.caller, (call.district_id, source_id), body.source, body.name
        )
    return await _all(call)


@router.delete("/districts/{district_id}/sources/{source_id}", **gives(SettingsOfSources, tagged=True, problems=(409,)))
async def remove_source(call: MayOverwrite, source_id: SourceId) -> Response:
    """Take a source out, with its schools; what these have in Moodle stays. 409 while one of them is set up."""
    async with call.context.unit_of_work() as uow:
        await _require_seen(uow.conn, call, source_id)
        await source_parts.remove(uow, call.caller, call.district_id, source_id)
    return await _all(call)


@router.post("/districts/{district_id}/sources/{source_id}/check", **gives(CheckOrdered, 202))
async def check_source(call: MayDeclare, source_id: SourceId, body: SchoolToRead) -> Response:
    """Have a declared source tried out, with the secrets that it has. `Location` is the check."""
    async with call.context.unit_of_work() as uow:
        id_ = await source_checks.order_declared(uow, call.caller, call.district_id, source_id, body.school)
    return ordered(id_, "source-checks")


def ordered(id_: UUID, where: str) -> Response:
    """A check was taken; `Location` says how far it is."""
    headers = {"Location": f"/api/v1/{where}/{id_}"}
    return Response(to_json({"id": id_}), 202, headers, media_type="application/json")


async def _require_seen(conn: Connection, call: Call, id_: str) -> None:
    """Raises `Problem` 412 unless the caller has seen the source as it is, alone or in the list."""
    if call.if_match is None:
        return
    await districts.lock(conn, call.district_id)
    found = await district_parts.sources(conn, call.district_id)
    declared = {source["id"]: present.source_part(source, sealed) for source, sealed in found}
    if id_ in declared and matches(call.if_match, [*declared.values()]):
        return
    await call.require_seen(conn, declared.get(id_), ACTS, f"source/{id_}")


async def _all(call: Call, added: str | None = None) -> Response:
    """All of them; with `added`, the id of the one that is new."""
    found = await district_parts.sources(call.context.pool, call.district_id)
    body: dict[str, Any] = {"sources": [_shown(call.context, source, sealed) for source, sealed in found]}
    if added is not None:
        body = {"id": added, **body}
    declared = [present.source_part(source, sealed) for source, sealed in found]
    answer = tagged(call.request, json.dumps(body, ensure_ascii=False), declared)
    if added is not None:
        answer.status_code = 201
        answer.headers["Location"] = f"/api/v1/districts/{call.district_id}/sources/{added}"
    return answer


def _shown(context: Context, source: dict[str, Any], sealed: bytes) -> dict[str, Any]:
    return {**source, "secrets": parts.secret_names(context.box, sealed)}
