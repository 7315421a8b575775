"""Everything under /api/v1."""

from fastapi import APIRouter

from dashboard_api.api import (
    audits,
    cancelling,
    compare,
    consents,
    corrections,
    devices,
    districts,
    errors,
    hints,
    holds,
    keys,
    ledgers,
    mapping,
    me,
    nightly_modes,
    orders,
    plans,
    pools,
    records,
    runs,
    schedules,
    schools,
    settings_by_part,
    source_checks,
    sources,
    system,
    targets,
    users,
)

router = APIRouter(prefix="/api/v1")
for part in (districts, schools, runs, orders, source_checks, hints):
    router.include_router(part.router)
for part in (plans, compare, corrections, holds, records, mapping, schedules, nightly_modes, cancelling, pools, audits):
    router.include_router(part.router)
for part in (devices, errors, ledgers, system, consents, settings_by_part, sources, targets, users, keys, me):
    router.include_router(part.router)
