"""Everything under /api/v1."""

from fastapi import APIRouter

from dashboard_api.api import districts, hints, orders, runs, schools, source_checks

router = APIRouter(prefix="/api/v1")
for part in (districts, schools, runs, orders, source_checks, hints):
    router.include_router(part.router)
