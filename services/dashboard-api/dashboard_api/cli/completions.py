"""What the shell offers when Tab is pressed: names of schools, ids of runs. Nothing, where the dashboard is silent."""

from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.trouble import Trouble

OFFERED = 50


def school_names(incomplete: str) -> list[str]:
    """Schools whose name begins so; the shell knows nothing of upper and lower case."""
    return [school["name"] for school in _asked("/schools", "schools", search=incomplete or None)]


def run_ids(incomplete: str) -> list[tuple[str, str]]:
    """The latest runs that begin so, with their schools."""
    return [
        (run["id"], f"{run['school']}, {run['status']}")
        for run in _asked("/runs", "runs")
        if run["id"].startswith(incomplete)
    ]


def _asked(path: str, name: str, **query: object) -> list[Json]:
    try:
        rows: list[Json] = Client.from_environment(seconds=2).get(path, limit=OFFERED, **query)[name]
    except Trouble:
        return []
    return rows
