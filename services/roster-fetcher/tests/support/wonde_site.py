"""One school of a simulated Wonde, declared as the test district's source."""

from typing import Any

from common.events import SyncFailed
from simulators.wonde import WondeSimulator

from .north import North, the_only

SCHOOL = "school-0001"


class Site:
    """The school, seen from both ends: `held` is what Wonde has of it."""

    def __init__(self, north: North, wonde: WondeSimulator) -> None:
        self.north = north
        self.wonde = wonde
        self.school = wonde.school_id(SCHOOL)
        self.held = wonde.roster.schools[self.school]

    async def declare(self, **settings: Any) -> None:
        """Declare the source with these settings."""
        settings = {"base_url": self.wonde.base_url} | settings
        schools = list(self.wonde.roster.schools)
        await self.north.declare("wonde", settings, {"token": self.wonde.token}, schools)

    async def users(self, role: str) -> set[str]:
        """The ids of the current users with a role."""
        rows = await self.north.dashboard.fetch("SELECT source_key FROM roster.user WHERE role = $1", role)
        return {row["source_key"] for row in rows}

    async def findings(self) -> dict[str, set[str]]:
        """The last run's findings about lists as a whole: code → what they say."""
        rows = await self.north.fetcher.fetch(
            "SELECT code, detail FROM finding WHERE source_key = '' AND run_id = "
            "(SELECT run_id FROM snapshot ORDER BY taken_at DESC LIMIT 1)"
        )
        return {code: {row["detail"] for row in rows if row["code"] == code} for code in {row["code"] for row in rows}}

    async def failure(self) -> SyncFailed:
        """Why the next run fails."""
        return the_only(await self.north.fetch(self.school), SyncFailed)
