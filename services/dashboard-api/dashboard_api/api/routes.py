"""Everything under /api/v1."""

from fastapi import APIRouter

from dashboard_api.api import (
    audits,
    cancelling,
    districts,
    hints,
    nightly_modes,
    orders,
    pools,
    runs,
    schedules,
    schools,
    source_checks,
)

router = APIRouter(prefix="/api/v1")
for part in (districts, schools, runs, orders, source_checks, hints):
    router.include_router(part.router)
for part in (schedules, nightly_modes, cancelling, pools, audits):
    router.include_router(part.router)
