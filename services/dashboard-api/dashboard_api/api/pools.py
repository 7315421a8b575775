"""`/pools`: the sets of workers, how many there are, and what waits for them."""

from fastapi import APIRouter, Response

from dashboard_api.api.answers import json_text
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.queries import pools

router = APIRouter(prefix="/pools", tags=["pools"])


@router.get("")
async def list_pools(caller: ApiCaller, context: InContext) -> Response:
    """The pools of the districts that the caller may see. `workers` is null as long as no scheduler has looked."""
    caller.require_scope("read")
    return json_text(f'{{"pools":{await pools.list_json(context.pool, caller.visible)}}}')
