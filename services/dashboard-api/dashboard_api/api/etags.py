"""ETag, If-Match and If-None-Match (RFC 9110): nobody overwrites settings that they have not seen.

A tag has two halves: the first is of the settings alone, the second of the whole answer, which may also tell what
changes by itself, such as the nights that come. `If-None-Match` compares both, `If-Match` the first. A refusal (412)
has the first half alone as its `ETag`: enough for `If-Match`, and never taken for an answer that somebody has.

Settings are compared within the transaction that changes them, by whoever holds the lock that each change of them takes
(the district's row, or the device's): what was compared is what is overwritten.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Header, Request, Response

from common.db import Connection, Row
from common.language import listed
from dashboard_api.api.answers import json_text
from dashboard_api.language import _
from dashboard_api.problems import Problem
from dashboard_api.queries import audit
from dashboard_api.words.amounts import exact

IfMatch = Annotated[
    str | None, Header(description="The ETag of what you saw; if it was changed since, nothing is done and 412 says so")
]
Acts = Mapping[str, str | None]
"""Acts that change settings, each with the member of the settings in which its values stand.

Blank: they are members themselves; None: the act keeps others, or none.
"""
ACTS = 50
"""So many acts are looked through for what changed."""
Json = dict[str, Any]


def tagged(request: Request, body: str, settings: object) -> Response:
    """JSON with its ETag; 304 without it for a GET by somebody who has it already."""
    answer = json_text(body)
    tag = f'"{version(settings)}.{_digest(bytes(answer.body).decode())}"'
    known = [one.removeprefix("W/") for one in _tags(request.headers.get("If-None-Match"))]
    if request.method == "GET" and (tag in known or "*" in known):
        return Response(status_code=304, headers={"ETag": tag})
    answer.headers["ETag"] = tag
    return answer


def version(settings: object) -> str:
    """The half of a tag that is of the settings."""
    return _digest(_canonical(settings))


def matches(if_match: str | None, settings: object) -> bool:
    """Whether who sent this header has seen these settings; None for settings that are not there."""
    if if_match is None:
        return True
    seen = _versions(if_match)
    return settings is not None and ("*" in seen or version(settings) in seen)


async def require_seen(
    conn: Connection, if_match: str | None, settings: Any, district_id: str, subjects: Sequence[str], acts: Acts
) -> None:
    """Raises `Problem` 412, with what was changed meanwhile and by whom, unless the caller has seen the settings.

    The audit log has each of these acts on one of the subjects with `before` and `after`, in the shape of `settings`.
    """
    if matches(if_match, settings):
        return
    headers = {} if settings is None else {"ETag": half_tag(settings)}
    done = await audit.latest(conn, district_id, subjects, [*acts], ACTS)
    if not done or settings is None:
        sentence = _("This is not what you have seen any more. Look at it again, then repeat your change.")
        raise Problem(412, "changed_meanwhile", sentence, headers)
    seen = _versions(if_match)
    old = next((state for state in _earlier(settings, done, acts) if version(state) in seen), None)
    raise _changed(done[0]["actor_name"], done[0]["at"], _differences(old, settings), headers)


def half_tag(settings: object) -> str:
    """The tag of a refusal."""
    return f'"{version(settings)}"'


def _earlier(settings: Any, done: Sequence[Row], acts: Acts) -> Iterator[Any]:
    """How the settings were before each of the acts that were done, the latest first; and what acts kept of them."""
    state = settings
    for act in done:
        before, after, place = act["detail"].get("before"), act["detail"].get("after"), acts[act["action"]]
        if place is None:
            continue
        yield from (side for side in (after, before) if side is not None)
        if isinstance(state, dict) and isinstance(before, dict) and isinstance(after, dict):
            inner = {**{key: value for key, value in _within(state, place).items() if key not in after}, **before}
            state = {**state, place: inner} if place else inner
            yield state


def _within(state: Json, place: str) -> Json:
    return state[place] if place else state


def _changed(who: str, at: Any, changes: list[Json], headers: Mapping[str, str]) -> Problem:
    values = {"who": who, "when": exact(at, "UTC"), "fields": listed(change["field"] for change in changes)}
    if changes:
        sentence = _(
            "{who} changed this meanwhile ({when}): {fields}. Look at it again, then repeat your change.", **values
        )
    else:
        sentence = _("{who} changed this meanwhile ({when}). Look at it again, then repeat your change.", **values)
    more = {"changed_by": who, "changed_at": at, "changes": changes}
    return Problem(412, "changed_meanwhile", sentence, headers, more=more)


def _differences(old: Any, new: Any) -> list[Json]:
    """`field, from, to` of each setting that is another one now."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return []
    before, after = json.loads(_canonical(old)), json.loads(_canonical(new))
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return [{"field": name, "from": before.get(name), "to": after.get(name)} for name in names]


def _versions(if_match: str | None) -> set[str]:
    """The first halves of the tags in a header."""
    return {tag.removeprefix("W/").strip('"').partition(".")[0] for tag in _tags(if_match)}


def _tags(header: str | None) -> list[str]:
    return [tag.strip() for tag in (header or "").split(",") if tag.strip()]


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]
