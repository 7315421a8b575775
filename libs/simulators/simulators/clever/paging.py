"""Pages by cursor: which part of an ascending list of ids, and the links to what stands beside it."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from simulators.clever.behaviour import Behaviour
from simulators.clever.refusals import Refusal
from simulators.clever.store import after, before

LAST = "last"
"""As `ending_before`: the page at the very end."""


class Slice(Struct, frozen=True):
    """The places of a page's rows in a list: from `start` to before `end`."""

    start: int
    end: int


def cut_page(ids: list[str], params: Mapping[str, str], behaviour: Behaviour) -> Slice:
    """Find the page that is asked for. Refuses a limit that is none (400) or too large (413)."""
    limit = read_limit(params, behaviour)
    if "ending_before" in params:
        end = len(ids) if params["ending_before"] == LAST else before(ids, params["ending_before"])
        return Slice(max(0, end - limit), end)
    start = after(ids, params["starting_after"]) if params.get("starting_after") else 0
    return Slice(start, min(len(ids), start + limit))


def read_limit(params: Mapping[str, str], behaviour: Behaviour) -> int:
    """Read `limit`."""
    text = params.get("limit", str(behaviour.default_limit))
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise Refusal(400, f"limit must be a whole number of at least 1, not {text}.")
    if int(text) > behaviour.max_limit:
        raise Refusal(413, f"limit must not be above {behaviour.max_limit}.")
    return int(text)


def page_links(path: str, params: Sequence[tuple[str, str]], ids: list[str], part: Slice) -> bytes:
    """Make the links of a page: itself, the next one if there is one, the one before if a cursor led here.

    Following the one before may give an empty page, as at Clever.
    """
    own = [(name, value) for name, value in params if name not in ("starting_after", "ending_before")]
    links = [{"rel": "self", "uri": _uri(path, params)}]
    if part.end < len(ids):
        # Before the first row of all an empty page has no row to go on from, but everything still comes.
        cursor = [("starting_after", ids[part.end - 1])] if part.end else []
        links.append({"rel": "next", "uri": _uri(path, [*own, *cursor])})
    led_here = len(own) < len(params)
    if part.start < part.end and (part.start or led_here):
        links.append({"rel": "prev", "uri": _uri(path, [*own, ("ending_before", ids[part.start])])})
    return msgspec.json.encode(links)


def _uri(path: str, params: Sequence[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(params)}" if params else path


def uri_of(root: str, collection: str, record_id: str) -> bytes:
    """Give the relative address of a record."""
    return f"{root}/{collection}/{quote(record_id, safe='')}".encode()
