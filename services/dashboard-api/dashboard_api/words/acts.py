"""What people and keys did, as the audit log keeps it, in words."""

from typing import Any
from uuid import UUID

from common.language import listed, mark
from dashboard_api.language import _
from dashboard_api.queries.runs import run_of
from dashboard_api.words.amounts import calendar_date
from dashboard_api.words.standing import KINDS_OF_RUN, mode_name

Json = dict[str, Any]

ACTS = {
    "cancel": mark("Cancelled a run"),
    "schedule": mark("Changed when it syncs"),
    "nightly mode": mark("Changed the nightly sync"),
    "change_school": mark("Changed the school's settings"),
    "ask_consent": mark("Asked for an act that needs a second person"),
    "confirm_consent": mark("Confirmed an act as the second person"),
    "reject_consent": mark("Rejected an act as the second person"),
    "take_back_consent": mark("Took back an act that waited for a second person"),
    "device": mark("Changed a device"),
    "remove device": mark("Removed a device"),
    "device contact": mark("Told whether a device is there"),
}
DECISIONS = {
    "approve": mark("Approved what was held"),
    "reject": mark("Rejected what was held"),
    "suspend": mark("Had what was held suspended instead"),
}
MODES = {"on": mark("on"), "paused": mark("paused"), "additions_only": mark("additions only")}
FIELDS = {
    "nightly": mark("Time"),
    "nights": mark("Nights"),
    "mode": mark("Nightly sync"),
    "until": mark("Until"),
    "target": mark("Moodle"),
    "timezone": mark("Time zone"),
    "name": mark("Name"),
    "enabled": mark("Enable sync"),
    "daily_at": mark("Scheduled sync: daily at, in UTC"),
    "at_next_contact": mark("If it is offline then, sync at its next contact instead"),
    "notify": mark("Sync notifications"),
    "force": mark("Force sync"),
}
WEEKDAYS = {
    "mon": mark("Mon"),
    "tue": mark("Tue"),
    "wed": mark("Wed"),
    "thu": mark("Thu"),
    "fri": mark("Fri"),
    "sat": mark("Sat"),
    "sun": mark("Sun"),
}


def explained(act: Json, school_id: str = "") -> Json:
    """`what` was done, `changes` (field, before, after), `reason`, and where it is seen: `to`, an address, or blank.

    The values before are blank where there was nothing before.
    """
    detail = act["detail"]
    return {
        "what": _what(act["action"], detail),
        "changes": _changes(_of(detail.get("before"), school_id), _of(detail.get("after"), school_id)),
        "reason": detail.get("reason") or "",
        "to": _address(act["subject"], school_id),
    }


def _what(action: str, detail: Json) -> str:
    if action == "order":
        name = KINDS_OF_RUN.get(detail.get("kind", ""))
        what = _(name) if name else mode_name(detail.get("mode"))
        return _("Ordered a preview: {what}", what=what) if detail.get("dry_run") else _("Ordered: {what}", what=what)
    if action == "decide_hold":
        return _(DECISIONS.get(detail.get("decision", ""), DECISIONS["approve"]))
    return _(ACTS[action]) if action in ACTS else action


def _of(state: Any, school_id: str) -> Json:
    """What is said of the one school, where an act was about several."""
    if isinstance(state, list):
        return next((one for one in state if one.get("school_id") == school_id), {})
    return state if isinstance(state, dict) else {}


def _changes(before: Json, after: Json) -> list[tuple[str, str, str]]:
    return [
        (_(name), _value(key, before.get(key)) if before else "", _value(key, after.get(key)))
        for key, name in FIELDS.items()
        if key in after and before.get(key) != after[key]
    ]


def _value(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in (None, ""):
        return _("the district's") if key in ("nightly", "nights", "timezone") else _("none")
    if key == "nights":
        return listed(_(WEEKDAYS[day]) for day in value)
    if key == "until":
        return calendar_date(value)
    return _(MODES[value]) if key == "mode" and value in MODES else str(value)


def _address(subject: str, school_id: str) -> str:
    kind, _slash, id_ = subject.partition("/")
    if kind == "order" and school_id:
        return f"/runs/{run_of(UUID(id_), UUID(school_id))}"
    pages = {"run": "/runs", "hold": "/holds", "device": "/devices"}
    return f"{pages[kind]}/{id_}" if kind in pages else ""
