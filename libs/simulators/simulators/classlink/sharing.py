"""What a district's administrator shares with an application, set in the console."""

from collections.abc import Callable, Collection
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from simulators.generate import District
from simulators.generate.model import COLLECTIONS


class Sharing(Struct, frozen=True, kw_only=True):
    """Records that are not shared, by id; those that are shared go on referring to them.

    `unenrolled`: whether people without a class, such as administrators and parents, are shared too.
    """

    unshared: Collection[str] = ()
    unenrolled: bool = True

    def of(self, district: District) -> District:
        """Make the district that the application sees; the one that was given stays as it is."""
        shared = _only(district, lambda record: record.id not in self.unshared)
        if self.unenrolled:
            return shared
        enrolled = {enrolment.user_id for enrolment in shared.enrolments}
        return replace(shared, users=[user for user in shared.users if user.id in enrolled])


def _only(district: District, keeps: Callable[[Any], bool]) -> District:
    return replace(district, **{name: list(filter(keeps, getattr(district, name))) for name in COLLECTIONS})
