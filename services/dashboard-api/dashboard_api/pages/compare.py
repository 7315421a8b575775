"""The page that compares two runs of a school: what differs between what they read."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from common.db import Pool
from common.language import mark
from dashboard_api.api.answers import decode_cursor, encode_cursor
from dashboard_api.language import _
from dashboard_api.pages.addresses import with_query
from dashboard_api.pages.visit import InVisit, Visit
from dashboard_api.problems import Problem, not_found
from dashboard_api.queries import compare, run_list, runs, schedules
from dashboard_api.queries.compare import Comparison, field_text
from dashboard_api.words import kinds
from dashboard_api.words.fields import field_name, record_name

ROWS = 100
CHOICES = 60
"""Runs to choose from."""
CHANGES = {"added": mark("added"), "removed": mark("removed"), "changed": mark("changed")}
EXPLAINED = ("user", "class", "school")
"""Entities whose records have a page of their own, by their key alone."""
TIES = {"enrolment": ("class", "user"), "guardian_link": ("user", "user")}
"""Entities that tie two records together: of which entities these are, in the order of their keys."""

Entity = Literal["school", "term", "class", "user", "enrolment", "guardian_link"]

router = APIRouter(include_in_schema=False)


@router.get("/runs/compare")
async def show(
    visit: InVisit,
    before: UUID,
    after: UUID,
    entity: Annotated[Entity | None, Query()] = None,
    place: str | None = None,
) -> Response:
    """The page. `before` and `after` are runs, `place` is one in the list."""
    old, new = await _run(visit, before), await _run(visit, after)
    if (old["district_id"], old["school_id"]) != (new["district_id"], new["school_id"]):
        raise Problem(409, "other_school", _("The two runs are of different schools. Compare runs of one school."))
    district_id, school_id, pool = new["district_id"], new["school_id"], visit.context.pool
    visit.enter(district_id)
    wanted = Comparison(district_id, school_id, old["snapshot"], new["snapshot"], entity)
    page = await compare.page(pool, wanted, decode_cursor(place, 2), ROWS)
    own = await schedules.of_school(pool, district_id, school_id)
    counts = await compare.counts(pool, wanted)

    def address(**changes: object) -> str:
        return with_query("/runs/compare", {"before": before, "after": after, "entity": entity, **changes})

    return visit.render(
        "compare.html",
        title=_("Two runs compared"),
        school={"id": school_id, "name": own["name"], "timezone": own["timezone"]} if own else None,
        old=old,
        new=new,
        counts=counts,
        total=kinds.total(counts),
        entities=[(key, kinds.entity_name(key), sum(counts[key].values())) for key in kinds.ENTITIES if key in counts],
        numbers=kinds.table(counts),
        records=[_shown(record) for record in await _named(pool, wanted, page.rows())],
        entity=entity,
        address=address,
        place=place,
        next=encode_cursor(page.next),
        choices=await run_list.comparable(pool, district_id, school_id, CHOICES),
    )


async def _run(visit: Visit, run_id: UUID) -> dict[str, Any]:
    run = await runs.one(visit.context.pool, visit.visitor.visible, run_id)
    if run is None:
        raise not_found("run")
    if run["snapshot"] is None:
        raise Problem(409, "no_snapshot", _("This run read no roster, so it cannot be compared. Choose another one."))
    return dict(run)


async def _named(pool: Pool, wanted: Comparison, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of what ties two records together, the names of both instead of their keys."""
    ties = {record["key"]: record["name"].split(" / ") for record in records if record["entity"] in TIES}
    names = await compare.names(pool, wanted, list({key for pair in ties.values() for key in pair})) if ties else {}

    def name_of(entity: str, pair: list[str]) -> str:
        return " · ".join(names.get(place, place[1]) for place in zip(TIES[entity], pair, strict=False))

    return [
        {**record, "name": name_of(record["entity"], ties[record["key"]])} if record["entity"] in TIES else record
        for record in records
    ]


def _shown(record: dict[str, Any]) -> dict[str, Any]:
    """A record with the words for what became of it and of its fields."""
    fields = [(field_name(one["field"]), field_text(one["from"]), field_text(one["to"])) for one in record["fields"]]
    return {
        **record,
        "fields": fields,
        "what": record_name(record["entity"]),
        "word": _(CHANGES[record["change"]]),
        "explained": record["entity"] in EXPLAINED,
    }
