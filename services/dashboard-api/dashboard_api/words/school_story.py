"""How a school stands, in a sentence or two; and the night that comes next."""

from datetime import datetime
from typing import Any

from common.catalogue import entry_of
from common.language import mark, spoken
from dashboard_api.language import _, plural
from dashboard_api.words.amounts import number
from dashboard_api.words.kinds import OVERVIEW
from dashboard_api.words.standing import mode_until, progress_words

Json = dict[str, Any]

ROWS = {
    "class": (mark("Classes"), "class", "course", "course"),
    "user": (mark("People"), "user", "user", "user"),
    **{kind: (name, kind, kind, "") for kind, name in OVERVIEW.items() if kind != "class"},
    "enrolment": (mark("Enrolments"), "enrolment", "enrolment", "enrolment"),
}
"""What is counted: its name, and its keys among what is shared, what is in Moodle, and what is held."""


def sentence(school: Json) -> str:
    """How it stands, what has not happened, and what comes next."""
    if school["activity"]:
        return _("A run is under way: {progress}. This page follows it.", progress=progress_words(school["activity"]))
    match school["status"]:
        case "not_shared":
            return _("Its source shares it no longer. Nothing was removed from Moodle because of that.")
        case "not_set_up":
            return _("Its source shares it, but it has no Moodle yet, so nothing of it is synced.")
        case "on_hold":
            return _held(school)
        case "paused":
            return _paused(school)
    return _by_health(school)


def _held(school: Json) -> str:
    n = (school.get("hold") or {}).get("held", 0)
    return plural(
        "{n} operation waits for a decision. Everything new went through, and nobody was removed.",
        "{n} operations wait for a decision. Everything new went through, and nobody was removed.",
        n,
        n=number(n),
    )


def _paused(school: Json) -> str:
    if not school["mode_until"]:
        return _("The nightly sync is paused until somebody resumes it. Runs by hand stay possible.")
    return _("The nightly sync is paused {until}. Runs by hand stay possible.", until=mode_until(school))


def _by_health(school: Json) -> str:
    match school["health"]:
        case "never":
            return _("It was never synced. A preview shows what its first full sync would do, and sends nothing.")
        case "failed":
            last = school["last_run"] or {}
            why = entry_of(last.get("failure_code") or "").words(spoken()).title
            return _("The last sync failed: {why}. What is in Moodle stays as it was.", why=why)
    if n := school["errors"]:
        return plural(
            "The last sync went through, but {n} record could not be taken as it is.",
            "The last sync went through, but {n} records could not be taken as they are.",
            n,
            n=number(n),
        )
    return _("The last sync went through without errors.")


def no_next_night(school: Json) -> str:
    """Why no night comes."""
    if school["status"] in ("not_set_up", "not_shared"):
        return _("Nothing of it is synced.")
    if not school["nightly"]:
        return _("No time is set, so it syncs only by hand.")
    if school["mode"] == "paused":
        return _("The nightly sync is paused until somebody resumes it.")
    return _("No night comes within a year.")


def count_rows(school: Json) -> list[tuple[str, int | None, int | None, int | None]]:
    """Name, shared, in Moodle and held, of what there is any of; None where it is not known or not told apart."""
    shared, present = school["counts"] or {}, school.get("in_moodle") or {}
    held = {entity: sum(kinds.values()) for entity, kinds in ((school.get("hold") or {}).get("operations", {})).items()}
    rows = []
    for name, in_feed, in_moodle, waits in ROWS.values():
        numbers = (shared.get(in_feed), present.get(in_moodle), held.get(waits) if waits else None)
        if any(numbers):
            rows.append((_(name), *numbers))
    return rows


def starts_at(school: Json) -> datetime | None:
    """When its next night begins, its place in the wave included."""
    coming = school["next_night"]
    if coming is None:
        return None
    at = coming.get("starts_at") or coming["at"]
    return datetime.fromisoformat(at) if isinstance(at, str) else at
