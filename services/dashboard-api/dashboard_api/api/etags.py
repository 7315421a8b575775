"""ETag, If-Match and If-None-Match (RFC 9110): nobody overwrites settings that they have not seen.

A tag has two halves: the first is of the settings alone, the second of the whole answer, which may also tell what
changes by itself, such as the nights that come. `If-None-Match` compares both, `If-Match` the first.
"""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Header, Request, Response

from common.db import Connection
from common.language import listed
from dashboard_api.api.answers import json_text
from dashboard_api.language import _
from dashboard_api.problems import Problem
from dashboard_api.queries import audit
from dashboard_api.words.amounts import exact

IfMatch = Annotated[
    str | None, Header(description="The ETag of what you saw; if it was changed since, nothing is done and 412 says so")
]
ACTS = 50
"""So many acts are looked through for what changed."""


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
    seen = {tag.removeprefix("W/").strip('"').partition(".")[0] for tag in _tags(if_match)}
    return settings is not None and ("*" in seen or version(settings) in seen)


async def require_seen(
    conn: Connection, if_match: str | None, settings: Any, district_id: str, subject: str, actions: Sequence[str]
) -> None:
    """Raises `Problem` 412, with what was changed meanwhile and by whom, unless the caller has seen the settings.

    The audit log has each act of these on the subject with `before` and `after`, in the shape of `settings`.
    """
    if matches(if_match, settings):
        return
    acts = await audit.latest(conn, district_id, subject, actions, ACTS)
    if not acts or settings is None:
        sentence = _("This is not what you have seen any more. Look at it again, then repeat your change.")
        raise Problem(412, "changed_meanwhile", sentence)
    seen = {tag.removeprefix("W/").strip('"').partition(".")[0] for tag in _tags(if_match)}
    states = [act["detail"].get(side) for act in acts for side in ("after", "before")]
    old = next((state for state in states if state is not None and version(state) in seen), None)
    raise _changed(acts[0]["actor_name"], acts[0]["at"], _differences(old, settings))


def _changed(who: str, at: Any, changes: list[dict[str, Any]]) -> Problem:
    values = {"who": who, "when": exact(at, "UTC"), "fields": listed(change["field"] for change in changes)}
    if changes:
        sentence = _(
            "{who} changed this meanwhile ({when}): {fields}. Look at it again, then repeat your change.", **values
        )
    else:
        sentence = _("{who} changed this meanwhile ({when}). Look at it again, then repeat your change.", **values)
    more = {"changed_by": who, "changed_at": at, "changes": changes}
    return Problem(412, "changed_meanwhile", sentence, more=more)


def _differences(old: Any, new: Any) -> list[dict[str, Any]]:
    """`field, from, to` of each setting that is another one now."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return []
    before, after = json.loads(_canonical(old)), json.loads(_canonical(new))
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return [{"field": name, "from": before.get(name), "to": after.get(name)} for name in names]


def _tags(header: str | None) -> list[str]:
    return [tag.strip() for tag in (header or "").split(",") if tag.strip()]


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]
