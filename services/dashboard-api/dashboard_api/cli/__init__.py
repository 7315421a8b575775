"""`rosterbus`: everything that operators do, from the command line. It talks to the API and to nothing else."""

from dashboard_api.cli.main import app

__all__ = ["app"]
