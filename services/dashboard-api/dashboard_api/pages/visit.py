"""Somebody looks at a page: who it is, which district it is about, and what the frame around each page shows."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from common.db import Row
from dashboard_api.auth.guard import FormSender, InContext, PageVisitor
from dashboard_api.auth.principal import Principal
from dashboard_api.context import Context
from dashboard_api.pages.templating import render
from dashboard_api.problems import not_found
from dashboard_api.queries import districts

NOTICE = "notice"
"""Cookie with the sentence that the next page begins with."""
DISTRICT = "district"
"""Cookie with the district that was looked at last."""
MONTH = 30 * 86_400


@dataclass
class Visit:
    """`district_id` None: no district is declared, or none that this account sees."""

    request: Request
    context: Context
    visitor: Principal
    districts: list[Row]
    district_id: str | None
    read_only: bool = False
    """The message broker is away: pages show what was known when it left, and nothing is ordered."""

    @property
    def district(self) -> str:
        """The district's id, for pages that are about one. Raises `NoDistrict` where there is none."""
        if self.district_id is None:
            raise NoDistrict
        return self.district_id

    def enter(self, district_id: str) -> None:
        """The page is about this district: that of the school or run whose address it has."""
        self.visitor.require("read", district_id)
        self.district_id = district_id

    def render(self, template: str, status_code: int = 200, **values: Any) -> Response:
        """A page in its frame. What was to be noticed is shown once."""
        notice = unquote(self.request.cookies.get(NOTICE, ""))
        page = render(
            self.request,
            template,
            self.visitor,
            status_code,
            districts=self.districts,
            district_id=self.district_id,
            district_name=next((row["name"] for row in self.districts if row["id"] == self.district_id), ""),
            notice=notice,
            read_only=self.read_only,
            **values,
        )
        if notice:
            page.delete_cookie(NOTICE, path="/")
        if self.district_id and self.request.cookies.get(DISTRICT) != self.district_id:
            _set(self.context, page, DISTRICT, quote(self.district_id, safe=""), MONTH)
        return page

    def back(self, address: str, notice: str = "") -> Response:
        """On to a page of ours after a form was taken, and the sentence that it begins with."""
        answer = RedirectResponse(address, 303)
        if notice:
            _set(self.context, answer, NOTICE, quote(notice, safe=""), 60)
        return answer


class NoDistrict(Exception):  # noqa: N818 - it is no error
    """There is nothing to show yet: a district is to be declared first. The schools page says so."""


async def visit(request: Request, visitor: PageVisitor, context: InContext, district: str | None = None) -> Visit:
    """Of a page that is looked at. Raises `Problem` 404 for a district of others."""
    return await _visit(request, visitor, context, district)


async def sending(request: Request, sender: FormSender, context: InContext, district: str | None = None) -> Visit:
    """Of a form that was sent."""
    return await _visit(request, sender, context, district)


InVisit = Annotated[Visit, Depends(visit)]
Sending = Annotated[Visit, Depends(sending)]


async def _visit(request: Request, visitor: Principal, context: Context, district: str | None) -> Visit:
    visible = await districts.visible(context.pool, visitor.visible)
    ids = [row["id"] for row in visible]
    last = unquote(request.cookies.get(DISTRICT, ""))
    chosen = district or (last if last in ids else ids[0] if ids else None)
    if chosen is not None:
        visitor.require("read", chosen)
        if chosen not in ids:
            raise not_found("district")
    return Visit(request, context, visitor, visible, chosen, context.read_only)


def _set(context: Context, answer: Response, name: str, value: str, seconds: int) -> None:
    answer.set_cookie(
        name, value, max_age=seconds, path="/", secure=context.settings.secure_cookies, httponly=True, samesite="lax"
    )
