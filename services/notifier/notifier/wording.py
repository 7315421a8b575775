"""What a notice says: pure, from an event and what the registry says of its school, in the language of its reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from common.catalogue import CATALOGUE, entry_of
from common.event_model import TrippedGuard
from common.events import CountByEntity, SyncCompleted, SyncFailed, SyncHeld
from common.language import SOURCE, mark, speaking, spoken
from common.sayings import is_known, said
from notifier.amounts import duration, exact, number
from notifier.changes import Row, entity_name, what_waits, what_was_done
from notifier.language import _, plural
from notifier.news import Told
from notifier.rendering import render


@dataclass(frozen=True, slots=True)
class About:
    """Whom a notice is about: the names of the district and of the school, the reader's locale, how it stands.

    `school` is blank where the registry does not know it; `timezone` is the school's, by its IANA name.
    """

    district: str
    school: str
    locale: str
    status: str = ""
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice in words."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: a word, the tone in which it is shown (see letter.html), and what that means."""

    word: str
    tone: str
    sentence: str


OUTCOMES = {
    "clean": Outcome(mark("Completed"), "ok", mark("Everything that this sync was to do is done.")),
    "with_errors": Outcome(
        mark("Completed with errors"), "warn", mark("Some records could not be taken as they are; the rest is done.")
    ),
    "nothing_to_do": Outcome(
        mark("Nothing to do"), "ok", mark("Moodle holds what is shared already; nothing was changed.")
    ),
    "previewed": Outcome(
        mark("Preview ready"), "ok", mark("Nothing was changed in Moodle. The plan shows what a sync would do.")
    ),
    "refreshed": Outcome(
        mark("Counts refreshed"), "ok", mark("The roster was read and counted; nothing was changed in Moodle.")
    ),
    "held": Outcome(mark("Waits for a decision"), "warn", mark("Some changes wait for a decision; the rest is done.")),
    "cancelled": Outcome(
        mark("Cancelled"), "calm", mark("What was done before it was stopped stays; the next sync does the rest.")
    ),
}
FAILED = Outcome(mark("Failed"), "bad", mark("Nobody was removed from Moodle because of this."))
WAITS = Outcome(
    mark("Waits for a decision"),
    "warn",
    mark("None of it is done until somebody decides. Until then the school's nightly syncs wait too."),
)
MODES = {
    "nightly": mark("Nightly sync"),
    "partial": mark("Partial sync"),
    "full": mark("Full sync"),
    "refresh": mark("Refresh of counts"),
}
STATUSES = {
    "nightly": mark("Nightly sync, no errors"),
    "with_errors": mark("Syncing with errors"),
    "paused": mark("Nightly sync paused"),
    "on_hold": mark("On hold until somebody decides"),
    "not_set_up": mark("Not set up"),
    "not_shared": mark("No longer shared"),
}
"""By status, as `registry.status_of` decides it."""


def write(event: Told, moment: datetime, about: About, dashboard_url: str) -> Notice:
    """The notice about what was told at a moment, all of it in the language of `about.locale`."""
    site = dashboard_url.rstrip("/")
    with speaking(about.locale):
        match event:
            case SyncHeld():
                return _hold(event, moment, about, site)
            case SyncFailed():
                return _failure(event, moment, about, site)
        return _completion(event, moment, about, site)


def _completion(event: SyncCompleted, moment: datetime, about: About, site: str) -> Notice:
    sync, outcome = _(MODES[event.mode]), OUTCOMES[event.outcome]
    context = {
        "sync": sync,
        "failure": None,
        "changes": what_was_done(event.actions),
        "errors": event.errors,
        "facts": _facts(moment, about, event.duration_ms),
        "links": _ways_on(event, site),
    }
    return _notice("run", outcome, [sync, _(outcome.word)], about, context)


def _failure(event: SyncFailed, moment: datetime, about: About, site: str) -> Notice:
    sync = _("Device sync") if event.device_id else _(MODES[event.mode])
    links = [_run(event, site)]
    if event.code in CATALOGUE:
        links.append((_("About this error"), f"{site}/help/errors/{event.code}"))
    context = {
        "sync": sync,
        "failure": entry_of(event.code).words(spoken()),
        "code": event.code,
        "detail": said(event.detail),
        "detail_in_english": spoken() != SOURCE and not is_known(event.detail),
        "changes": [],
        "errors": 0,
        "facts": _facts(moment, about),
        "links": links,
    }
    return _notice("run", FAILED, [sync, _(FAILED.word)], about, context)


def _hold(event: SyncHeld, moment: datetime, about: About, site: str) -> Notice:
    waiting = _waiting(event.operations)
    context = {
        "waiting": waiting,
        "guards": [_guard(guard) for guard in event.guards],
        "changes": what_waits(event.operations),
        "facts": _facts(moment, about),
        "links": [(_("Review and decide"), f"{site}/holds/{event.hold_id}"), _run(event, site)],
        "command": f"rosterbus hold approve {event.hold_id}",
    }
    return _notice("hold", WAITS, [waiting], about, context)


def _notice(template: str, outcome: Outcome, news: list[str], about: About, context: Mapping[str, object]) -> Notice:
    school = about.school or _("A school")
    heard = {
        "district": about.district,
        "school": school,
        "word": _(outcome.word),
        "tone": outcome.tone,
        "sentence": _(outcome.sentence),
        **context,
    }
    return Notice(
        subject=" ".join(" · ".join([school, *news]).splitlines()),
        text=render(f"{template}.txt", heard),
        html=render(f"{template}.html", heard),
    )


def _ways_on(event: SyncCompleted, site: str) -> list[Row]:
    """Words and addresses of the pages that somebody wants to see next, the likeliest first."""
    links = [_run(event, site)]
    if event.outcome == "previewed":
        links.insert(0, (_("See the plan"), f"{site}/runs/{event.run_id}/plan"))
    if event.errors:
        links.insert(0, (_("See the errors"), f"{site}/schools/{event.school_id}/errors"))
    return links


def _run(event: Told, site: str) -> Row:
    return _("See the run"), f"{site}/runs/{event.run_id}"


def _facts(moment: datetime, about: About, duration_ms: int | None = None) -> list[Row]:
    facts = [(_("Time"), exact(moment, about.timezone))]
    if duration_ms is not None:
        facts.append((_("Duration"), duration(duration_ms)))
    if about.status in STATUSES:
        facts.append((_("School now"), _(STATUSES[about.status])))
    return facts


def _waiting(operations: CountByEntity) -> str:
    n = sum(sum(kinds.values()) for kinds in operations.values())
    return plural("{n} change waits for a decision", "{n} changes wait for a decision", n, n=number(n))


def _guard(guard: TrippedGuard) -> dict[str, str]:
    """A limit that was exceeded; the subject is an id at the source or a field's name, and no person's."""
    what = entity_name(guard.entity) + (f" ({guard.subject})" if guard.subject else "")
    sentence = plural(
        "{what}: {n} of {all}; up to {limit} is changed without asking.",
        "{what}: {n} of {all}; up to {limit} are changed without asking.",
        guard.limit,
        what=what,
        n=number(guard.count),
        all=number(guard.of),
        limit=number(guard.limit),
    )
    words = entry_of(guard.code).words(spoken())
    return {"code": guard.code, "sentence": sentence, "title": words.title, "remedy": words.remedy}
