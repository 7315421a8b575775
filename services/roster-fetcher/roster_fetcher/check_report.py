"""What a check has seen, and the report of it: counts, codes and sentences."""

from collections import Counter
from dataclasses import dataclass, field
from time import monotonic
from typing import Literal

from common.catalogue import CATALOGUE
from common.errors import Permanent, Transient
from common.source_report import (
    MOST_NAMES,
    EndpointRead,
    FindingCount,
    MissingPermission,
    SourceObstacle,
    SourceReport,
)
from roster_fetcher.ledger import Entry
from roster_fetcher.sources.protocol import Cursor, ListedSchool

FORBIDDEN = "AUTH_FORBIDDEN"
SEVERITIES = ("critical", "error", "warning")
PERMISSIONS = frozenset({FORBIDDEN, "INCLUDE_NOT_AVAILABLE"})


@dataclass
class Seen:
    """What has been seen so far; `began` are monotonic seconds. `schools` None: they could not be listed.

    `counts` are records by entity, and users by role as well; `findings` say how often which code and severity came.
    `read`: the school was read to its end, so that `cursor` says whether changes can be told.
    """

    began: float = field(default_factory=monotonic)
    schools: list[ListedSchool] | None = None
    school_id: str = ""
    entries: dict[str, Entry] = field(default_factory=dict)
    trouble: Permanent | Transient | None = None
    counts: dict[str, int] = field(default_factory=dict)
    findings: Counter[tuple[str, str]] = field(default_factory=Counter)
    read: bool = False
    cursor: Cursor | None = None
    stopped: bool = False


def report_of(seen: Seen) -> SourceReport:
    """All of it. What is told as trouble, or as a missing permission, is no finding."""
    entries, schools = [*seen.entries.values()], seen.schools or []
    outcomes: Counter[str] = Counter()
    for entry in entries:
        outcomes.update(entry.outcomes())
    return SourceReport(
        usable=seen.trouble is None,
        trouble=SourceObstacle(code=seen.trouble.code, detail=str(seen.trouble)) if seen.trouble else None,
        schools=None if seen.schools is None else len(schools),
        school_names=tuple(school.name for school in schools[:MOST_NAMES]),
        school_id=seen.school_id,
        school_name=next((school.name for school in schools if school.source_school_id == seen.school_id), ""),
        counts=seen.counts,
        rows=dict(outcomes),
        endpoints=tuple(map(_endpoint, entries)),
        findings=tuple(_findings(seen)),
        missing=tuple(_missing(entries)),
        changes=_changes(seen),
        changes_doubt=seen.cursor.doubt if seen.cursor else "",
        stopped=seen.stopped,
        bytes_up=sum(entry.bytes_up for entry in entries),
        bytes_down=sum(entry.bytes_down for entry in entries),
        duration_ms=round((monotonic() - seen.began) * 1000),
    )


def _endpoint(entry: Entry) -> EndpointRead:
    return EndpointRead(
        endpoint=entry.endpoint,
        entity=entry.entity,
        pages=entry.pages,
        announced=entry.announced,
        received=entry.received,
        outcomes=entry.outcomes(),
        complete=entry.complete,
        reason=entry.reason,
        answers=entry.answers,
        quirks=tuple(entry.quirks),
    )


def _findings(seen: Seen) -> list[FindingCount]:
    """The worst and most frequent first."""
    told = PERMISSIONS | ({seen.trouble.code} if seen.trouble else set())
    remarks = [code for entry in seen.entries.values() for code, _ in entry.remarks if code not in told]
    found = seen.findings + Counter((code, CATALOGUE[code].severity) for code in remarks)
    counts = [
        FindingCount.model_validate({"code": code, "severity": severity, "occurrences": number})
        for (code, severity), number in found.items()
    ]
    return sorted(counts, key=lambda count: (SEVERITIES.index(count.severity), -count.occurrences, count.code))


def _missing(entries: list[Entry]) -> list[MissingPermission]:
    return [
        MissingPermission(endpoint=entry.endpoint, code=code, detail=detail)
        for entry in entries
        for code, detail in entry.remarks
        if code in PERMISSIONS
    ]


def _changes(seen: Seen) -> Literal["told", "doubtful", "not_told"] | None:
    if not seen.read:
        return None
    if seen.cursor is None:
        return "not_told"
    return "doubtful" if seen.cursor.doubt else "told"
