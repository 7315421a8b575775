"""`/mapping/try`: what templates would make of a school's real rows, before they are declared."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_json

from common.db import Pool
from dashboard_api import mapping_trial
from dashboard_api.api.described import gives
from dashboard_api.api.schemas.records import MappingTrial
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.declare.mistakes import mistakes_in
from dashboard_api.declare.values import Declared
from dashboard_api.language import _
from dashboard_api.mapping_trial import UNIQUE_CLASS, UNIQUE_PERSON, Place, troubled_first
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import mapping_rows
from rules.policy import Policy, Templates

router = APIRouter(prefix="/mapping", tags=["mapping"])


class Trial(BaseModel):
    """What to try: `templates` as a district file has them below `policy`; those left out are as they are now."""

    model_config = ConfigDict(extra="forbid")

    district: str = Field(min_length=1, max_length=63)
    school: UUID
    templates: dict[str, Any] = Field(default_factory=dict)
    rows: int = Field(default=20, ge=1, le=1000)


class _Part(Declared):
    """The part of a declaration that templates stand in, so that mistakes name their place in it."""

    policy: Policy


@router.post("/try", **gives(MappingTrial, problems=(404, 503)))
async def try_mapping(trial: Trial, caller: ApiCaller, context: InContext) -> Response:
    """Renders templates on the school's people and classes, beside what the present policy gives.

    Shown first is what people should look at: what is cut, cleaned, or not unique in this Moodle.
    """
    caller.require("read", trial.district)
    return Response(to_json(await tried(context.pool, trial)), media_type="application/json")


async def tried(pool: Pool, trial: Trial) -> dict[str, Any]:
    """What the trial gives. Raises `Problem`: 404, and 422 for templates that cannot be used."""
    school = await mapping_rows.school(pool, trial.district, trial.school)
    if school is None:
        raise not_found("school")
    policy = Policy.model_validate(school["policy"])
    return await _answer(pool, trial, school, policy, _templates(policy.templates, trial.templates))


async def _answer(
    pool: Pool, trial: Trial, school: dict[str, Any], policy: Policy, wished: Templates
) -> dict[str, Any]:
    place = Place(school["source_id"], school["name"], school["source_school_id"])
    about, target = (trial.district, trial.school), school["target_id"]
    names = await mapping_rows.taken(pool, trial.district, target, "user", UNIQUE_PERSON)
    titles = await mapping_rows.taken(pool, trial.district, target, "course", UNIQUE_CLASS)
    present = policy.templates
    persons = await mapping_rows.people(pool, *about, families=policy.families)
    people = mapping_trial.try_people(persons, place, present, wished, names)
    rows = await mapping_rows.courses(pool, *about, policy.courses)
    classes = mapping_trial.try_classes(rows, place, present, wished, titles)
    return {
        "school": school["name"],
        "people": troubled_first(people, trial.rows),
        "classes": troubled_first(classes, trial.rows),
        "totals": {"people": mapping_trial.totals(people), "classes": mapping_trial.totals(classes)},
    }


def _templates(present: Templates, wished: dict[str, Any]) -> Templates:
    templates = present.model_dump() | wished
    try:
        return _Part.model_validate({"policy": {"templates": templates}}).policy.templates
    except ValidationError as error:
        detail = _("The templates cannot be used; correct what `errors` names.")
        raise Problem(422, "mistakes", detail, mistakes=mistakes_in(error)) from None
