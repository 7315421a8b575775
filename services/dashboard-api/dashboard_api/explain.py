"""Puts together what is known of one record: how it stands at each school, and its life, the newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from common.db import Pool, Row
from dashboard_api.language import _
from dashboard_api.problems import not_found
from dashboard_api.queries import record_history, record_plans
from dashboard_api.queries.record_history import RecordKey
from dashboard_api.record_facts import Known, facts_of
from dashboard_api.words import record_life
from dashboard_api.words.explain import open_hold, sentences, standing_of

Json = dict[str, Any]
IN_MOODLE = {
    "user": "user/profile.php?id={}",
    "class": "course/view.php?id={}",
    "enrolment": "course/view.php?id={}",
    "school": "course/index.php?categoryid={}",
}
"""Moodle's own page of a record; an enrolment is seen in its course."""
FOUND_IN = {"user": "user", "class": "class", "enrolment": "enrolment", "school": "school"}


async def explain(pool: Pool, district_id: str, record: RecordKey, school_id: UUID | None) -> Json:
    """How a record stands and how it came to that. Raises `Problem` 404 for a school that the district does not have.

    `schools` has one part for each school that ever shared it, or the school that was asked for, with the `body` that
    its source gave last; `life` an entry for each run that saw, planned or did something about it.
    """
    known = await _known(pool, district_id, record)
    asked = [school for school in known.settings if school["id"] == school_id] if school_id else known.concerned()
    if school_id and not asked:
        raise not_found("school")
    parts = [_standing(known, school) for school in asked]
    sources = {school["source_id"] for school in asked} or {school["source_id"] for school in known.settings}
    return {
        "district_id": district_id,
        "entity": record.entity,
        "key": record.key if record.user_key is None else f"{record.key}/{record.user_key}",
        "name": known.name(),
        "schools": parts,
        "summary": [] if parts else [_nowhere(known)],
        "moodle": [_link(link, record.entity) for link in known.links if link["source_id"] in sources],
        "places": [_place(place) for place in known.places if place["source_id"] in sources],
        "life": _life(known, {school["id"] for school in asked}),
    }


async def _known(pool: Pool, district_id: str, record: RecordKey) -> Known:
    settings = await record_plans.settings(pool, district_id)
    schools = [school["id"] for school in settings]
    states = await record_history.states(pool, district_id, record, schools)
    seen_at = sorted({state["school_id"] for state in states}, key=str)
    course = (
        await record_history.states(pool, district_id, RecordKey("class", record.key), schools)
        if (record.entity == "enrolment")
        else states
    )
    keys = moodle_keys(record, course, {school["id"]: school["source_school_id"] for school in settings})
    operations = await record_plans.operations(pool, district_id, record, keys)
    concerned = seen_at or sorted({operation["school_id"] for operation in operations}, key=str) or schools
    found_by = [record.key] if record.user_key is None else sorted({state["source_key"] for state in states})
    user_key = record.user_key or (record.key if record.entity == "user" else None)
    enrolment = record.entity == "enrolment"
    linked = record_plans.ENTITIES["class" if enrolment else record.entity]
    return Known(
        record=record,
        settings=settings,
        states=states,
        operations=operations,
        links=await record_plans.links(pool, district_id, linked, keys),
        person=await record_plans.links(pool, district_id, "user", [record.user_key]) if record.user_key else [],
        places=await record_plans.places(pool, district_id, keys if enrolment else None, user_key) if user_key else [],
        findings=await record_history.findings(pool, district_id, FOUND_IN[record.entity], found_by, concerned),
        planned=await record_plans.planned(pool, district_id, concerned),
    )


def moodle_keys(record: RecordKey, classes: Sequence[Row], schools: Mapping[UUID, str]) -> list[str]:
    """The keys by which the record's object in Moodle may be known: a class may be a group of its course there.

    A course is a school's own; `schools` are the source's ids of schools.
    """
    if record.entity not in ("class", "enrolment"):
        return [record.key]
    taught = {(schools[state["school_id"]], state["body"].get("course_key", "")) for state in classes}
    courses = {f"{school}/{course}" for school, course in taught if course}
    return [record.key, *sorted(courses)]


def _standing(known: Known, school: Row) -> Json:
    facts = facts_of(known, school)
    return {
        "school_id": str(school["id"]),
        "school": school["name"],
        "source_id": school["source_id"],
        "timezone": school["timezone"],
        "feed": facts.feed,
        "badge": asdict(standing_of(facts)),
        "sentences": sentences(facts),
        "hold_id": open_hold(facts),
        "body": known.body_at(school),
    }


def _nowhere(known: Known) -> str:
    if known.links or known.places:
        return _("No feed of this district has it any more, but Moodle does.")
    return _(
        "No feed of this district ever had it. Look it up at the source, and check what the source shares with us."
    )


def _link(link: Row, entity: str) -> Json:
    told = {name: link[name] for name in ("source_id", "target", "moodle_id", "active", "applied")}
    page = IN_MOODLE[entity].format(link["moodle_id"])
    url = f"{link['base_url'].rstrip('/')}/{page}" if link["base_url"] else None
    return {**told, "linked_at": link["linked_at"].isoformat(), "url": url}


def _place(place: Row) -> Json:
    return {name: place[name] for name in ("course_key", "course", "role_id", "active", "time_start", "time_end")}


def _life(known: Known, schools: set[UUID]) -> list[Json]:
    """An entry for each run, the newest first."""
    names = {school["id"]: school["name"] for school in known.settings}
    entries: dict[tuple[Any, UUID], Json] = {}

    def entry(run_id: UUID, school_id: UUID, at: datetime) -> Json:
        new: Json = {
            "run_id": str(run_id),
            "school_id": str(school_id),
            "school": names.get(school_id),
            "at": at.isoformat(),
        }
        return entries.setdefault((run_id, school_id), new | {"source": None, "findings": [], "operations": []})

    for school_id, run_id, at, source in known.source_changes():
        if school_id in schools:
            entry(run_id, school_id, at)["source"] = source
    for finding in known.findings:
        if finding["school_id"] in schools:
            told = {name: finding[name] for name in ("code", "severity", "field", "value", "detail")}
            sentence = record_life.finding_sentence(dict(finding))
            entry(finding["run_id"], finding["school_id"], finding["at"])["findings"].append(
                {**told, "sentence": sentence}
            )
    for operation in known.operations:
        if operation["school_id"] in schools:
            found = entry(operation["run_id"], operation["school_id"], operation["started_at"])
            found |= {name: operation[name] for name in ("mode", "run_kind", "dry_run", "snapshot")}
            found["operations"].append(_operation(operation))
    return sorted(entries.values(), key=lambda one: datetime.fromisoformat(one["at"]), reverse=True)


def _operation(operation: Row) -> Json:
    names = ("seq", "entity", "kind", "state", "code", "answer", "warning", "match", "ruling", "graded", "moodle_id")
    told = {name: operation[name] for name in (*names, "before", "after")}
    settled = operation["settled_at"]
    return {
        **told,
        "settled_at": settled and settled.isoformat(),
        "hold_id": operation["hold_id"] and str(operation["hold_id"]),
        "sentence": record_life.operation_sentence(told),
    }
