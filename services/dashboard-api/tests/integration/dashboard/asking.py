"""Requests to the dashboard's API, in a line each."""

from typing import Any

from .surroundings import NORTH, Dashboard
from .surroundings import north as north_with

Headers = dict[str, str]


async def get(dashboard: Dashboard, path: str, headers: Headers | None = None) -> tuple[int, Any]:
    """Status and body."""
    async with dashboard.http.get(f"/api/v1{path}", headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def get_text(dashboard: Dashboard, path: str, headers: Headers) -> tuple[str, str]:
    """Type and text of an answer that is none of JSON."""
    async with dashboard.http.get(f"/api/v1{path}", headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        return answer.content_type, (await answer.read()).decode()


async def post(dashboard: Dashboard, path: str, body: object, headers: Headers | None = None) -> tuple[int, Any]:
    """Status and body."""
    async with dashboard.http.post(f"/api/v1{path}", json=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def south_too(dashboard: Dashboard) -> None:
    """Declare another district, with a school that has the same id at its source as one of the north's."""
    await dashboard.declare(north_with(district={**NORTH["district"], "id": "south", "name": "South district"}))
    await dashboard.list_schools({"1": "Wharf Lane Infants"}, "south")


async def refused(dashboard: Dashboard, path: str, body: object | None = None) -> None:
    """Nobody, and people of another district, are refused; the latter as if there was no such thing."""
    ask = get(dashboard, path) if body is None else post(dashboard, path, body)
    assert (await ask)[0] == 401, path
    headers = await dashboard.bearer(districts=["south"])
    again = get(dashboard, path, headers) if body is None else post(dashboard, path, body, headers)
    assert (await again)[0] == 404, path


async def refused_to_viewers(dashboard: Dashboard, path: str, body: object) -> None:
    """Who may only look does nothing."""
    status, problem = await post(dashboard, path, body, await dashboard.bearer(scopes=["read"]))
    assert (status, problem["code"]) == (403, "not_allowed"), path
