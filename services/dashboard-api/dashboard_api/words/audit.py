"""Acts on the settings of a district in words: what was done, and each value before and after."""

import json
from collections.abc import Iterator
from typing import Any

from common.language import listed, mark
from dashboard_api.language import _, plural
from dashboard_api.words import acts
from dashboard_api.words.amounts import number
from dashboard_api.words.standing import SOURCES

Json = dict[str, Any]

SETTINGS = {
    "declare": mark("Declared the district by a file"),
    "change_district": mark("Changed the district"),
    "change_policy": mark("Changed the policy"),
    "change_second_person": mark("Changed what needs a second person"),
    "change_recipients": mark("Changed who is told of runs"),
    "add_source": mark("Added a source"),
    "change_source": mark("Changed a source"),
    "remove_source": mark("Took out a source"),
    "check_source": mark("Had a source tried out"),
    "set_up_all": mark("Set up all schools"),
    "add_target": mark("Added a Moodle site"),
    "change_target": mark("Changed a Moodle site"),
    "remove_target": mark("Took out a Moodle site"),
    "check_target": mark("Had a Moodle site looked at"),
    "order": mark("Ordered a run"),
    "decide_hold": mark("Decided about what was held"),
    "create person": mark("Gave a person access"),
    "change person": mark("Changed a person"),
    "create key": mark("Made an API key"),
    "revoke key": mark("Revoked an API key"),
}
"""By action; the others are those of `words.acts`."""
NAMES = {
    **acts.FIELDS,
    "locale": mark("Language"),
    "pool": mark("Pool of workers"),
    "max_parallel": mark("Syncs at once"),
    "spread_minutes": mark("Spread over minutes"),
}
"""Of settings; others are called as the district file calls them."""
LONGEST = 200
UNSAID = ("declared_at",)
"""Keys that change by themselves."""


def action_name(action: str) -> str:
    """A kind of act."""
    return _(SETTINGS.get(action) or acts.ACTS.get(action) or action)


def explained(act: Json) -> Json:
    """As `words.acts.explained`; settings that have no words of their own are named as the district file names them."""
    if act["action"] in acts.ACTS and not act["subject"].startswith("district/"):
        return acts.explained(act)
    detail = {key: value for key, value in act["detail"].items() if key not in ("before", "after")}
    told = acts.explained({**act, "detail": detail})
    what = told["what"] if act["action"] in ("order", "decide_hold") else action_name(act["action"])
    return {**told, "what": what, "changes": list(_changes(act["detail"]))}


def setting_name(key: str) -> str:
    """Time zone, of `timezone`; what has no words of its own stays as it is."""
    return _(NAMES[key]) if key in NAMES else key


def about(act: Json) -> str:
    """What the act was about: a name, how many schools, or what it is called where there is no name."""
    schools, after = act["detail"].get("schools"), act["detail"].get("after")
    if act["action"] == "nightly mode" and isinstance(after, list):
        schools = len(after)
    if isinstance(schools, int) and (schools > 1 or act["action"] == "nightly mode"):
        return plural("{n} school", "{n} schools", schools, n=number(schools))
    tried = SOURCES.get(act["detail"].get("kind", "")) or act["detail"].get("base_url")
    return act["subject_name"] or (tried if act["action"].startswith("check_") else "") or act["subject"]


def _changes(detail: Json) -> Iterator[tuple[str, str, str]]:
    before, after = dict(_flat(detail.get("before"))), dict(_flat(detail.get("after")))
    for key in {**before, **after}:
        if key not in UNSAID and before.get(key) != after.get(key):
            yield key, _value(before.get(key)) if before else "", _value(after.get(key))


def _flat(value: Any, way: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _flat(below, f"{way}.{key}" if way else key)
    elif way:
        yield way, value


def _value(value: Any) -> str:
    if value in (None, "", [], {}):
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list) and not any(isinstance(one, dict | list) for one in value):
        return listed(map(str, value))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
