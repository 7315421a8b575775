"""`/pools`: the sets of workers, how many there are, and what waits for them."""

from fastapi import APIRouter, Response

from dashboard_api.api.described import gives
from dashboard_api.api.listing import InPages, Listing, both, list_answer, plain
from dashboard_api.api.schemas.system import PoolPage
from dashboard_api.auth.guard import ApiCaller, InContext
from dashboard_api.queries import pools

router = APIRouter(tags=["pools"])

POOLS = Listing("pools", (plain,), ("pool", "districts", "running", "waiting", "services"))


@both(router, "/pools", **gives(PoolPage, listed=True))
async def list_pools(caller: ApiCaller, context: InContext, asked: InPages) -> Response:
    """The pools of the districts that the caller may see. `workers` is null as long as no scheduler has looked."""
    caller.require_scope("read")
    visible = caller.visible
    return await list_answer(
        asked, POOLS, lambda after, limit: pools.page(context.pool, visible, after[0] if after else None, limit)
    )
