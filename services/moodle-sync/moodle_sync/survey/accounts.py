"""What Moodle has of the accounts of a school's people."""

import re
from typing import Any

from common.db import Connection, Row
from common.uow import UnitOfWork
from moodle_sync.moodle.reading import MoodleReader
from moodle_sync.progress import Progress
from moodle_sync.scope import Scope

CHUNK = 500
LOOKED_AFTER = ("username", "firstname", "lastname", "email", "idnumber")
ADDRESS_OF_A_DELETED = re.compile(r"[0-9a-f]{32}")
"""Moodle keeps a deleted account, tells it without a flag, and puts a digest in place of its address."""


async def survey_accounts(uow: UnitOfWork, scope: Scope, moodle: MoodleReader, progress: Progress) -> None:
    """Set the links of the school's people right."""
    after = ""
    while rows := await _links(uow, scope, after):
        after = rows[-1]["source_key"]
        ids = [row["moodle_id"] for row in rows]
        told = await moodle.call("core_user_get_users_by_field", {"field": "id", "values": ids})
        seen = {int(account["id"]): account for account in told}
        async with uow.step() as step:
            await _note(step.conn, scope, [(row, seen[row["moodle_id"]]) for row in rows if row["moodle_id"] in seen])
            await progress.add(step, len(rows))


async def _links(uow: UnitOfWork, scope: Scope, after: str) -> list[Row]:
    async with uow.step() as step:
        return await step.conn.fetch(LINKS, *scope.keys, after, CHUNK)


async def _note(conn: Connection, scope: Scope, seen: list[tuple[Row, dict[str, Any]]]) -> None:
    deleted = [row["source_key"] for row, account in seen if is_deleted(account)]
    there = [(row, account) for row, account in seen if not is_deleted(account)]
    # Moodle leaves out a blank ID number as it leaves out one that the token may not see.
    blank = {"idnumber": ""} if any(account.get("idnumber") for _, account in there) else {}
    told = [blank | account for _, account in there]
    await conn.execute(
        NOTE,
        *scope.keys,
        [row["source_key"] for row, _ in there],
        [{name: account[name] for name in LOOKED_AFTER if name in account} for account in told],
        [not account.get("suspended", not row["active"]) for row, account in there],
    )
    for of_deleted in OF_DELETED if deleted else ():
        await conn.execute(of_deleted, scope.district_id, scope.target.id, scope.school.source_id, deleted)


def is_deleted(account: dict[str, Any]) -> bool:
    """Whether what Moodle tells is the trace of a deleted account."""
    return not account.get("idnumber") and bool(ADDRESS_OF_A_DELETED.fullmatch(account.get("email", "")))


LINKS = """
    SELECT l.source_key, l.moodle_id, l.active FROM link l
    WHERE l.district_id = $1 AND l.target_id = $3 AND l.source_id = $4 AND l.entity = 'user' AND l.source_key > $5
      AND (l.school_id = $2
           OR EXISTS (SELECT FROM roster.record r WHERE r.district_id = $1 AND r.school_id = $2 AND r.entity = 'user'
                      AND r.source_key = l.source_key AND r.last_snapshot IS NULL))
    ORDER BY l.source_key LIMIT $6
"""
"""Links of the school's people, and of those whom its runs linked. $1–$4 as everywhere, $5 after whom, $6 most."""

_OF_DISTRICT = "WHERE district_id = $1 AND target_id = $2 AND source_id = $3"
OF_DELETED = (
    f"DELETE FROM enrolment_link {_OF_DISTRICT} AND user_key = ANY($4::text[])",
    f"DELETE FROM membership_link {_OF_DISTRICT} "
    "AND (user_key = ANY($4::text[]) OR entity = 'guardian' AND container_key = ANY($4::text[]))",
    f"DELETE FROM link {_OF_DISTRICT} AND entity = 'user' AND source_key = ANY($4::text[])",
)
"""What goes with accounts that were deleted. $1 district, $2 target, $3 source, $4 whose."""

NOTE = """
    UPDATE link l SET applied = l.applied || seen.fields, active = seen.active, drifted = true
    FROM unnest($5::text[], $6::jsonb[], $7::boolean[]) AS seen (source_key, fields, active)
    WHERE l.district_id = $1 AND l.target_id = $3 AND l.source_id = $4 AND l.entity = 'user'
      AND l.source_key = seen.source_key AND $2::uuid IS NOT NULL
      AND (l.applied || seen.fields <> l.applied OR l.active <> seen.active)
"""
