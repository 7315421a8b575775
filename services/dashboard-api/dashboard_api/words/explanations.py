"""What the help pages tell: the kinds of sync, how schools and runs may stand, and the keys."""

from dataclasses import dataclass

from common.language import mark
from dashboard_api.language import _
from dashboard_api.words.standing import OUTCOME, RUN, SCHOOL, Badge


@dataclass(frozen=True, slots=True)
class SyncKind:
    """A kind of sync: when it runs, what it reads, and what it does in Moodle."""

    name: str
    when: str
    reads: str
    creates: str
    changes: str
    removes: str

    def said(self) -> "SyncKind":
        """The same in the spoken language."""
        return SyncKind(*(_(getattr(self, name)) for name in self.__slots__))


YES, NO, SHOWN = mark("yes"), mark("no"), mark("shown only")
SYNCS = (
    SyncKind(mark("Preview"), mark("by hand"), mark("everything that is shared"), SHOWN, SHOWN, SHOWN),
    SyncKind(mark("Refresh"), mark("by hand"), mark("everything that is shared, to count it"), NO, NO, NO),
    SyncKind(
        mark("Partial"), mark("by hand"), mark("what is new since the last sync"), YES,
        mark("only if the district wants it"), mark("only if the district wants it"),
    ),
    SyncKind(
        mark("Nightly"), mark("every night at the school's time"), mark("what is new since the last sync"), YES,
        mark("only if the district wants it"), mark("only if the district wants it"),
    ),
    SyncKind(
        mark("Full"), mark("by hand"), mark("everything that is shared, and what Moodle holds"), YES, YES,
        mark("yes: accounts are suspended, never deleted"),
    ),
)  # fmt: skip
"""From the one that does the least to the one that does the most."""
MEANINGS = {
    "nightly": mark("It syncs every night, and the last sync had no errors. Nothing to do."),
    "with_errors": mark("It syncs, and some records could not be taken as they are. Look at its errors."),
    "on_hold": mark("The nightly sync is blocked: operations wait for a decision. Decide, or run the sync again."),
    "paused": mark("Somebody paused its nightly sync. It goes on when it is resumed, or on the date that was named."),
    "not_set_up": mark("The source shares it, but no Moodle is chosen for it. Choose one in its settings."),
    "not_shared": mark("The source does not share it any more. What it has in Moodle stays as it is."),
}
"""What each status of a school means, and what to do."""
RUNS = {
    "ordered": mark("Somebody asked for it; the scheduler has not answered yet."),
    "requested": mark("It was admitted, and begins as soon as a worker is free."),
    "fetching": mark("The roster is being read."),
    "planning": mark("What is to be done in Moodle is being worked out."),
    "applying": mark("The plan is being carried out."),
    "refused": mark("It was not admitted; the reason stands beside it."),
    "failed": mark("It stopped before its end. Nobody was removed because of that."),
}
OUTCOMES = {
    "clean": mark("Everything went well."),
    "with_errors": mark("It ended, and some records could not be taken as they are."),
    "nothing_to_do": mark("Moodle holds what is shared already."),
    "previewed": mark("Its plan was made and shown; nothing was sent to Moodle."),
    "refreshed": mark("What is shared was read and counted."),
    "held": mark("Removals wait for a decision; the rest is in Moodle."),
    "cancelled": mark("Somebody stopped it. What was done until then stays."),
}
KEYS = (
    ("/", mark("Find anyone or any class")),
    ("?", mark("Show this map")),
    ("j", mark("The next row")),
    ("k", mark("The row before")),
    ("x", mark("Tick the row, or untick it")),
    ("Enter", mark("Open the row")),
    ("Esc", mark("Close a dialog or menu")),
)


def syncs() -> list[SyncKind]:
    """The kinds of sync."""
    return [kind.said() for kind in SYNCS]


def schools() -> list[tuple[Badge, str]]:
    """How a school may stand, what needs a person first."""
    order = sorted(SCHOOL, key=lambda status: status not in ("on_hold", "with_errors"))
    return [(SCHOOL[status].said(), _(MEANINGS[status])) for status in order]


def runs() -> list[tuple[Badge, str]]:
    """How a run may stand, from its order to its end."""
    under_way = [(RUN[status].said(), _(meaning)) for status, meaning in RUNS.items()]
    return under_way + [(OUTCOME[outcome].said(), _(meaning)) for outcome, meaning in OUTCOMES.items()]


def keys() -> list[tuple[str, str]]:
    """Each key with what it does."""
    return [(key, _(does)) for key, does in KEYS]
