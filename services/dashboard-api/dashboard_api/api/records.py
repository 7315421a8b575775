"""`/records`: what became of a class or a person, and why."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from common.db import Pool
from dashboard_api.api.answers import json_text
from dashboard_api.api.described import gives
from dashboard_api.api.schemas.records import FoundRecords, RecordLife
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.explain import explain
from dashboard_api.language import _
from dashboard_api.problems import Problem
from dashboard_api.queries import record_history, record_plans, record_search
from dashboard_api.queries.record_history import RecordEntity, RecordKey

router = APIRouter(prefix="/records", tags=["records"])


class RecordSearch(BaseModel):
    """What to look for: a name, an e-mail address, a user name, an id at the source or in Moodle."""

    model_config = ConfigDict(extra="forbid")

    district: str = Field(min_length=1, max_length=63)
    text: str = Field(min_length=1, max_length=200, pattern=r"\S")
    school: UUID | None = None


@router.post("/search", **gives(FoundRecords, problems=(404, 503)))
async def search_records(wanted: RecordSearch, caller: ApiCaller, context: InContext) -> Response:
    """Records by what people know of them. The text stands in the body, since names belong in no address."""
    caller.require("read", wanted.district)
    found = await record_search.find(context.pool, wanted.district, wanted.text.strip(), wanted.school)
    return json_text(f'{{"records":{found}}}')


@router.get("/{entity}/{key:path}/explain", **gives(RecordLife, problems=(503,)))
async def explain_record(
    entity: RecordEntity,
    key: Annotated[
        str, Path(description="The id at the source; of an enrolment, the class's and the person's: c-1/u-1")
    ],
    caller: ApiCaller,
    context: InContext,
    district: Annotated[str, Query(description="The district")],
    school: Annotated[UUID | None, Query(description="Only as this school sees it")] = None,
) -> Response:
    """How a record stands at each school, why, and its life, the newest run first."""
    caller.require("read", district)
    record = await record_key(context.pool, district, entity, key)
    return Response(to_json(await explain(context.pool, district, record, school)), media_type="application/json")


async def record_key(pool: Pool, district_id: str, entity: RecordEntity, key: str) -> RecordKey:
    """The record of an address. Raises `Problem` 422 for an enrolment that names no person."""
    if entity != "enrolment":
        return RecordKey(entity, key)
    if "/" not in key.strip("/"):
        raise Problem(422, "no_enrolment", _("An enrolment is known by its class and its person: give class/person."))
    schools = [school["id"] for school in await record_plans.settings(pool, district_id)]
    return RecordKey(entity, *await record_history.class_of(pool, district_id, key, schools))
