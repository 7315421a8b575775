"""Why a record is in Moodle as it is, or why it is not there: from facts to sentences. Pure."""

from dataclasses import dataclass
from typing import Literal

from common.catalogue import entry_of

NOUNS = {"user": "account", "class": "course", "enrolment": "place in the course", "school": "category"}
WISHES = {
    "create": "create it",
    "link": "link it",
    "update": "update it",
    "reactivate": "bring it back",
    "suspend": "suspend it",
    "unenrol": "take it away",
    "hide": "hide it",
    "add": "add it",
    "remove": "remove it",
}
OFF = {"user": "suspended", "class": "hidden", "enrolment": "suspended", "school": "hidden"}


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
    locale: str = "en"


def sentences(facts: Facts) -> list[str]:
    """How the record stands: at the source, in Moodle, and why the two differ, where they do."""
    return [_at_source(facts), _in_moodle(facts), *_why(facts)]


def _at_source(facts: Facts) -> str:
    match facts.feed:
        case "present":
            return f"The feed of {facts.school} has it since {facts.feed_since}."
        case "gone":
            text = f"The feed of {facts.school} has not had it since {facts.feed_since}."
        case "never":
            text = f"The feed of {facts.school} never had it."
    return f"{text} {_elsewhere(facts)}".strip()


def _elsewhere(facts: Facts) -> str:
    if facts.elsewhere:
        return f"It is in the feed of {_listed(facts.elsewhere)}."
    return "No other school of the district shares it." if facts.feed == "never" else ""


def _in_moodle(facts: Facts) -> str:
    noun = NOUNS[facts.entity]
    if facts.moodle_id is None:
        return f"In Moodle there is no {noun} for it."
    named = f"{noun} {facts.moodle_id}" if facts.moodle_id else noun
    return f"In Moodle its {named} is {'active' if facts.active else OFF[facts.entity]}."


def _why(facts: Facts) -> list[str]:
    """The first reason that applies; none where Moodle holds what is shared."""
    if facts.feed == "never" and not facts.left_out and facts.last is None:
        return []
    for reason in (_out_of_reach, _left_out, _out_of_scope, _incomplete, _undone, _unplanned):
        if text := reason(facts):
            return [text]
    return []


def _out_of_reach(facts: Facts) -> str:
    if not facts.shared:
        return f"{facts.school} is no longer shared by its source, so nothing of it is synced. Share it there."
    if not facts.set_up:
        return f"{facts.school} is not set up, so nothing of it goes to Moodle. Name it in the district file."
    return ""


def _left_out(facts: Facts) -> str:
    if not facts.left_out or facts.feed == "present":
        return ""
    words = entry_of(facts.left_out).words(facts.locale)
    return f"The source gives it, but it was left out: {words.title} ({facts.left_out}). {words.remedy}"


def _out_of_scope(facts: Facts) -> str:
    if facts.moodle_id is not None or facts.feed != "present":
        return ""
    if facts.role == "guardian" and not facts.families:
        return "It is a guardian's, and the district does not let families in (policy.families)."
    if facts.role and not facts.role_mapped:
        return f"Its role, {facts.role}, has no role id in this Moodle. Name one in the district file (target.roles)."
    return ""


def _incomplete(facts: Facts) -> str:
    if facts.moodle_id is not None or facts.feed != "present":
        return ""
    missing = [what for what, there in (("class", facts.class_there), ("person", facts.person_there)) if not there]
    if not missing:
        return ""
    return f"Its {' and its '.join(missing)} {'is' if len(missing) == 1 else 'are'} not in Moodle; look there first."


def _undone(facts: Facts) -> str:
    """What became of the last operation, where that was not what was meant."""
    last = facts.last
    if last is None:
        return ""
    wish = WISHES.get(last.kind, last.kind)
    words = entry_of(last.code).words(facts.locale) if last.code else None
    because = f" {words.title} ({last.code})." if words else ""
    match last.state:
        case "held" if last.decision == "superseded":
            return ""
        case "held" if last.decision in ("approve", "suspend"):
            return f"{last.decided_by or 'Somebody'} approved to {wish} on {last.decided_at}; the next run does it."
        case "held" if not last.decision:
            return f"To {wish} waits for a decision since {last.held_since} (hold {last.hold_id}).{because}"
        case "rejected" | "held":
            return f"{last.decided_by or 'Somebody'} rejected to {wish} on {last.decided_at or last.at}."
        case "failed" | "skipped":
            how = "failed" if last.state == "failed" else "was left out"
            answer = f" Moodle: “{last.answer}”" if last.answer else ""
            remedy = f" {words.remedy}" if words else ""
            return f"To {wish} {how} on {last.at}.{because}{answer}{remedy}"
        case "cancelled":
            return f"The run was stopped on {last.at} before it came to {wish}. The next run does."
        case "planned" | "sent":
            return f"A run is about to {wish}."
    return ""


def _unplanned(facts: Facts) -> str:
    """What no run has done yet, and which run will."""
    if stays := _stays(facts):
        return stays
    there = facts.moodle_id is not None and facts.active
    if facts.feed == "present" and not there:
        return "" if facts.planned else "No run has planned since it appeared; the next sync does."
    if facts.feed == "gone" and there:
        if facts.planned and not facts.new_only:
            return ""
        return "Nightly and partial syncs only add, so it stays until a full sync."
    if facts.feed == "present" and (not facts.planned or facts.new_only):
        if facts.planned:
            return "Its last change is not in Moodle: nightly and partial syncs only add. A full sync brings it."
        return "Its last change is not in Moodle yet; no run has planned since."
    return ""


def _stays(facts: Facts) -> str:
    """Why the account of somebody who is gone is active all the same."""
    if facts.entity != "user" or facts.feed != "gone" or facts.moodle_id is None or not facts.active:
        return ""
    if facts.elsewhere:
        have = "has" if len(facts.elsewhere) == 1 else "have"
        return f"The account stays, since {_listed(facts.elsewhere)} {have} the person."
    if facts.account_days:
        return f"The accounts of those who are gone are suspended after {facts.account_days} days."
    return ""


def _listed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
