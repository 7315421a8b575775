"""What may be asked of a Moodle while a plan is made: functions that read, and no others.

A dry run has nothing but this, so no write to Moodle is possible on its path.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from moodle_sync.moodle import wire
from moodle_sync.moodle.client import MoodleClient
from moodle_sync.site import Site, Turns

ATTEMPTS = 4

READS = frozenset(
    {
        "core_cohort_get_cohort_members",
        "core_cohort_search_cohorts",
        "core_course_get_categories",
        "core_course_get_courses",
        "core_course_get_courses_by_field",
        "core_enrol_get_enrolled_users",
        "core_group_get_course_groups",
        "core_user_get_users_by_field",
        "core_webservice_get_site_info",
        "gradereport_user_get_grade_items",
    }
)


async def at_once() -> None:
    """Nothing is to be waited for, and nothing refused."""


class MoodleReader:
    """A site that can be looked at and not changed. Raises what `MoodleClient.call` raises."""

    def __init__(
        self,
        moodle: MoodleClient,
        turns: Turns | None = None,
        site: Site | None = None,
        *,
        attempts: int = ATTEMPTS,
        enter: Callable[[], Awaitable[None]] = at_once,
    ) -> None:
        """With `turns` each call takes one of the site's slots, and is repeated while there is no answer.

        Without, whoever calls has taken one, and sees to that. `enter` may refuse a call before it waits for a slot.
        """
        self._moodle = moodle
        self._turns = turns
        self._site = site
        self._attempts = attempts
        self._enter = enter

    async def call(self, function: str, params: wire.Params) -> Any:
        """Call a function that reads. Any other is a mistake of ours, and raises `ValueError` before it is sent."""
        if function not in READS:
            raise ValueError(f"{function} is not among the functions that only read")
        if self._turns is None or self._site is None:
            return await self._moodle.call(function, params)
        await self._enter()
        async with self._turns.at(self._site) as turn:
            return await turn.insist(
                lambda _: self._moodle.call(function, params), self._attempts, self._moodle.take_times
            )

    @property
    def most_values(self) -> int:
        """How many values of one form field each a call can carry."""
        return self._moodle.most_fields - 10
