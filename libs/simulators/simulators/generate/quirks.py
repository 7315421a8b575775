"""Quirks: faults of real rosters, planted on purpose and counted."""

from collections.abc import Callable
from random import Random

import msgspec
from msgspec import Struct

from simulators.generate import quirks_classes, quirks_enrolments, quirks_people
from simulators.generate.model import District
from simulators.generate.planter import Planter


class Quirks(Struct, frozen=True, kw_only=True):
    """How many records are to have each quirk. The names are the keys of `District.findings`.

    `schools` confines them to the schools with these ids; without it they may be anywhere.
    """

    schools: tuple[str, ...] = ()
    # People
    missing_email: int = 0
    invalid_email: int = 0
    shared_email: int = 0
    same_username: int = 0
    blank_username: int = 0
    one_name: int = 0
    long_name: int = 0
    decomposed_name: int = 0
    odd_grade: int = 0
    odd_spelling: int = 0
    disabled_user: int = 0
    deleted_user: int = 0
    repeated_user: int = 0
    awkward_id: int = 0
    unlinked_guardian: int = 0
    student_without_class: int = 0
    # Classes
    class_without_teacher: int = 0
    class_without_students: int = 0
    class_without_term: int = 0
    class_of_ended_term: int = 0
    class_of_unknown_course: int = 0
    two_primary: int = 0
    no_primary: int = 0
    # Enrolments
    unknown_user: int = 0
    unknown_class: int = 0
    other_school: int = 0
    inactive_enrolment: int = 0
    deleted_enrolment: int = 0

    def wanted(self) -> dict[str, int]:
        """List the quirks that are asked for, and how many of each."""
        return {name: n for name, n in msgspec.structs.asdict(self).items() if name != "schools" and n}

    @classmethod
    def one_of_each(cls, *schools: str) -> "Quirks":
        """Ask for every quirk once."""
        return msgspec.convert({"schools": schools} | cls._all(1), cls)

    @classmethod
    def share(cls, share: float, people: int) -> "Quirks":
        """Ask for every quirk in this share of the people (0 to 1), at least once."""
        return msgspec.convert(cls._all(max(1, round(share * people))), cls)

    @classmethod
    def _all(cls, number: int) -> dict[str, int]:
        return {name: number for name in cls.__struct_fields__ if name != "schools"}


def plant(district: District, quirks: Quirks, seed: int = 1) -> None:
    """Spoil a district's records as asked, and note in `District.findings` which.

    The same seed chooses the same records. No record has two quirks.

    :raises ValueError: if the district is too small for what is asked.
    """
    planter = Planter(district, Random(seed), quirks.schools)
    for name, number in quirks.wanted().items():
        _planting(name)(planter, number)


def _planting(name: str) -> Callable[[Planter, int], None]:
    for module in (quirks_people, quirks_classes, quirks_enrolments):
        if hasattr(module, name):
            function: Callable[[Planter, int], None] = getattr(module, name)
            return function
    raise LookupError(f"No quirk is called {name}.")
