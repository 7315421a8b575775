"""Everything under /api/v1."""

from fastapi import APIRouter

from dashboard_api.api import (
    compare,
    corrections,
    districts,
    hints,
    holds,
    mapping,
    orders,
    plans,
    records,
    runs,
    schools,
    source_checks,
)

router = APIRouter(prefix="/api/v1")
for part in (districts, schools, runs, orders, source_checks, hints):
    router.include_router(part.router)
for part in (plans, compare, corrections, holds, records, mapping):
    router.include_router(part.router)
