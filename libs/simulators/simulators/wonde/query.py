"""The parameters of a list request."""

from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec import Struct

from simulators.wonde.behaviour import Behaviour
from simulators.wonde.includes import Tree, parse_includes
from simulators.wonde.refusals import Refusal

FORMATS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")


class Query(Struct, frozen=True, kw_only=True):
    """A list request that was understood.

    `paged` says that `per_page` was given. With `by_cursor` the rows after the id `after` are asked for, else `page`.
    """

    includes: Tree
    per_page: int
    paged: bool
    page: int = 1
    by_cursor: bool = False
    after: str = ""
    updated_after: datetime | None = None
    updated_before: datetime | None = None
    type: str = ""

    def keeps(self, updated_at: datetime) -> bool:
        """Tell whether a record that was changed at this moment is asked for."""
        late_enough = self.updated_after is None or updated_at > self.updated_after
        return late_enough and (self.updated_before is None or updated_at < self.updated_before)


def read_query(params: Mapping[str, str], endpoint: str, behaviour: Behaviour) -> Query:
    """Read a request's parameters; too large a page is cut without a word. Refuses with 422 what cannot be read."""
    most = behaviour.max_per_page_of.get(endpoint, behaviour.max_per_page)
    return Query(
        includes=parse_includes(params.get("include", "")),
        per_page=min(_number(params, "per_page", behaviour.per_page), most),
        paged="per_page" in params,
        page=_number(params, "page", 1),
        by_cursor=behaviour.cursors and params.get("cursor", "").casefold() not in ("", "false"),
        after=_after(params.get("cursor", "")),
        updated_after=_moment(params, "updated_after"),
        updated_before=_moment(params, "updated_before"),
        type=params.get("type", ""),
    )


def _number(params: Mapping[str, str], name: str, default: int) -> int:
    text = params.get(name, str(default))
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise Refusal(422, "validation_failed", f"{name} must be a whole number of at least 1.")
    return int(text)


def _after(cursor: str) -> str:
    """`true` begins; after that the cursor is what the last page said."""
    return cursor if cursor.startswith("A") else ""


def _moment(params: Mapping[str, str], name: str) -> datetime | None:
    """Read a moment in UTC; a day means its beginning."""
    if name not in params:
        return None
    for form in FORMATS:
        try:
            return datetime.strptime(params[name], form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise Refusal(422, "validation_failed", f"{name} must be YYYY-MM-DD, with or without HH:MM:SS.")
