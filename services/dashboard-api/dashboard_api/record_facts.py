"""From what is known of a record to the facts that `words.explain` makes sentences of. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any
from uuid import UUID

from common.db import Row
from dashboard_api.language import _
from dashboard_api.queries.record_history import RecordKey
from dashboard_api.words.amounts import exact
from dashboard_api.words.explain import Facts, Last
from dashboard_api.words.record_life import changes_between, source_sentence
from rules.policy import Policy

Json = dict[str, Any]
SourceChange = tuple[UUID, UUID, datetime, Json]
"""School, run, when, and what the source did."""


@dataclass(frozen=True)
class Known:
    """All that is known of a record in its district. `states` are the oldest first, `operations` the newest."""

    record: RecordKey
    settings: Sequence[Row]
    states: Sequence[Row]
    operations: Sequence[Row]
    links: Sequence[Row]
    """Of an enrolment: those of its course."""
    person: Sequence[Row]
    """Of an enrolment: the links of its person."""
    places: Sequence[Row]
    findings: Sequence[Row]
    planned: Sequence[Row]

    def concerned(self) -> list[Row]:
        """The schools that ever shared it, met it, or did something about it."""
        schools = {row["school_id"] for rows in (self.states, self.findings, self.operations) for row in rows}
        return [school for school in self.settings if school["id"] in schools]

    def name(self) -> str:
        """What people call it: as the source has it, or else as Moodle does."""
        for body in [state["body"] for state in reversed(self.states)]:
            person = f"{body.get('given_name', '')} {body.get('family_name', '')}".strip()
            if name := person or body.get("title") or body.get("name"):
                return str(name)
        if self.record.entity == "enrolment":
            return _("{person} in {course}", person=_applied_name(self.person), course=_applied_name(self.links))
        return _applied_name(self.links)

    def body_at(self, school: Row) -> Json | None:
        """What a school's source gives of it, or gave last."""
        states = [state for state in self.states if state["school_id"] == school["id"]]
        state = _newest(states)
        return dict(state["body"]) if state else None

    def source_changes(self) -> Iterator[SourceChange]:
        """What the source did with it, run after run, for each of its rows."""
        previous: Row | None = None
        for state, following in zip_longest(self.states, self.states[1:]):
            same = previous is not None and _row_of(previous) == _row_of(state)
            change = "first_seen" if not same else "back" if _gap(previous, state) else "changed"
            fields = changes_between(previous["body"] if previous and same else None, state["body"])
            if state["seen_run_id"]:
                sentence = source_sentence(change, fields)
                told = {"change": change, "fields": fields if same else [], "sentence": sentence}
                yield state["school_id"], state["seen_run_id"], state["seen_at"], told
            ended = state["last_snapshot"] is not None and (
                following is None or _row_of(following) != _row_of(state) or _gap(state, following)
            )
            if ended and state["missed_run_id"]:
                told = {"change": "gone", "fields": [], "sentence": source_sentence("gone", [])}
                yield state["school_id"], state["missed_run_id"], state["missed_at"], told
            previous = state


def facts_of(known: Known, school: Row) -> Facts:
    """How the record stands at a school."""
    policy = Policy.model_validate(school["policy"])
    states = [state for state in known.states if state["school_id"] == school["id"]]
    state = _newest(states)
    last = _last(known, school)
    role = str(state["body"].get("role", "")) if state else ""
    moodle_id, active = _in_moodle(known, school)
    planned, new_only = _plans_since(known, school, state, policy, moodle_id is not None)
    return Facts(
        entity=known.record.entity,
        school=school["name"],
        feed="never" if state is None else "present" if state["last_snapshot"] is None else "gone",
        feed_since=_since(states, state, school["timezone"]),
        elsewhere=_elsewhere(known, school),
        set_up=school["set_up"],
        shared=school["shared"],
        role=role,
        role_mapped=not role or (known.record.entity == "user" and role != "guardian") or role in school["roles"],
        families=policy.families,
        left_out=_left_out(known, school, state),
        moodle_id=moodle_id,
        active=active,
        class_there=known.record.entity != "enrolment" or _has_link(known.links, school),
        person_there=known.record.entity != "enrolment" or _has_link(known.person, school),
        last=last,
        planned=planned,
        account_days=policy.account_days,
        new_only=new_only,
    )


def _newest(states: Sequence[Row]) -> Row | None:
    """The state that holds now, or else the last one."""
    return next((state for state in states if state["last_snapshot"] is None), states[-1] if states else None)


def _row_of(state: Row) -> tuple[UUID, str]:
    return state["school_id"], state["source_key"]


def _gap(before: Row | None, after: Row) -> bool:
    """Whether there is a snapshot between two states that has neither."""
    return before is not None and bool(before["last_snapshot"] + 1 < after["first_snapshot"])


def _since(states: Sequence[Row], state: Row | None, zone: str) -> str:
    if state is None:
        return ""
    if state["last_snapshot"] is not None:
        return exact(state["missed_at"], zone)
    first = state
    for earlier in reversed([s for s in states if _row_of(s) == _row_of(state) and s is not state]):
        if _gap(earlier, first):
            break
        first = earlier
    return exact(first["seen_at"], zone)


def _elsewhere(known: Known, school: Row) -> tuple[str, ...]:
    """Other schools of the same source whose feed has it now: ids of another source are of other people."""
    here = {s["school_id"] for s in known.states if s["last_snapshot"] is None}
    return tuple(
        other["name"]
        for other in known.settings
        if other["id"] in here and other["id"] != school["id"] and other["source_id"] == school["source_id"]
    )


def _left_out(known: Known, school: Row, state: Row | None) -> str:
    """The newest error for which it was left out, if that was not before the source last had it."""
    for finding in known.findings:
        if finding["school_id"] == school["id"] and finding["severity"] != "warning":
            later = state is None or finding["run_id"] == state["missed_run_id"]
            if later or (state and state["missed_at"] and finding["at"] > state["missed_at"]):
                return str(finding["code"])
    return ""


def _in_moodle(known: Known, school: Row) -> tuple[int | None, bool]:
    """Its id in Moodle, None where it is not there, and whether it is active."""
    if known.record.entity == "enrolment":
        place = next((p for p in known.places if p["source_id"] == school["source_id"]), None)
        return (0, place["active"]) if place else (None, True)
    link = next((one for one in known.links if one["source_id"] == school["source_id"]), None)
    return (link["moodle_id"], link["active"]) if link else (None, True)


def _has_link(links: Sequence[Row], school: Row) -> bool:
    return any(link["source_id"] == school["source_id"] for link in links)


def _last(known: Known, school: Row) -> Last | None:
    """The newest operation of this school's runs that was no preview."""
    zone = school["timezone"]
    for operation in known.operations:
        if operation["school_id"] == school["id"] and not operation["dry_run"]:
            return Last(
                kind=operation["kind"],
                state=operation["state"],
                code=operation["code"],
                answer=operation["answer"],
                at=exact(operation["settled_at"] or operation["started_at"], zone),
                hold_id=str(operation["hold_id"] or ""),
                held_since=exact(operation["held_since"], zone),
                decision=operation["decision"] or "",
                decided_by=operation["decided_by_name"] or "",
                decided_at=exact(operation["decided_at"], zone) if operation["decided_at"] else "",
            )
    return None


def _plans_since(known: Known, school: Row, state: Row | None, policy: Policy, there: bool) -> tuple[bool, bool]:
    """Whether a run has planned since the source last did something with it, and whether only what is new."""
    if state is None:
        return True, False
    since = state["first_snapshot"] if state["last_snapshot"] is None else state["last_snapshot"] + 1
    modes = [p["mode"] for p in known.planned if p["school_id"] == school["id"] and p["snapshot"] >= since]
    handled = there and any(
        o["snapshot"] >= since and o["state"] == "done" and o["school_id"] == school["id"] and not o["dry_run"]
        for o in known.operations
    )
    if handled:
        return True, False
    return bool(modes), bool(modes) and policy.changes == "new" and "full" not in modes


def _applied_name(links: Sequence[Row]) -> str:
    for link in links:
        applied = link["applied"]
        person = f"{applied.get('firstname', '')} {applied.get('lastname', '')}".strip()
        if name := person or applied.get("fullname") or applied.get("name"):
            return str(name)
    return ""
