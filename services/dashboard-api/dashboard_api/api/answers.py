"""Answers made of JSON that PostgreSQL wrote, and cursors to the next page."""

import base64
import json
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from dashboard_api.problems import Problem
from dashboard_api.queries.pages import Page

Limit = Annotated[int, Query(ge=1, le=1000, description="Rows at the most")]
Cursor = Annotated[str | None, Query(description="`next` of the page before")]


def json_text(text: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """JSON that is text already."""
    return Response(text, status, headers, media_type="application/json")


def page_answer(name: str, page: Page) -> Response:
    """`{name: [...], "next": cursor or null}`."""
    cursor = json.dumps(encode_cursor(page.next))
    return json_text(f'{{"{name}":{page.items},"next":{cursor}}}')


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


def decode_moment(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The sort key of a cursor of rows by time and id. Raises `Problem` 400."""
    key = decode_cursor(cursor, 2)
    try:
        return (datetime.fromisoformat(key[0]), UUID(key[1])) if key else None
    except ValueError:
        raise bad_cursor() from None


def bad_cursor() -> Problem:
    """The cursor is none of ours."""
    return Problem(400, "bad_cursor", "The cursor in `after` is not one of ours. Begin again with the first page.")
