"""The parameters of a list request: limit, offset, sort, orderBy, filter, fields."""

from collections.abc import Mapping

from msgspec import Struct

from simulators.oneroster.behaviour import Behaviour
from simulators.oneroster.filters import Filter, parse_filter
from simulators.oneroster.refusals import Refusal
from simulators.oneroster.shape import Shape


class Query(Struct, frozen=True):
    """A list request that was understood; `sort` is blank for the server's own order."""

    limit: int
    offset: int
    sort: str = ""
    descending: bool = False
    filter: Filter | None = None
    fields: tuple[str, ...] | None = None


def read_query(params: Mapping[str, str], collection: str, shape: Shape, behaviour: Behaviour) -> Query:
    """Read a request's parameters; too large a limit is cut without a word, as real servers do.

    An unknown sort field is ignored, after the standard. Refuses with 400 all else that is wrong.
    """
    known = shape.fields(collection)
    sort, fields = params.get("sort", ""), params.get("fields")
    order = "desc" if behaviour.default_order == "descending" else "asc"
    return Query(
        limit=min(_number(params, "limit", behaviour.default_limit, least=1), behaviour.max_limit),
        offset=_number(params, "offset", 0, least=0),
        sort=sort if sort.partition(".")[0] in known else "",
        descending=params.get("orderBy", order).casefold() == "desc",
        filter=_filter(params.get("filter"), collection, shape, behaviour),
        fields=None if fields is None else _chosen(fields, known),
    )


def _filter(text: str | None, collection: str, shape: Shape, behaviour: Behaviour) -> Filter | None:
    if text is None or behaviour.filters == "ignored":
        return None
    if behaviour.filters == "refused":
        raise Refusal(400, "invaliddata", "There are no filters here.", careless=True)
    return parse_filter(text, collection, shape)


def _number(params: Mapping[str, str], name: str, default: int, *, least: int) -> int:
    text = params.get(name, str(default))
    if not text.isascii() or not text.isdigit() or int(text) < least:
        description = f"{name} must be a whole number of at least {least}, not {text}."
        raise Refusal(400, "invaliddata", description, careless=True)
    return int(text)


def _chosen(fields: str, known: Mapping[str, object]) -> tuple[str, ...]:
    names = tuple(name.strip() for name in fields.split(",") if name.strip())
    for name in names:
        if name not in known:
            raise Refusal(400, "invalid_selection_field", f"There is no field {name} to select.")
    return names
