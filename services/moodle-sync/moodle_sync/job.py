"""A run as moodle-sync gets it: from a roster that was fetched, or straight from the scheduler."""

from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from common.event_model import RunScope
from common.events import Mode, RosterFetched, RunKind, SyncRequested


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done, and what the fetch came to: errors, bytes, milliseconds."""

    district_id: str
    pool: str
    run_id: UUID
    school_id: UUID
    mode: Mode
    kind: RunKind = "roster"
    dry_run: bool = False
    narrowed: RunScope = field(default_factory=RunScope)
    additions_only: bool = False
    fence: int = 0
    retries_left: int = 0
    device_id: UUID | None = None
    snapshot: int = 0
    errors: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    duration_ms: int = 0

    @classmethod
    def of_roster(cls, event: RosterFetched) -> Self:
        """The second half of a run whose roster was fetched."""
        return cls(
            event.district_id,
            event.pool,
            event.run_id,
            event.school_id,
            event.mode,
            dry_run=event.dry_run,
            narrowed=event.scope,
            additions_only=event.additions_only,
            fence=event.fence,
            retries_left=event.retries_left,
            snapshot=event.snapshot,
            errors=event.errors,
            bytes_up=event.bytes_up,
            bytes_down=event.bytes_down,
            duration_ms=event.duration_ms,
        )

    @classmethod
    def of_request(cls, event: SyncRequested) -> Self:
        """A run that needs no roster."""
        return cls(
            event.district_id,
            event.pool,
            event.run_id,
            event.school_id,
            event.mode,
            kind=event.kind,
            dry_run=event.dry_run,
            narrowed=event.scope,
            fence=event.fence,
            retries_left=event.retries_left,
            device_id=event.device_id,
        )
