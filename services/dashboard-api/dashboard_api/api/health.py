"""/healthz, /readyz and /metrics, as other services have them."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from dashboard_api.auth.guard import InContext

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> JSONResponse:
    """The process turns."""
    return JSONResponse({"alive": True})


@router.get("/readyz")
async def readyz(context: InContext) -> JSONResponse:
    """It can serve people now: also without the broker, read-only, so balancers have to go on sending them (ADR 45)."""
    _all, checks = await context.health.readiness()
    ready = checks.get("database", True)
    return JSONResponse({"ready": ready, "checks": checks}, 200 if ready else 503)


@router.get("/metrics")
async def metrics() -> Response:
    """Prometheus' text format."""
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
