"""Operations of a run as a list on a page: what it is narrowed to, its rows in words, and the way on."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import Depends, Query

from common.db import Pool
from dashboard_api.api.answers import encode_cursor
from dashboard_api.api.plans import OPERATIONS, Entity, Kind, State, Which
from dashboard_api.pages.addresses import with_query
from dashboard_api.queries import operations, targets
from dashboard_api.words.kinds import entity_name
from dashboard_api.words.operations import STATES, Site, deed_name, shown

ROWS = 100

Counts = dict[str, dict[str, dict[str, int]]]
"""By entity, kind and state."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The page's path, and which of the operations are looked at. A text that was searched for is in no address."""

    path: str
    which: Which

    def address(self, **changes: object) -> str:
        """The same page, narrowed otherwise; without a place in the list."""
        return with_query(self.path, {**self.values(), **changes})

    def values(self) -> dict[str, object]:
        """What differs from the whole list, as an address has it."""
        found = self.which.model_dump()
        return {name: "true" if value is True else value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Run:
    """What the list needs to know of the run."""

    district_id: str
    id: UUID
    zone: str


def narrowing(
    entity: Annotated[str, Query(max_length=40)] = "",
    kind: Annotated[str, Query(max_length=40)] = "",
    state: Annotated[str, Query(max_length=40)] = "",
    graded: bool = False,
    removals: bool = False,
) -> Which:
    """From an address or a form sent by GET, which has blanks for what was not chosen."""
    known = [(entity, Entity), (kind, Kind), (state, State)]
    chosen = [value if value in get_args(values) else None for value, values in known]
    return Which.model_validate(
        dict(zip(("entity", "kind", "state"), chosen, strict=True)) | {"graded": graded or None, "removals": removals}
    )


Narrowing = Annotated[Which, Depends(narrowing)]


async def listing(
    pool: Pool, run: Run, narrowed: Narrowed, counts: Counts, text: str = "", after: str | None = None
) -> dict[str, Any]:
    """What operations.html shows. `text` searches people's names too, and comes from a form."""
    wanted = narrowed.which.of(run.district_id, run.id, text or None, people=True)
    page = await operations.page(pool, replace(wanted, limit=ROWS, after=_place(after)))
    site = Site(await targets.roles_of_run(pool, run.district_id, run.id), run.zone)
    return {
        "narrowed": narrowed,
        "operations": [shown(row, site) for row in page.rows()],
        "after": after,
        "next": encode_cursor(page.next),
        "text": text,
        "entities": _sums(counts, lambda entity, kind, state: entity, entity_name),
        "kinds": _sums(counts, lambda entity, kind, state: kind, deed_name),
        "states": _sums(counts, lambda entity, kind, state: state, lambda state: STATES[state].said().word),
        "removals": sum(_sum(states) for kinds in counts.values() for kind, states in kinds.items() if _takes(kind)),
        "all": sum(_sum(states) for kinds in counts.values() for states in kinds.values()),
    }


def _sums(
    counts: Counts, key: Callable[[str, str, str], str], name: Callable[[str], str]
) -> list[tuple[str, str, int]]:
    """What can be chosen from: key, word and number."""
    sums: dict[str, int] = {}
    for entity, kinds in counts.items():
        for kind, states in kinds.items():
            for state, n in states.items():
                one = key(entity, kind, state)
                sums[one] = sums.get(one, 0) + n
    return [(one, name(one), n) for one, n in sums.items()]


def _sum(states: dict[str, int]) -> int:
    return sum(states.values())


def _takes(kind: str) -> bool:
    return kind in operations.REMOVALS


def _place(after: str | None) -> int:
    key = OPERATIONS.read(after)
    return key[0] if key else 0
