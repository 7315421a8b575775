"""`/settings/audit`: who did what in a district, and when, with before and after; as CSV, too."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Response

from dashboard_api.api.answers import encode_cursor
from dashboard_api.api.audits import ACTS
from dashboard_api.api.csv_answers import InStyle, csv_answer
from dashboard_api.csv_text import Cell
from dashboard_api.language import _
from dashboard_api.pages.settings_frame import at, show
from dashboard_api.pages.visit import InVisit, Visit
from dashboard_api.queries import audit_search, district_parts
from dashboard_api.queries.audit_search import ActFilter
from dashboard_api.words.amounts import moment
from dashboard_api.words.audit import action_name, explained

ROWS = 50
COLUMNS = ("at", "who", "what", "subject", "setting", "before", "after", "reason")

router = APIRouter(prefix="/settings", include_in_schema=False)


def chosen(
    who: Annotated[str, Query(max_length=100)] = "",
    what: Annotated[str, Query(max_length=100)] = "",
    first: Annotated[str, Query(max_length=10)] = "",
    last: Annotated[str, Query(max_length=10)] = "",
) -> ActFilter:
    """What the address asks for; the district and its zone come with the visit."""
    return ActFilter("", "UTC", who, what, _date(first), _date(last))


InChoice = Annotated[ActFilter, Depends(chosen)]


@router.get("/audit")
async def look(visit: InVisit, choice: InChoice, after: str | None = None) -> Response:
    """The page. People are filtered by the ids of their accounts, so that no name stands in an address."""
    key = ACTS.read(after)
    wanted = await _of(visit, choice, key[0] if key else None)
    found = await audit_search.page(visit.context.pool, wanted)
    actors, actions = await audit_search.choices(visit.context.pool, visit.district)
    asked = {"who": choice.actor, "what": choice.action, "first": choice.first, "last": choice.last}
    return show(
        visit,
        "settings_audit.html",
        "audit",
        _("Audit log"),
        _("What people and keys did, the latest first. Neither secrets nor personal data are kept here."),
        acts=[act | explained(act) for act in found.rows()],
        choice=choice,
        actors=actors,
        actions=sorted(((one, action_name(one)) for one in actions), key=lambda pair: pair[1].casefold()),
        zone=wanted.zone,
        here=at(visit, "audit", **asked),
        csv=at(visit, "audit.csv", **asked),
        after=after,
        next=encode_cursor(found.next),
    )


@router.get("/audit.csv")
async def download(visit: InVisit, choice: InChoice, style: InStyle) -> Response:
    """The same as a file: a row for each value that changed."""
    wanted = await _of(visit, choice, None)
    return csv_answer(f"{visit.district}-audit", style, COLUMNS, _rows(visit, wanted))


async def _rows(visit: Visit, wanted: ActFilter) -> AsyncIterator[list[list[Cell]]]:
    async for acts in audit_search.parts(visit.context.pool, wanted):
        rows: list[list[Cell]] = []
        for act in acts:
            told = explained(act)
            when = moment(act["at"])
            local = when.astimezone(ZoneInfo(wanted.zone)).isoformat(timespec="seconds") if when else ""
            beginning = [local, act["actor_name"] or "", told["what"], act["subject"]]
            rows += [[*beginning, *change, told["reason"]] for change in told["changes"] or [("", "", "")]]
        yield rows


async def _of(visit: Visit, choice: ActFilter, after: int | None) -> ActFilter:
    general = await district_parts.general(visit.context.pool, visit.district)
    zone = general["timezone"] if general else "UTC"
    return ActFilter(visit.district, zone, choice.actor, choice.action, choice.first, choice.last, after, ROWS)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
