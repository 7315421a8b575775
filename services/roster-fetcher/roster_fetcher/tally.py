"""Counts what one reading gives, in memory, and keeps nothing else of it: for a check, which leaves no snapshot.

Rows are checked against each other as `checks.py` does it on the staged rows of a run, and in the same order.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from common.catalogue import CATALOGUE
from roster_fetcher.findings import Finding
from roster_fetcher.ledger import Entry
from roster_fetcher.records import with_roles
from roster_fetcher.staging import Staged


class Held(NamedTuple):
    """What is remembered of a record: the columns of `staging.COLUMNS` without its hash and its body."""

    entity: str
    key: str
    role: str | None
    user_key: str | None
    target_key: str | None
    endpoint: str
    row: int
    part: bool
    warned: bool
    visiting: bool | None


class Tally:
    """One reading's records and findings. `entries`, the ledger by endpoint, is corrected where rows do not fit."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._entries = entries
        self._held: dict[str, dict[str, Held]] = {}
        self._found: Counter[tuple[str, str]] = Counter()
        self._warned: set[tuple[str, int]] = set()
        self.enrolled: set[str | None] = set()

    def take(self, records: Sequence[Staged], findings: Iterable[Finding]) -> None:
        """Count a page's records and findings. Of records with the same id in one entity only the first stays."""
        self._found.update((finding.code, finding.severity) for finding in findings)
        for record in records:
            held = _held(record)
            of_entity = self._held.setdefault(held.entity, {})
            if held.key in of_entity:
                self._leave_out(held, "DUP_SOURCED_ID")
                continue
            of_entity[held.key] = held
            if held.entity == "enrolment":
                self.enrolled.add(held.user_key)

    def settle(self) -> None:
        """All has come that will: leave out what does not fit the rest, and warn of what is alone."""
        incomplete = {entry.entity for entry in self._entries.values() if not entry.complete}
        if "user" not in incomplete:
            self._drop_enrolments_of_nobody()
        self._drop_visitors({held.user_key for held in self._of("enrolment")}, guardians=False)
        had_links = bool(self._held.get("guardian_link"))
        self._drop_loose_links()
        self._drop_visitors({held.user_key for held in self._of("guardian_link")}, guardians=True)
        if not incomplete:
            self._warn_of_lonely(had_links)

    def counts(self) -> dict[str, int]:
        """Records by entity, and of users by role as well."""
        return with_roles(
            (entity, held.role if entity == "user" else None, 1)
            for entity, of_entity in self._held.items()
            for held in of_entity.values()
        )

    def findings(self, remarks: Iterable[str] = ()) -> list[tuple[str, str, int]]:
        """Code, severity and number, the worst and most frequent first; `remarks` are codes about whole endpoints."""
        order = ("critical", "error", "warning")
        found = self._found + Counter((code, CATALOGUE[code].severity) for code in remarks)
        rows = [(code, severity, n) for (code, severity), n in found.items()]
        return sorted(rows, key=lambda row: (order.index(row[1]), -row[2], row[0]))

    def _of(self, entity: str) -> list[Held]:
        return [*self._held.get(entity, {}).values()]

    def _drop_enrolments_of_nobody(self) -> None:
        users = self._held.get("user", {})
        for held in self._of("enrolment"):
            if held.user_key not in users:
                del self._held["enrolment"][held.key]
                self._leave_out(held, "USER_NOT_FOUND")

    def _drop_visitors(self, reasons: set[str | None], *, guardians: bool) -> None:
        for held in self._of("user"):
            if held.visiting and (held.role == "guardian") == guardians and held.key not in reasons:
                del self._held["user"][held.key]
                self._entries[held.endpoint].out_of_scope_after_all(warned=self._is_warned(held), rows=1)

    def _drop_loose_links(self) -> None:
        users = self._held.get("user", {})
        for held in self._of("guardian_link"):
            if held.user_key not in users or held.target_key not in users:
                del self._held["guardian_link"][held.key]

    def _warn_of_lonely(self, had_links: bool) -> None:
        enrolments = self._of("enrolment")
        for role, code in (("teacher", "CLASS_WITHOUT_TEACHER"), ("student", "CLASS_WITHOUT_STUDENTS")):
            attended = {held.target_key for held in enrolments if held.role == role}
            self._warn((held for held in self._of("class") if held.key not in attended), code)
        in_class = {held.user_key for held in enrolments}
        students = (held for held in self._of("user") if held.role == "student")
        self._warn((held for held in students if held.key not in in_class), "USER_WITHOUT_CLASS")
        if had_links:
            linked = {held.user_key for held in self._of("guardian_link")}
            guardians = (held for held in self._of("user") if held.role == "guardian")
            self._warn((held for held in guardians if held.key not in linked), "GUARDIAN_WITHOUT_STUDENT")

    def _leave_out(self, held: Held, code: str) -> None:
        """The record's row is skipped after all; one that is about another record too gets a warning instead."""
        if held.part:
            self._warn([held], code)
            return
        self._found[code, CATALOGUE[code].severity] += 1
        self._entries[held.endpoint].skip_after_all(warned=self._is_warned(held), rows=1)

    def _warn(self, records: Iterable[Held], code: str) -> None:
        for held in records:
            self._found[code, "warning"] += 1
            if not self._is_warned(held):
                self._warned.add((held.endpoint, held.row))
                self._entries[held.endpoint].warn_after_all(1)

    def _is_warned(self, held: Held) -> bool:
        return held.warned or (held.endpoint, held.row) in self._warned


def _held(record: Staged) -> Held:
    entity, key, _, role, user_key, target_key, endpoint, row, part, warned, visiting, _ = record
    return Held(entity, key, role, user_key, target_key, endpoint, row, part, warned, visiting)
