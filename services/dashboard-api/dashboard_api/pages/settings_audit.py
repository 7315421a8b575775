"""`/settings/audit`: who did what in a district, and when, with before and after; as CSV, too."""

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Response

from dashboard_api import audit_times
from dashboard_api.api.answers import encode_cursor
from dashboard_api.api.audits import ACTS
from dashboard_api.api.csv_answers import InStyle, csv_answer
from dashboard_api.csv_text import Cell
from dashboard_api.language import _
from dashboard_api.pages.settings_frame import at, show
from dashboard_api.pages.visit import InVisit, Visit
from dashboard_api.queries import audit, district_parts
from dashboard_api.queries.audit import ActFilter
from dashboard_api.words.amounts import moment
from dashboard_api.words.audit import about, action_name, explained, setting_name

ROWS = 50
COLUMNS = ("at", "who", "what", "subject", "setting", "before", "after", "reason")

router = APIRouter(prefix="/settings", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the address asks for; dates that are none are left out."""

    who: str
    what: str
    first: date | None
    last: date | None
    search: str


def chosen(
    who: Annotated[str, Query(max_length=100)] = "",
    what: Annotated[str, Query(max_length=100)] = "",
    first: Annotated[str, Query(max_length=10)] = "",
    last: Annotated[str, Query(max_length=10)] = "",
    search: Annotated[str, Query(max_length=200)] = "",
) -> Choice:
    """The filter of an address."""
    return Choice(who, what, _date(first), _date(last), search.strip())


InChoice = Annotated[Choice, Depends(chosen)]


@router.get("/audit")
async def look(visit: InVisit, choice: InChoice, after: str | None = None) -> Response:
    """The page. People are filtered by the ids of their accounts, so that no name stands in an address."""
    zone = await _zone(visit)
    wanted = _of(visit, choice, zone).at(ACTS.read(after), ROWS)
    found = await audit.page(visit.context.pool, wanted)
    actors, actions = await audit.choices(visit.context.pool, visit.district)
    asked = asdict(choice)
    return show(
        visit,
        "settings_audit.html",
        "audit",
        _("Audit log"),
        _("What people and keys did, the latest first. Neither secrets nor personal data are kept here."),
        acts=[act | explained(act) | {"about": about(act)} for act in found.rows()],
        setting_name=setting_name,
        choice=choice,
        actors=actors,
        actions=sorted(((one, action_name(one)) for one in actions), key=lambda pair: pair[1].casefold()),
        zone=zone,
        here=at(visit, "audit", **asked),
        csv=at(visit, "audit.csv", **asked),
        after=after,
        next=encode_cursor(found.next),
    )


@router.get("/audit.csv")
async def download(visit: InVisit, choice: InChoice, style: InStyle) -> Response:
    """The same as a file: a row for each value that changed."""
    zone = await _zone(visit)
    return csv_answer(f"{visit.district}-audit", style, COLUMNS, _rows(visit, _of(visit, choice, zone), zone))


async def _rows(visit: Visit, wanted: ActFilter, zone: str) -> AsyncIterator[list[list[Cell]]]:
    async for acts in audit.parts(visit.context.pool, wanted):
        rows: list[list[Cell]] = []
        for act in acts:
            told = explained(act)
            when = moment(act["at"])
            local = when.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds") if when else ""
            beginning = [local, act["actor_name"] or "", told["what"], act["subject"]]
            rows += [[*beginning, *change, told["reason"]] for change in told["changes"] or [("", "", "")]]
        yield rows


async def _zone(visit: Visit) -> str:
    general = await district_parts.general(visit.context.pool, visit.district)
    return general["timezone"] if general else "UTC"


def _of(visit: Visit, choice: Choice, zone: str) -> ActFilter:
    return ActFilter(
        [visit.district],
        visit.district,
        choice.who,
        choice.what,
        search=choice.search,
        since=audit_times.of_day(choice.first, zone) if choice.first else None,
        until=audit_times.of_day(choice.last, zone, days=1) if choice.last else None,
    )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
