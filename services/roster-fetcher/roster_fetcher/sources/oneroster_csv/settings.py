"""The settings of a OneRoster CSV source."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class OneRosterCsvSettings(BaseModel):
    """Where the package is: a zip file or a folder, on the machine where this service runs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path
