"""How schools and runs stand, as shape and words: a colour only repeats what these say."""

from dataclasses import dataclass
from typing import Any

from common.catalogue import entry_of
from dashboard_api.words.amounts import count, number
from dashboard_api.words.kinds import summary, total

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Badge:
    """`shape` is an icon of templates/icons.html, `tone` a class of the style sheet."""

    word: str
    shape: str
    tone: str


SCHOOL = {
    "nightly": Badge("Nightly sync", "tick", "ok"),
    "with_errors": Badge("Syncing with errors", "triangle", "warn"),
    "paused": Badge("Nightly sync paused", "pause", "calm"),
    "on_hold": Badge("On hold", "octagon", "bad"),
    "not_set_up": Badge("Not set up", "dashed", "none"),
    "not_shared": Badge("No longer shared", "slash", "calm"),
}
"""By status, as `registry.status_of` decides it."""
BY_HAND = {"never": Badge("Not yet synced", "circle", "calm"), "clean": Badge("In step", "tick", "ok")}
"""By health: schools without errors that have no nightly time cannot be said to sync nightly."""
RUNNING = Badge("Running", "arrow", "live")
FILTERS = {**{key: badge.word for key, badge in SCHOOL.items()}, "running": RUNNING.word}
RUN = {
    "ordered": Badge("Ordered", "clock", "calm"),
    "requested": Badge("Waiting for a worker", "clock", "calm"),
    "fetching": Badge("Reading the roster", "arrow", "live"),
    "planning": Badge("Planning", "arrow", "live"),
    "applying": Badge("Applying", "arrow", "live"),
    "refused": Badge("Not started", "slash", "calm"),
    "failed": Badge("Failed", "octagon", "bad"),
}
OUTCOME = {
    "clean": Badge("Completed", "tick", "ok"),
    "with_errors": Badge("Completed with errors", "triangle", "warn"),
    "nothing_to_do": Badge("Nothing to do", "tick", "ok"),
    "previewed": Badge("Previewed", "tick", "ok"),
    "refreshed": Badge("Counts refreshed", "tick", "ok"),
    "held": Badge("Waits for a decision", "octagon", "warn"),
    "cancelled": Badge("Cancelled", "slash", "calm"),
}
ENDED = ("refused", "failed", "completed")
MODES = {"nightly": "Nightly sync", "partial": "Partial sync", "full": "Full sync", "refresh": "Refresh of counts"}
KINDS_OF_RUN = {"undo": "Undo", "rebuild": "Rebuilding of links", "device": "Device sync"}
SOURCES = {
    "oneroster": "OneRoster",
    "oneroster-csv": "OneRoster CSV",
    "clever": "Clever",
    "classlink": "ClassLink",
    "wonde": "Wonde",
}
UNITS = {"fetching": "records", "planning": "records", "applying": "operations"}
REFUSALS = {
    "already_running": "Another run of this school was under way.",
    "coalesced": "Another run of this school that waits, or took its place, does the same.",
    "not_set_up": "The school has no target. Name it in the district file under schools, and apply the file.",
    "unknown_school": "The scheduler does not know this school. Apply the district file again.",
    "paused": "The nightly sync of this school is paused. `rosterbus resume` lets it go on.",
    "on_hold": "Operations of an earlier run wait for a decision. Decide on them, or run the sync again.",
    "blackout": "The district has set this date apart as one without a nightly sync.",
    "missed": "The scheduler could not start it within six hours of its time. The next night takes in what is new.",
    "device_offline": "Skipped: the device was offline.",
}
"""Why a run did not begin, by the reason in `sync.refused`."""


def source_names(sources: list[Json]) -> dict[str, str]:
    """The name of each source by its id: its kind's, with the id where several are of one kind."""
    kinds = [source["kind"] for source in sources]
    alone = {source["id"] for source in sources if kinds.count(source["kind"]) == 1}
    names = {source["id"]: SOURCES.get(source["kind"]) or str(source["kind"]) for source in sources}
    return {id_: name if id_ in alone else f"{name} ({id_})" for id_, name in names.items()}


def run_name(run: Json) -> str:
    """Full sync, Nightly sync, or what else a run does."""
    return KINDS_OF_RUN.get(run.get("kind") or "") or MODES.get(run["mode"], "Sync")


def school_badge(school: Json) -> Badge:
    """The badge of a school."""
    if school["status"] == "nightly" and not school["nightly"]:
        return BY_HAND.get(school["health"], BY_HAND["clean"])
    return SCHOOL[school["status"]]


def run_badge(run: Json) -> Badge:
    """The badge of a run."""
    if run["status"] == "completed":
        return OUTCOME.get(run["outcome"], OUTCOME["clean"])
    return RUN[run["status"]]


def progress_words(run: Json) -> str:
    """Applying · 340 of 588 operations"""
    word = RUN[run["status"]].word
    if run.get("done") is None:
        return word
    unit = UNITS[run["status"]]
    if run.get("total") is None:
        return f"{word} · {number(run['done'])} {unit}"
    return f"{word} · {number(run['done'])} of {number(run['total'])} {unit}"


def school_why(school: Json, locale: str) -> str:
    """Why a school stands as it does, or what comes next; the failure in the locale's language."""
    match school["status"]:
        case "with_errors":
            return _errors_of(school, locale)
        case "paused":
            return _mode_words(school) or "until it is resumed"
        case "on_hold":
            return "operations wait for a decision"
        case "nightly" if school["health"] == "never":
            return "run its first full sync"
        case "nightly" if school["mode"] == "additions_only":
            return " · ".join(part for part in ("additions only", _mode_words(school)) if part)
        case "nightly" if school["nightly"]:
            return f"at {school['nightly']}"
        case "not_set_up":
            return "name it in the district file"
        case "not_shared":
            return "nothing was removed"
    return ""


def _errors_of(school: Json, locale: str) -> str:
    if school["health"] == "failed" and (last := school["last_run"]):
        return f"last sync failed: {entry_of(last['failure_code'] or '').words(locale).title}"
    return f"{count(school['errors'], 'record')} to look at"


def _mode_words(school: Json) -> str:
    until = f"until {school['mode_until']}" if school["mode_until"] else ""
    return ": ".join(part for part in (until, school["mode_reason"]) if part)


def last_sync(last: Json | None) -> str:
    """What the last sync did, in a few words."""
    if last is None:
        return ""
    if last["status"] == "failed":
        return "failed"
    changes = total(last["actions"])
    return count(changes, "change") if changes else "nothing to do"


def did(run: Json) -> str:
    """What a run did, in a few words."""
    if run["status"] != "completed":
        return ""
    return summary(run["actions"]) or ("nothing changed" if run["outcome"] in ("clean", "with_errors") else "")


def run_sentence(run: Json) -> str:
    """How a run stands, in a sentence or two."""
    match run["status"]:
        case "ordered":
            return "The scheduler has not answered yet."
        case "requested":
            return "Admitted; it begins as soon as a worker is free."
        case "refused":
            return REFUSALS.get(run["refusal"], "It was not admitted.")
        case "failed":
            return _failure(run)
        case "completed":
            return _completion(run)
    told: Json = next((phase for phase in run["phases"] if phase["phase"] == run["status"]), {})
    return f"{progress_words({'status': run['status'], **told})}. This page follows it."


def _completion(run: Json) -> str:
    done = summary(run["actions"])
    match run["outcome"]:
        case "nothing_to_do":
            text = "Moodle holds what is shared already; nothing was sent."
        case "previewed":
            text = "A dry run: this is what would be done. Nothing was sent to Moodle."
        case "refreshed":
            text = "The roster was read and counted. Nothing was sent to Moodle."
        case "held":
            text = f"Removals wait for a decision{f'; the rest is in Moodle: {done}' if done else ''}."
        case "cancelled":
            text = f"Until then, in Moodle: {done}." if done else "Nothing was sent."
        case _:
            text = f"In Moodle: {done}." if done else "Nothing was changed in Moodle."
    return f"{text} {count(run['errors'], 'record')} could not be taken as they are." if run["errors"] else text


def _failure(run: Json) -> str:
    words = entry_of(run["failure_code"] or "").words(run["locale"])
    detail = f" {run['failure_detail']}" if run["failure_detail"] else ""
    retry = " It will be tried again." if run["retry_planned"] else ""
    return f"{words.title}.{detail} What to do: {words.remedy} Nobody was removed because of this.{retry}"
