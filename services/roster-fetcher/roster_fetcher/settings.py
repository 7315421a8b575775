"""Settings of the roster-fetcher."""

from typing import Self

from pydantic import Field, model_validator

from common.settings import WorkerSettings
from roster_fetcher.patience import Patience


class Settings(WorkerSettings):
    """What every service with secrets needs, and how patient to be with sources."""

    prefetch: int = Field(default=4, ge=1, description="Schools fetched at once; each holds a database connection")
    source_attempts: int = Field(default=6, ge=1, description="Attempts at one request to a source")
    source_seconds: float = Field(default=90, gt=0, description="Seconds for all attempts at one request together")
    source_answer_seconds: float = Field(default=30, gt=0, description="Seconds of silence that end one attempt")
    source_failures: int = Field(
        default=5, ge=1, description="Runs in a row without an answer after which a source is left alone for a while"
    )
    watch_seconds: float = Field(
        default=60, gt=0, description="Seconds between two looks into the folders that packages are put into"
    )

    @property
    def patience(self) -> Patience:
        """How long to wait for sources."""
        return Patience(
            self.source_attempts, self.source_seconds, self.source_answer_seconds, failures=self.source_failures
        )

    @model_validator(mode="after")
    def _enough_connections(self) -> Self:
        """Each fetch holds one connection and needs a second for a moment; one may lead, one is left for the rest."""
        if self.database_connections < 2 * self.prefetch + 2:
            raise ValueError(
                f"ROSTERBUS_DATABASE_CONNECTIONS must be at least {2 * self.prefetch + 2}: "
                "two for each event in work (ROSTERBUS_PREFETCH), and two more"
            )
        return self
