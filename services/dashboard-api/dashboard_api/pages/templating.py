"""Templates: escaped, strict about names, with the wording that they need."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from dashboard_api.auth.principal import Principal
from dashboard_api.words import amounts, kinds, standing

STATIC = Path(__file__).parent.parent / "static"


def render(
    request: Request, template: str, principal: Principal | None, status_code: int = 200, **values: Any
) -> HTMLResponse:
    """A page. `principal` None: nobody is signed in."""
    text = (
        _environment()
        .get_template(template)
        .render(request=request, principal=principal, now=datetime.now(UTC), **values)
    )
    return HTMLResponse(text, status_code)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("dashboard_api"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: list[Callable[..., Any]] = [
        amounts.number,
        amounts.size,
        amounts.duration,
        amounts.ago,
        amounts.lasting,
        amounts.exact,
        amounts.moment,
        kinds.total,
        standing.progress_words,
    ]
    environment.filters.update({filter_.__name__: filter_ for filter_ in filters})
    environment.filters["counted"] = amounts.count
    environment.globals.update(static=_static)
    return environment


@cache
def _static(name: str) -> str:
    """The address of a static file, with its content's hash, so that a new version is fetched at once."""
    return f"/static/{name}?v={sha256((STATIC / name).read_bytes()).hexdigest()[:10]}"
