"""The table `notice`: who is to be told of which run, and who was."""

import hashlib
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from common.db import Connection, Row
from common.language import SOURCE
from notifier.news import News
from notifier.wording import About


@dataclass(frozen=True, slots=True)
class Claim:
    """What a run is told of: its end, or that operations of it wait for a decision."""

    district_id: str
    run_id: UUID
    about: Literal["end", "hold"]

    @property
    def message(self) -> str:
        """What the Message-ID begins with."""
        return str(self.run_id) if self.about == "end" else f"{self.run_id}.{self.about}"


async def claim(conn: Connection, claim: Claim, school_id: UUID, event_id: UUID, *, problem: bool) -> None:
    """Everybody who wants to know is to be told of the run, once, by the handling of this event.

    What an address has for the school stands in for what it has for the district. A run's end may be told by two
    events; the first to come here sends the notices, whatever becomes of it.
    """
    recipients = await conn.fetch(
        """
        SELECT email, locale FROM (
            SELECT DISTINCT ON (lower(email)) email, outcomes, locale FROM registry.recipient
            WHERE district_id = $1 AND (school_id IS NULL OR school_id = $2)
            ORDER BY lower(email), school_id NULLS LAST) r
        WHERE outcomes = 'all' OR outcomes = 'problems' AND $3
        """,
        claim.district_id,
        school_id,
        problem,
    )
    await conn.execute(
        """
        INSERT INTO notice (district_id, run_id, about, channel, recipient, recipient_id, locale, claimed_by)
        SELECT $1, $2, $6, 'email', r.address, r.id, r.locale, $5
        FROM unnest($3::text[], $4::text[], $7::text[]) AS r (address, id, locale)
        ON CONFLICT DO NOTHING
        """,
        claim.district_id,
        claim.run_id,
        [row["email"] for row in recipients],
        [_pseudonym(row["email"]) for row in recipients],
        event_id,
        claim.about,
        [row["locale"] for row in recipients],
    )


async def device_tells(conn: Connection, district_id: str, device_id: UUID) -> bool:
    """Whether the syncs of a device are to be told of."""
    notify = await conn.fetchval(
        "SELECT notify FROM registry.device WHERE district_id = $1 AND id = $2", district_id, device_id
    )
    return bool(notify)


async def due(conn: Connection, claim: Claim, event_id: UUID) -> list[Row]:
    """`recipient, recipient_id, locale` of those whom this event's handling is still to tell; null: the district's."""
    return await conn.fetch(
        "SELECT recipient, recipient_id, locale FROM notice "
        "WHERE district_id = $1 AND run_id = $2 AND about = $4 AND claimed_by = $3 AND state = 'due' "
        "ORDER BY recipient",
        claim.district_id,
        claim.run_id,
        event_id,
        claim.about,
    )


async def end(
    conn: Connection, claim: Claim, recipient: str, state: Literal["sent", "failed"], detail: str = ""
) -> bool:
    """Note what became of a notice; False if that was known."""
    status = await conn.execute(
        """
        UPDATE notice SET state = $4, detail = $5, ended_at = now()
        WHERE district_id = $1 AND run_id = $2 AND recipient = $3 AND about = $6 AND state = 'due'
        """,
        claim.district_id,
        claim.run_id,
        recipient,
        state,
        detail,
        claim.about,
    )
    return status == "UPDATE 1"


async def about(conn: Connection, district_id: str, school_id: UUID, news: News) -> About:
    """The school, as the registry has it, and how it stands after what the run's end told."""
    row = await conn.fetchrow(
        """
        SELECT d.name AS district, d.locale, s.name AS school, coalesce(s.timezone, d.timezone) AS timezone,
               registry.status_of(t.shared, t.set_up, coalesce($3::boolean, t.on_hold), t.paused,
                                  coalesce($4::boolean, t.with_errors)) AS status
        FROM registry.district d
        LEFT JOIN registry.school s ON s.district_id = d.id AND s.id = $2
        LEFT JOIN registry.standing t ON t.district_id = s.district_id AND t.school_id = s.id WHERE d.id = $1
        """,
        district_id,
        school_id,
        news.on_hold,
        news.with_errors,
    )
    if row is None:
        return About(district_id, "", SOURCE)
    status = row["status"] if row["school"] else ""
    return About(row["district"], row["school"] or "", row["locale"], status, row["timezone"])


def _pseudonym(recipient: str) -> str:
    return hashlib.blake2s(recipient.casefold().encode(), digest_size=8).hexdigest()
