"""Why a record is in Moodle as it is, or why it is not there: from facts to sentences. Pure."""

from dataclasses import dataclass
from typing import Literal

from common.catalogue import entry_of
from common.language import listed, mark, spoken
from common.sayings import said
from dashboard_api.language import _, plural
from dashboard_api.words.amounts import number
from dashboard_api.words.standing import Badge

IN_MOODLE = {
    "user": (
        mark("In Moodle there is no account for it."),
        mark("In Moodle its account {id} is active."),
        mark("In Moodle its account {id} is suspended."),
    ),
    "class": (
        mark("In Moodle there is no course for it."),
        mark("In Moodle its course {id} is active."),
        mark("In Moodle its course {id} is hidden."),
    ),
    "enrolment": (
        mark("In Moodle there is no place in the course for it."),
        mark("In Moodle its place in the course is active."),
        mark("In Moodle its place in the course is suspended."),
    ),
    "school": (
        mark("In Moodle there is no category for it."),
        mark("In Moodle its category {id} is active."),
        mark("In Moodle its category {id} is hidden."),
    ),
}
"""By entity: not there, active, no longer active."""
PLANNED = {
    "create": mark("Planned: to create it."),
    "link": mark("Planned: to link it to what Moodle has."),
    "update": mark("Planned: to update it."),
    "reactivate": mark("Planned: to bring it back."),
    "suspend": mark("Planned: to suspend it."),
    "unenrol": mark("Planned: to take it out of the course."),
    "hide": mark("Planned: to hide it."),
    "add": mark("Planned: to add it."),
    "remove": mark("Planned: to take it away."),
}
THERE = Badge(mark("In Moodle"), "tick", "ok")
SUSPENDED = Badge(mark("Suspended in Moodle"), "pause", "calm")
HIDDEN = Badge(mark("Hidden in Moodle"), "pause", "calm")
LACKS = Badge(mark("Not in Moodle"), "triangle", "warn")
NOT_THERE = Badge(mark("Not in Moodle"), "slash", "calm")
WAITS = Badge(mark("Waits for a decision"), "octagon", "bad")


@dataclass(frozen=True, slots=True)
class Last:
    """The newest operation on a record that was no preview. Times are in words already."""

    kind: str
    state: str
    code: str = ""
    answer: str = ""
    at: str = ""
    hold_id: str = ""
    held_since: str = ""
    decision: str = ""
    """What became of the hold: approve, reject, suspend or superseded; blank while it is open."""
    decided_by: str = ""
    decided_at: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a record at one school. Times are in words already."""

    entity: Literal["user", "class", "enrolment", "school"]
    school: str
    feed: Literal["present", "gone", "never"]
    feed_since: str = ""
    """Since when it is present or gone."""
    elsewhere: tuple[str, ...] = ()
    """Other schools of the district whose feed has it now."""
    set_up: bool = True
    shared: bool = True
    role: str = ""
    role_mapped: bool = True
    """Whether the role has an id in the school's Moodle."""
    families: bool = True
    """Whether guardians get accounts."""
    left_out: str = ""
    """Code of the error for which the newest reading left it out."""
    moodle_id: int | None = None
    """Its id in Moodle; of an enrolment, 0 where it is there."""
    active: bool = True
    class_there: bool = True
    person_there: bool = True
    """Of an enrolment: whether its class and its person are in Moodle."""
    last: Last | None = None
    planned: bool = True
    """A run has planned since it appeared, changed or went."""
    account_days: int = 0
    """Days for which the account of somebody who is gone stays active."""
    new_only: bool = False
    """All those runs planned only what is new."""


def sentences(facts: Facts) -> list[str]:
    """How the record stands: at the source, in Moodle, and why the two differ, where they do."""
    return [_at_source(facts), in_moodle(facts), *why(facts)]


def open_hold(facts: Facts) -> str | None:
    """The hold in which it waits for a decision, if it does."""
    waits = facts.last is not None and facts.last.state == "held" and not facts.last.decision
    return facts.last.hold_id if facts.last is not None and waits else None


def standing_of(facts: Facts) -> Badge:
    """The same as a shape and a word: whether it is in Moodle, and what waits."""
    if open_hold(facts):
        return WAITS.said()
    if facts.moodle_id is None:
        return (LACKS if facts.feed == "present" else NOT_THERE).said()
    if not facts.active:
        return (HIDDEN if facts.entity in ("class", "school") else SUSPENDED).said()
    return THERE.said()


def _at_source(facts: Facts) -> str:
    match facts.feed:
        case "present":
            return _("The feed of {school} has it since {time}.", school=facts.school, time=facts.feed_since)
        case "gone":
            text = _("The feed of {school} has not had it since {time}.", school=facts.school, time=facts.feed_since)
        case "never":
            text = _("The feed of {school} never had it.", school=facts.school)
    return f"{text} {_elsewhere(facts)}".strip()


def _elsewhere(facts: Facts) -> str:
    if facts.elsewhere:
        return _("It is in the feed of {schools}.", schools=listed(facts.elsewhere))
    return _("No other school of the district shares it.") if facts.feed == "never" else ""


def in_moodle(facts: Facts) -> str:
    """What Moodle has of it."""
    absent, active, off = IN_MOODLE[facts.entity]
    if facts.moodle_id is None:
        return _(absent)
    return _(active if facts.active else off, id=facts.moodle_id)


def why(facts: Facts) -> list[str]:
    """The first reason that applies; none where Moodle holds what is shared."""
    if facts.feed == "never" and not facts.left_out and facts.last is None:
        return []
    for reason in (_out_of_reach, _left_out, _out_of_scope, _incomplete, _undone, _unplanned):
        if text := reason(facts):
            return [text]
    return []


def _out_of_reach(facts: Facts) -> str:
    if not facts.shared:
        return _(
            "{school} is no longer shared by its source, so nothing of it is synced. Share it there.",
            school=facts.school,
        )
    if not facts.set_up:
        return _(
            "{school} is not set up, so nothing of it goes to Moodle. Choose a Moodle for it.", school=facts.school
        )
    return ""


def _left_out(facts: Facts) -> str:
    if not facts.left_out or facts.feed == "present":
        return ""
    words = entry_of(facts.left_out).words(spoken())
    return _(
        "The source gives it, but it was left out: {what} ({code}). {remedy}",
        what=words.title,
        code=facts.left_out,
        remedy=words.remedy,
    )


def _out_of_scope(facts: Facts) -> str:
    if facts.moodle_id is not None or facts.feed != "present":
        return ""
    if facts.role == "guardian" and not facts.families:
        return _("It is a guardian's, and the district does not let families in (policy.families).")
    if facts.role and not facts.role_mapped:
        return _(
            "Its role, {role}, has no role id in this Moodle. Name one in the settings of the target.", role=facts.role
        )
    return ""


def _incomplete(facts: Facts) -> str:
    if facts.moodle_id is not None or facts.feed != "present" or (facts.class_there and facts.person_there):
        return ""
    if facts.class_there:
        return _("Its person is not in Moodle; look there first.")
    if facts.person_there:
        return _("Its class is not in Moodle; look there first.")
    return _("Its class and its person are not in Moodle; look there first.")


def _undone(facts: Facts) -> str:
    """What was meant by the last operation, and what became of it, where that was something else."""
    last = facts.last
    if last is None:
        return ""
    told = _fate(last)
    return f"{planned(last.kind)} {told}" if told else ""


def planned(kind: str) -> str:
    """What was planned, as a sentence."""
    return _(PLANNED[kind]) if kind in PLANNED else f"{kind}."


def _fate(last: Last) -> str:
    who = last.decided_by or _("Somebody")
    match last.state:
        case "held" if last.decision == "superseded":
            return ""
        case "held" if last.decision in ("approve", "suspend"):
            return _("{who} approved that on {time}; the next run does it.", who=who, time=last.decided_at)
        case "held" if not last.decision:
            return f"{_('It waits for a decision since {time}.', time=last.held_since)}{_cause(last)}"
        case "rejected" | "held":
            return _("{who} rejected that on {time}.", who=who, time=last.decided_at or last.at)
        case "failed":
            return f"{_('It failed on {time}.', time=last.at)}{_cause(last)}{_answer(last)}{_remedy(last)}"
        case "skipped":
            return f"{_('It was left out on {time}.', time=last.at)}{_cause(last)}{_answer(last)}{_remedy(last)}"
        case "cancelled":
            return _("The run was stopped on {time} before it came to this. The next run does it.", time=last.at)
        case "planned" | "sent":
            return _("A run is about to do it.")
    return ""


def _cause(last: Last) -> str:
    return f" {entry_of(last.code).words(spoken()).title} ({last.code})." if last.code else ""


def _answer(last: Last) -> str:
    return f" {_('Moodle: “{answer}”', answer=said(last.answer))}" if last.answer else ""


def _remedy(last: Last) -> str:
    return f" {entry_of(last.code).words(spoken()).remedy}" if last.code else ""


def _unplanned(facts: Facts) -> str:
    """What no run has done yet, and which run will."""
    if stays := _stays(facts):
        return stays
    there = facts.moodle_id is not None and facts.active
    if facts.feed == "present" and not there:
        return "" if facts.planned else _("No run has planned since it appeared; the next sync does.")
    if facts.feed == "gone" and there:
        if facts.planned and not facts.new_only:
            return ""
        return _("Nightly and partial syncs only add, so it stays until a full sync.")
    if facts.feed == "present" and (not facts.planned or facts.new_only):
        if facts.planned:
            return _("Its last change is not in Moodle: nightly and partial syncs only add. A full sync brings it.")
        return _("Its last change is not in Moodle yet; no run has planned since.")
    return ""


def _stays(facts: Facts) -> str:
    """Why the account of somebody who is gone is active all the same."""
    if facts.entity != "user" or facts.feed != "gone" or facts.moodle_id is None or not facts.active:
        return ""
    if facts.elsewhere:
        return plural(
            "The account stays, since {schools} has the person.",
            "The account stays, since {schools} have the person.",
            len(facts.elsewhere),
            schools=listed(facts.elsewhere),
        )
    if n := facts.account_days:
        return plural(
            "The accounts of those who are gone are suspended after {n} day.",
            "The accounts of those who are gone are suspended after {n} days.",
            n,
            n=number(n),
        )
    return ""
