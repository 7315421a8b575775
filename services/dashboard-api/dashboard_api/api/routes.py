"""Everything under /api/v1."""

from fastapi import APIRouter

from dashboard_api.api import districts, hints, orders, runs, schools

router = APIRouter(prefix="/api/v1")
for part in (districts, schools, runs, orders, hints):
    router.include_router(part.router)
