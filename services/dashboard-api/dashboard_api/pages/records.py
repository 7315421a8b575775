"""The page of one record: why it is, or is not, in Moodle, and its life."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response

from dashboard_api.api.records import record_key
from dashboard_api.explain import explain
from dashboard_api.pages.visit import InVisit, Visit
from dashboard_api.queries import record_plans
from dashboard_api.queries.operations import REMOVALS
from dashboard_api.queries.record_history import RecordEntity
from dashboard_api.words import record_story, standing
from dashboard_api.words.fields import record_name
from dashboard_api.words.operations import STATES, Site, changes, record_address

Json = dict[str, Any]

ONES = ("user", "class")
"""Records that a run can be narrowed to."""

router = APIRouter(prefix="/records", include_in_schema=False)


@router.get("/{entity}/{key:path}")
async def show(
    entity: RecordEntity, key: Annotated[str, Path(max_length=600)], visit: InVisit, school: UUID | None = None
) -> Response:
    """The page. `key` is the id at the source; of an enrolment, the class's and the person's."""
    pool, district_id = visit.context.pool, visit.district
    told = await explain(pool, district_id, await record_key(pool, district_id, entity, key), school)
    sites = {row["id"]: Site(row["roles"], row["timezone"]) for row in await record_plans.settings(pool, district_id)}
    return visit.render(
        "record.html",
        title=told["name"] or key,
        record=told,
        kind=record_story.kind_of(entity, [part["body"] for part in told["schools"]]),
        parts=[_part(told, part, sites[UUID(part["school_id"])]) for part in told["schools"]],
        life=[_entry(visit, told, entry, sites.get(UUID(entry["school_id"]), Site({}))) for entry in told["life"]],
        address=record_address,
        school_id=school,
        narrow=entity in ONES,
        places=[{**place, "role": _role(place["role_id"], sites)} for place in told["places"]],
    )


def _part(told: Json, part: Json, site: Site) -> Json:
    """How it stands at a school, with its values at the source beside those in Moodle."""
    link = next((one for one in told["moodle"] if one["source_id"] == part["source_id"]), None)
    applied = link["applied"] if link and told["entity"] != "enrolment" else None
    return {**part, "link": link, "facts": record_story.facts(told["entity"], part["body"], applied, site)}


def _entry(visit: Visit, told: Json, entry: Json, site: Site) -> Json:
    """What one run saw, found, planned and did, in words; and whether it can be taken back for this record alone."""
    operations = [
        {
            **one,
            "removal": one["kind"] in REMOVALS,
            "badge": STATES[one["state"]].said(),
            "changes": changes(one, site),
        }
        for one in entry["operations"]
    ]
    done = any(one["state"] == "done" for one in operations)
    return {
        "dry_run": False,
        **entry,
        "name": standing.run_name({"kind": entry.get("run_kind"), "mode": entry.get("mode")}),
        "zone": site.zone,
        "source": record_story.source_change(entry["source"]) if entry["source"] else None,
        "operations": operations,
        "undoable": done and not entry.get("dry_run") and told["entity"] in ONES and visit.visitor.may("decide"),
    }


def _role(role_id: int, sites: dict[UUID, Site]) -> str:
    names = {id_: role for site in sites.values() for role, id_ in site.roles.items()}
    return record_name(names[role_id]) if role_id in names else str(role_id)
