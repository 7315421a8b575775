"""What a notice says: pure, from an event and what the registry says of its school."""

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from common.catalogue import entry_of
from common.event_model import TrippedGuard
from common.events import CountByEntity, SyncCompleted, SyncFailed, SyncHeld
from notifier.hold_words import HoldWords, hold_words

OUTCOMES = {
    "clean": "completed",
    "with_errors": "completed with errors",
    "nothing_to_do": "completed: nothing had changed",
    "previewed": "preview is ready: nothing was changed",
    "refreshed": "counts were refreshed",
    "held": "completed, but operations wait for a decision",
    "cancelled": "was cancelled",
}
STATUSES = {
    "nightly": "syncing without errors",
    "with_errors": "syncing with errors",
    "paused": "nightly sync paused",
    "on_hold": "on hold: the nightly sync waits for a decision",
    "not_set_up": "not set up",
    "not_shared": "no longer shared",
}
"""By status, as `registry.status_of` decides it."""
ACTIONS = {
    "create": "created",
    "link": "linked",
    "update": "updated",
    "reactivate": "brought back",
    "suspend": "suspended",
    "unenrol": "taken away",
    "hide": "hidden",
    "add": "added",
    "remove": "removed",
}
ENTITIES = {
    "category": ("school category", "school categories"),
    "course": ("course", "courses"),
    "user": ("account", "accounts"),
    "enrolment": ("enrolment", "enrolments"),
    "group": ("group", "groups"),
    "group_member": ("place in a group", "places in groups"),
    "cohort": ("cohort", "cohorts"),
    "cohort_member": ("place in a cohort", "places in cohorts"),
    "administrator": ("administrator", "administrators"),
    "guardian": ("tie to a guardian", "ties to guardians"),
}
TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class About:
    """Whom a notice is about: the names of the district and of the school, the locale, and how it stands."""

    district: str
    school: str
    locale: str
    status: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """What a run's end says of how its school stands; None where it says nothing. Read models may not know it yet."""

    on_hold: bool | None = None
    with_errors: bool | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice in words: `lines` say what was done, one thing each."""

    subject: str
    text: str
    html: str


def news_of(event: SyncCompleted | SyncFailed | SyncHeld) -> News:
    """What is new with the school now that the run has ended, or that a part of it waits.

    A device's failure is none of the school's.
    """
    if isinstance(event, SyncHeld):
        return News(on_hold=True)
    if event.mode == "refresh":
        return News()
    if isinstance(event, SyncFailed):
        return News() if event.device_id else News(with_errors=True)
    if event.dry_run or event.outcome == "cancelled":
        return News()
    on_hold = True if event.outcome == "held" else False if event.lifts_hold else None
    return News(on_hold, event.errors > 0 or event.outcome == "with_errors")


def write_notice(event: SyncCompleted | SyncFailed, about: About, dashboard_url: str) -> Notice:
    """The notice about a run's end."""
    link = f"{dashboard_url.rstrip('/')}/runs/{event.run_id}"
    failed = isinstance(event, SyncFailed)
    result = "failed" if isinstance(event, SyncFailed) else OUTCOMES[event.outcome]
    sync = "device" if isinstance(event, SyncFailed) and event.device_id else event.mode
    context = {
        "event": event,
        "sync": sync,
        "failed": failed,
        "district": about.district,
        "school": about.school,
        "result": result,
        "status": STATUSES.get(about.status, ""),
        "link": link,
        "words": entry_of(event.code).words(about.locale) if isinstance(event, SyncFailed) else None,
        "lines": [] if isinstance(event, SyncFailed) else action_lines(event.actions),
        "duration": "" if isinstance(event, SyncFailed) else in_words(event.duration_ms),
    }
    return Notice(
        subject=f"{about.school}: {sync} sync {result}",
        text=_environment().get_template("run.txt").render(context),
        html=_environment().get_template("run.html").render(context),
    )


def write_hold(event: SyncHeld, about: About, dashboard_url: str) -> Notice:
    """The notice that operations wait, all of it in the district's language."""
    words = hold_words(entry_of("CHANGE_THRESHOLD").words(about.locale).language)
    context = {
        "district": about.district,
        "school": about.school,
        "words": words,
        "waiting": words.waiting(event.operations),
        "guards": [_guard(guard, words) for guard in event.guards],
        "link": f"{dashboard_url.rstrip('/')}/runs/{event.run_id}",
        "decide": words.decide.format(id=event.hold_id),
    }
    return Notice(
        subject=f"{about.school}: {context['waiting']}",
        text=_environment().get_template("hold.txt").render(context),
        html=_environment().get_template("hold.html").render(context),
    )


def _guard(guard: TrippedGuard, words: HoldWords) -> dict[str, str]:
    """A limit that was exceeded; the subject is an id at the source or a field's name, and no person's."""
    subject = f" ({guard.subject})" if guard.subject else ""
    share = words.share.format(
        what=f"{words.entities.get(guard.entity, guard.entity)}{subject}",
        count=words.number(guard.count),
        of=words.number(guard.of),
        limit=words.number(guard.limit),
    )
    told = entry_of(guard.code).words(words.language)
    return {"code": guard.code, "share": share, "title": told.title, "remedy": told.remedy}


def action_lines(actions: CountByEntity) -> list[str]:
    """Such as `12 accounts created`, in the order of the roster."""
    return [
        f"{count:,} {ENTITIES[entity][count != 1]} {done}"
        for entity in ENTITIES
        for kind, done in ACTIONS.items()
        if (count := actions.get(entity, {}).get(kind, 0))
    ]


def in_words(milliseconds: int) -> str:
    """Such as `41 s` or `3 min 5 s`."""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
