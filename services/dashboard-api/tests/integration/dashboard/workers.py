"""What roster-fetcher and moodle-sync keep, written into their own tables as they write it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import md5
from typing import Any
from uuid import UUID, uuid4

from common.db import Pool
from common.event_model import TrippedGuard
from common.events import SyncHeld
from dashboard_api.declare.model import SOURCE_ID, TARGET_ID

from .surroundings import BEGINNING, school

Records = Mapping[tuple[str, str], dict[str, Any]]
"""Bodies by entity and key."""
GUARDS = [{"code": "CHANGE_THRESHOLD", "entity": "enrolment", "subject": "", "count": 31, "of": 40, "limit": 5}]


def person(given: str, family: str = "Quill", role: str = "student", **more: Any) -> dict[str, Any]:
    """A person's body."""
    return {"role": role, "given_name": given, "family_name": family, "email": f"{given.lower()}@school.test", **more}


@dataclass
class Workers:
    """The tables of both."""

    fetcher: Pool
    moodle: Pool

    async def snapshot(
        self, records: Records, key: str = "1", *, at: datetime = BEGINNING, district_id: str = "north"
    ) -> tuple[int, UUID]:
        """The next snapshot of a school: these records and no others. Its number and its run."""
        school_id, run_id = school(key, district_id), uuid4()
        async with self.fetcher.acquire() as conn, conn.transaction():
            number: int = await conn.fetchval(
                "INSERT INTO snapshot (district_id, school_id, number, run_id, complete, counts, changes, taken_at) "
                "SELECT $1, $2, coalesce(max(number), 0) + 1, $3, true, '{}', '{}', $4 FROM snapshot "
                "WHERE district_id = $1 AND school_id = $2 RETURNING number",
                district_id, school_id, run_id, at,
            )  # fmt: skip
            current = await conn.fetch(
                "SELECT entity, source_key, body FROM record "
                "WHERE district_id = $1 AND school_id = $2 AND last_snapshot IS NULL",
                district_id, school_id,
            )  # fmt: skip
            known = {(row["entity"], row["source_key"]): row["body"] for row in current}
            for entity, source_key in [place for place in known if records.get(place) != known[place]]:
                await conn.execute(
                    "UPDATE record SET last_snapshot = $5 - 1 WHERE district_id = $1 AND school_id = $2 "
                    "AND entity = $3 AND source_key = $4 AND last_snapshot IS NULL",
                    district_id, school_id, entity, source_key, number,
                )  # fmt: skip
            for (entity, source_key), body in records.items():
                if known.get((entity, source_key)) != body:
                    digest = md5(json.dumps(body, sort_keys=True).encode()).digest()
                    await conn.execute(
                        "INSERT INTO record (district_id, school_id, entity, source_key, first_snapshot, hash, body) "
                        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
                        district_id, school_id, entity, source_key, number, digest, body,
                    )  # fmt: skip
        return number, run_id

    async def finding(self, run_id: UUID, entity: str, source_key: str, code: str, **more: Any) -> None:
        """A run's finding."""
        values = {"severity": "error", "field": "", "value": "", "detail": "", "district_id": "north", **more}
        await self.fetcher.execute(
            "INSERT INTO finding (district_id, run_id, seq, code, severity, entity, source_key, field, value, detail) "
            "SELECT $1, $2, count(*), $3, $4, $5, $6, $7, $8, $9 FROM finding WHERE run_id = $2",
            *(values["district_id"], run_id, code, values["severity"], entity, source_key),
            *(values["field"], values["value"], values["detail"]),
        )  # fmt: skip

    async def plan(self, run_id: UUID, key: str = "1", *, district_id: str = "north", **facts: Any) -> UUID:
        """A run's plan."""
        row = {
            "district_id": district_id, "run_id": run_id, "school_id": school(key, district_id),
            "target_id": TARGET_ID, "source_id": SOURCE_ID, "snapshot": 1, "mode": "full", "kind": "roster",
            "started_at": BEGINNING, "planned_at": BEGINNING, **facts,
        }  # fmt: skip
        await self._insert("plan", row)
        return run_id

    async def operation(self, run_id: UUID, entity: str, kind: str, source_key: str, **facts: Any) -> int:
        """One thing to do; its number."""
        row = {
            "district_id": "north", "run_id": run_id, "phase": 10, "entity": entity, "kind": kind,
            "source_key": source_key, "after": {}, **facts,
        }  # fmt: skip
        return int(await self._insert("operation", row, "RETURNING seq"))

    async def hold(self, run_id: UUID, key: str = "1", *, district_id: str = "north", **facts: Any) -> SyncHeld:
        """A hold, and the event that tells of it."""
        row = {
            "district_id": district_id, "id": uuid4(), "run_id": run_id, "school_id": school(key, district_id),
            "plan_hash": "hash-1", "guards": GUARDS, "operations": {"enrolment": {"suspend": 31}},
            "opened_at": BEGINNING, **facts,
        }  # fmt: skip
        await self._insert("hold", row)
        return SyncHeld(
            district_id=district_id, run_id=run_id, school_id=row["school_id"], hold_id=row["id"],
            plan_hash=row["plan_hash"], guards=tuple(TrippedGuard.model_validate(g) for g in row["guards"]),
            operations=row["operations"],
        )  # fmt: skip

    async def link(self, entity: str, source_key: str, moodle_id: int, applied: dict[str, Any], **facts: Any) -> None:
        """A record and what it is in Moodle."""
        row = {
            "district_id": "north", "target_id": TARGET_ID, "source_id": SOURCE_ID, "entity": entity,
            "source_key": source_key, "school_id": school("1"), "moodle_id": moodle_id, "source_hash": b"",
            "mapping": 1, "applied": applied, **facts,
        }  # fmt: skip
        await self._insert("link", row)

    async def place(self, class_key: str, user_key: str, **facts: Any) -> None:
        """Somebody's place in a course, as it is in Moodle."""
        row = {
            "district_id": "north", "target_id": TARGET_ID, "source_id": SOURCE_ID, "school_id": school("1"),
            "class_key": class_key, "user_key": user_key, "record_key": f"{class_key}-{user_key}", "role_id": 5,
            "time_start": 0, "time_end": 0, "active": True, **facts,
        }  # fmt: skip
        await self._insert("enrolment_link", row)

    async def _insert(self, table: str, row: dict[str, Any], returning: str = "") -> Any:
        places = ", ".join(f"${n + 1}" for n in range(len(row)))
        return await self.moodle.fetchval(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places}) {returning}", *row.values()
        )
