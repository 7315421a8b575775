"""A request of somebody who may declare a district: what its settings, sources, sites and schedules are changed by."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Path, Request

from common.db import Connection
from dashboard_api.api.etags import Acts, IfMatch, require_seen
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.auth.principal import Principal
from dashboard_api.context import Context

DistrictId = Annotated[str, Path(description="The district's short name")]


@dataclass(frozen=True, slots=True)
class Call:
    """`if_match`: the `ETag` of what they have seen (`api.etags`); None where they do not say."""

    request: Request
    district_id: str
    caller: Principal
    context: Context
    if_match: str | None = None

    async def require_seen(self, conn: Connection, settings: Any, acts: Acts, part: str | None = None) -> None:
        """As `etags.require_seen`, of the district's settings; `part`: the subject of what is one part of them."""
        subjects = [*([part] if part else []), f"district/{self.district_id}"]
        await require_seen(conn, self.if_match, settings, self.district_id, subjects, acts)


async def _declaring(request: Request, district_id: DistrictId, caller: ApiCaller, context: InContext) -> Call:
    """Raises `Problem` 403, or 404 for a district that the caller may not see."""
    caller.require("declare", district_id)
    return Call(request, district_id, caller, context)


async def _overwriting(
    request: Request, district_id: DistrictId, caller: ApiCaller, context: InContext, if_match: IfMatch = None
) -> Call:
    """Raises `Problem` as `_declaring` does."""
    caller.require("declare", district_id)
    return Call(request, district_id, caller, context, if_match)


MayDeclare = Annotated[Call, Depends(_declaring)]
MayOverwrite = Annotated[Call, Depends(_overwriting)]
