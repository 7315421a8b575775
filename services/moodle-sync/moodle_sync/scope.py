"""What a run is for: its school, where that goes, and by which rules."""

import zlib
from dataclasses import dataclass, field
from uuid import UUID

from common.event_model import RunScope
from common.events import Mode, RunKind
from common.registry import School, Target
from moodle_sync.site import Site
from rules.policy import Policy

MAPPING_VERSION = 2
"""Rises whenever what we make of a record changes for every district, so that all links are compared anew."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One run of one school."""

    district_id: str
    run_id: UUID
    school: School
    target: Target
    mode: Mode
    policy: Policy = field(default_factory=Policy)
    kind: RunKind = "roster"
    dry_run: bool = False
    narrowed: RunScope = field(default_factory=RunScope)
    additions_only: bool = False

    @property
    def run(self) -> tuple[str, UUID]:
        """The key of the run's rows."""
        return self.district_id, self.run_id

    @property
    def keys(self) -> tuple[str, UUID, str, str]:
        """District, school, target and source: what queries of links and rosters begin with."""
        return self.district_id, self.school.id, self.target.id, self.school.source_id

    @property
    def site(self) -> Site:
        """Names the Moodle site among all."""
        return Site(self.district_id, self.target.id)

    @property
    def applies_all(self) -> bool:
        """Whether what is there already is changed and ended too, or only what is new is made."""
        if self.mode == "full":
            return True
        return self.policy.changes == "all" and not self.additions_only

    @property
    def looks_closely(self) -> bool:
        """Whether the plan is made against what Moodle really holds, or against what we last sent."""
        return self.mode == "full" or self.kind == "undo"

    @property
    def mapping(self) -> int:
        """Stands for all that makes Moodle's fields beside the record itself; another value compares all links anew."""
        parts = (MAPPING_VERSION, self.policy.templates.model_dump_json(), self.policy.courses)
        context = (self.school.name, self.school.timezone, self.school.source_id)
        return zlib.crc32(repr((parts, context)).encode()) - 2**31
