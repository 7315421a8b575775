"""How schools and runs stand, as shape and words: a colour only repeats what these say."""

from dataclasses import dataclass, replace
from typing import Any

from common.catalogue import entry_of
from common.language import mark, spoken
from common.sayings import said
from dashboard_api.language import _, plural
from dashboard_api.words.amounts import calendar_date, number
from dashboard_api.words.kinds import summary, total

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Badge:
    """`shape` is an icon of templates/icons.html, `tone` a class of the style sheet."""

    word: str
    shape: str
    tone: str

    def said(self) -> "Badge":
        """The same in the spoken language."""
        return replace(self, word=_(self.word))


SCHOOL = {
    "nightly": Badge(mark("Nightly sync"), "tick", "ok"),
    "with_errors": Badge(mark("Syncing with errors"), "triangle", "warn"),
    "paused": Badge(mark("Nightly sync paused"), "pause", "calm"),
    "on_hold": Badge(mark("On hold"), "octagon", "bad"),
    "not_set_up": Badge(mark("Not set up"), "dashed", "none"),
    "not_shared": Badge(mark("No longer shared"), "slash", "calm"),
}
"""By status, as `registry.status_of` decides it."""
BY_HAND = {"never": Badge(mark("Not yet synced"), "circle", "calm"), "clean": Badge(mark("In step"), "tick", "ok")}
"""By health: schools without errors that have no nightly time cannot be said to sync nightly."""
RUNNING = Badge(mark("Running"), "arrow", "live")
FILTERS = {
    "on_hold": SCHOOL["on_hold"].word,
    "with_errors": SCHOOL["with_errors"].word,
    "running": RUNNING.word,
    **{key: badge.word for key, badge in SCHOOL.items() if key not in ("on_hold", "with_errors")},
}
"""What schools are filtered by; what needs a person comes first."""
RUN = {
    "ordered": Badge(mark("Ordered"), "clock", "calm"),
    "requested": Badge(mark("Waiting for a worker"), "clock", "calm"),
    "fetching": Badge(mark("Reading the roster"), "arrow", "live"),
    "planning": Badge(mark("Planning"), "arrow", "live"),
    "applying": Badge(mark("Applying"), "arrow", "live"),
    "refused": Badge(mark("Not started"), "slash", "calm"),
    "failed": Badge(mark("Failed"), "octagon", "bad"),
}
OUTCOME = {
    "clean": Badge(mark("Completed"), "tick", "ok"),
    "with_errors": Badge(mark("Completed with errors"), "triangle", "warn"),
    "nothing_to_do": Badge(mark("Nothing to do"), "tick", "ok"),
    "previewed": Badge(mark("Previewed"), "tick", "ok"),
    "refreshed": Badge(mark("Counts refreshed"), "tick", "ok"),
    "held": Badge(mark("Waits for a decision"), "octagon", "warn"),
    "cancelled": Badge(mark("Cancelled"), "slash", "calm"),
}
ENDED = ("refused", "failed", "completed")
MODES = {
    "nightly": mark("Nightly sync"),
    "partial": mark("Partial sync"),
    "full": mark("Full sync"),
    "refresh": mark("Refresh of counts"),
}
KINDS_OF_RUN = {"undo": mark("Undo"), "rebuild": mark("Rebuilding of links"), "device": mark("Device sync")}
SOURCES = {
    "oneroster": "OneRoster",
    "oneroster-csv": "OneRoster CSV",
    "clever": "Clever",
    "classlink": "ClassLink",
    "wonde": "Wonde",
}
REFUSALS = {
    "already_running": mark("Another run of this school was under way."),
    "coalesced": mark("Another run of this school that waits, or took its place, does the same."),
    "not_set_up": mark("The school has no target. Name it in the school's settings."),
    "unknown_school": mark("The scheduler does not know this school. Apply the district file again."),
    "paused": mark("The nightly sync of this school is paused. It goes on when it is resumed."),
    "on_hold": mark("Operations of an earlier run wait for a decision. Decide on them, or run the sync again."),
    "blackout": mark("The district has set this date apart as one without a nightly sync."),
    "missed": mark(
        "The scheduler could not start it within six hours of its time. The next night takes in what is new."
    ),
    "device_offline": mark("Skipped: the device was offline."),
}
"""Why a run did not begin, by the reason in `sync.refused`."""


def source_names(sources: list[Json]) -> dict[str, str]:
    """The name of each source by its id: its kind's, with the id where several are of one kind."""
    kinds = [source["kind"] for source in sources]
    alone = {source["id"] for source in sources if kinds.count(source["kind"]) == 1}
    names = {source["id"]: SOURCES.get(source["kind"]) or str(source["kind"]) for source in sources}
    return {id_: name if id_ in alone else f"{name} ({id_})" for id_, name in names.items()}


def mode_name(mode: str | None) -> str:
    """Full sync, Nightly sync, or simply Sync where it is not known yet."""
    return _(MODES[mode]) if mode in MODES else _("Sync")


def run_name(run: Json) -> str:
    """Full sync, Nightly sync, or what else a run does."""
    kind = run.get("kind") or ""
    return _(KINDS_OF_RUN[kind]) if kind in KINDS_OF_RUN else mode_name(run["mode"])


def school_badge(school: Json) -> Badge:
    """The badge of a school."""
    if school["status"] == "nightly" and not school["nightly"]:
        return BY_HAND.get(school["health"], BY_HAND["clean"]).said()
    return SCHOOL[school["status"]].said()


def run_badge(run: Json) -> Badge:
    """The badge of a run."""
    if run["status"] == "completed":
        return OUTCOME.get(run["outcome"], OUTCOME["clean"]).said()
    return RUN[run["status"]].said()


def unit(phase: str, n: int | None, of: int | None = None) -> str:
    """1,200 records; 340 of 588 operations"""
    if phase == "applying" and of is None:
        return plural("{n} operation", "{n} operations", n or 0, n=number(n))
    if of is None:
        return plural("{n} record", "{n} records", n or 0, n=number(n))
    if phase == "applying":
        return plural("{done} of {n} operation", "{done} of {n} operations", of, done=number(n), n=number(of))
    return plural("{done} of {n} record", "{done} of {n} records", of, done=number(n), n=number(of))


def progress_words(run: Json) -> str:
    """Applying · 340 of 588 operations"""
    word = RUN[run["status"]].said().word
    if run.get("done") is None:
        return word
    return f"{word} · {unit(run['status'], run['done'], run.get('total'))}"


def school_why(school: Json) -> str:
    """Why a school stands as it does, or what comes next."""
    match school["status"]:
        case "with_errors":
            return _errors_of(school)
        case "paused":
            return str(school["mode_reason"])
        case "on_hold":
            return _("operations wait for a decision")
        case "nightly" if school["health"] == "never":
            return _("run its first full sync")
        case "nightly" if school["mode"] == "additions_only":
            return " · ".join(part for part in (_("additions only"), mode_until(school), school["mode_reason"]) if part)
        case "not_set_up":
            return _("it has no Moodle yet")
        case "not_shared":
            return _("nothing was removed")
    return ""


def _errors_of(school: Json) -> str:
    if school["health"] == "failed" and (last := school["last_run"]):
        return _("last sync failed: {why}", why=entry_of(last["failure_code"] or "").words(spoken()).title)
    n = school["errors"]
    return plural("{n} record to look at", "{n} records to look at", n, n=number(n))


def mode_until(school: Json) -> str:
    """Until when the nightly sync is paused or only adds."""
    return _("until {date}", date=calendar_date(school["mode_until"])) if school["mode_until"] else ""


def last_sync(last: Json | None) -> str:
    """What the last sync did, in a few words."""
    if last is None:
        return ""
    if last["status"] == "failed":
        return _("failed")
    changes = total(last["actions"])
    done = plural("{n} change", "{n} changes", changes, n=number(changes)) if changes else ""
    if last["outcome"] == "held":
        return _("{done}, the rest held", done=done) if done else _("held")
    return done or _("nothing to do")


def did(run: Json) -> str:
    """What a run did, in a few words."""
    if run["status"] != "completed":
        return ""
    if run["outcome"] == "previewed":
        plan = summary(run["plan"])
        return _("would be: {what}", what=plan) if plan else _("nothing would change")
    if run["outcome"] == "held" and not total(run["actions"]):
        return _("nothing yet")
    return summary(run["actions"]) or (_("nothing changed") if run["outcome"] in ("clean", "with_errors") else "")


def run_sentence(run: Json) -> str:
    """How a run stands, in a sentence or two."""
    match run["status"]:
        case "ordered":
            return _("It begins when it is its turn: only so many schools of a district sync at once.")
        case "requested":
            return _("Admitted; it begins as soon as a worker is free.")
        case "refused":
            return _(REFUSALS[run["refusal"]]) if run["refusal"] in REFUSALS else _("It was not admitted.")
        case "failed":
            return _failure(run)
        case "completed":
            return _completion(run)
    told: Json = next((phase for phase in run["phases"] if phase["phase"] == run["status"]), {})
    return _("{progress}. This page follows it.", progress=progress_words({"status": run["status"], **told}))


def _completion(run: Json) -> str:
    nothing = run.get("plan") is not None and not total(run["plan"])
    text = _what_became(run["outcome"], summary(run["actions"]), nothing)
    if not (n := run["errors"]):
        return text
    left = plural(
        "{n} record could not be taken as it is.", "{n} records could not be taken as they are.", n, n=number(n)
    )
    return f"{text} {left}"


def _what_became(outcome: str, done: str, nothing_planned: bool) -> str:
    match outcome:
        case "previewed" if nothing_planned:
            return _("A dry run: nothing would change, since Moodle holds what is shared already.")
        case "nothing_to_do":
            return _("Moodle holds what is shared already; nothing was sent.")
        case "previewed":
            return _("A dry run: this is what would be done. Nothing was sent to Moodle.")
        case "refreshed":
            return _("The roster was read and counted. Nothing was sent to Moodle.")
        case "held" if done:
            return _("Removals wait for a decision; the rest is in Moodle: {done}.", done=done)
        case "held":
            return _("Removals wait for a decision.")
        case "cancelled":
            return _("Until then, in Moodle: {done}.", done=done) if done else _("Nothing was sent.")
    return _("In Moodle: {done}.", done=done) if done else _("Nothing was changed in Moodle.")


def _failure(run: Json) -> str:
    words = entry_of(run["failure_code"] or "").words(spoken())
    sentences = [
        f"{words.title}.",
        said(run["failure_detail"] or ""),
        _("What to do: {remedy}", remedy=words.remedy),
        _("Nobody was removed because of this.") if run.get("kind") != "device" else "",
        _("It will be tried again.") if run["retry_planned"] else "",
    ]
    return " ".join(sentence for sentence in sentences if sentence)
