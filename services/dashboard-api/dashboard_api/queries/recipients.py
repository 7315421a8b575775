"""The table `recipient`: who is told of a district's runs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from common.db import Connection, Pool


@dataclass(frozen=True, slots=True)
class NewRecipient:
    """`school_id` None: of all schools of the district; `locale` None: the district's."""

    email: str
    outcomes: str
    locale: str | None
    school_id: UUID | None


async def listed(conn: Connection | Pool, district_id: str) -> list[dict[str, Any]]:
    """Those of the district before those of its schools.

    `{email, outcomes, locale, school_id, school, source_id, source_school_id}`; the last four null: of all schools.
    """
    text: str = await conn.fetchval(
        """
        SELECT coalesce(json_agg(json_build_object(
                   'email', r.email, 'outcomes', r.outcomes, 'locale', r.locale, 'school_id', r.school_id,
                   'school', s.name, 'source_id', s.source_id, 'source_school_id', s.source_school_id)
                   ORDER BY lower(s.name) NULLS FIRST, r.school_id, lower(r.email)), '[]')::text
        FROM recipient r LEFT JOIN school s ON s.district_id = r.district_id AND s.id = r.school_id
        WHERE r.district_id = $1
        """,
        district_id,
    )
    found: list[dict[str, Any]] = json.loads(text)
    return found


async def replace(conn: Connection, district_id: str, recipients: Sequence[NewRecipient]) -> None:
    """These and no others are told."""
    await conn.execute("DELETE FROM recipient WHERE district_id = $1", district_id)
    await conn.executemany(
        """
        INSERT INTO recipient (district_id, school_id, email, outcomes, locale) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (district_id, school_id, email) DO UPDATE
        SET outcomes = excluded.outcomes, locale = excluded.locale
        """,
        [(district_id, one.school_id, one.email, one.outcomes, one.locale) for one in recipients],
    )
