"""Answers made of JSON that PostgreSQL wrote, and cursors to the next page. Lists are in `listing.py`."""

import base64
import json
from typing import Annotated

from fastapi import Query, Request, Response

from dashboard_api.language import _
from dashboard_api.problems import Problem
from dashboard_api.words.workers import told_text

MOST = 1000
"""Rows of a page at the most."""

Limit = Annotated[int, Query(ge=1, le=MOST, description="Rows at the most")]
Cursor = Annotated[str | None, Query(description="`next` of the page before")]


def json_text(text: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """JSON that is text already, with what workers told in the reader's language."""
    return Response(told_text(text), status, headers, media_type="application/json")


def next_link(request: Request, cursor: str | None) -> dict[str, str]:
    """The `Link` header (RFC 8288) of a page that another one follows."""
    if cursor is None:
        return {}
    url = request.url.include_query_params(after=cursor)
    return {"Link": f'<{url.path}?{url.query}>; rel="next"'}


def encode_cursor(key: list[str] | None) -> str | None:
    """A sort key, so that it fits an address."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=") if key else None


def decode_cursor(cursor: str | None, parts: int) -> list[str] | None:
    """The sort key of a cursor. Raises `Problem` 400 for one that we did not make."""
    if cursor is None:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        key = None
    if not isinstance(key, list) or len(key) != parts:
        raise bad_cursor()
    return [str(part) for part in key]


def bad_cursor() -> Problem:
    """The cursor is none of ours."""
    return Problem(400, "bad_cursor", _("The cursor in `after` is not one of ours. Begin again with the first page."))
