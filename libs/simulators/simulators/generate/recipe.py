"""What a generated district is to be like."""

from collections.abc import Sequence

from msgspec import Struct


class Recipe(Struct, frozen=True, kw_only=True):
    """The size and make-up of a district; the same recipe always gives the same district.

    `students_per_school` is one number for all, or one for each school in turn (repeated as needed). Shares are
    between 0 and 1: of students and of teachers who are at two schools, of classes with a second teacher, of
    students with parents on file. `school_year` is the year in which it ends.
    """

    seed: int = 1
    schools: int = 3
    students_per_school: int | Sequence[int] = 100
    name: str = "Rowan Valley Schools"
    domain: str = "rowanvalley.example"
    school_year: int = 2027
    two_schools: float = 0.02
    co_teachers: float = 0.15
    families: float = 0.7
    siblings: float = 0.25

    def students_at(self, index: int) -> int:
        """Say how many students the school with this index (from 0) has."""
        sizes = self.students_per_school
        return sizes if isinstance(sizes, int) else sizes[index % len(sizes)]

    def year_starts(self) -> str:
        """Say when the school year starts: years follow each other without a gap, so that one is always on."""
        return f"{self.school_year - 1}-08-01"

    def year_ends(self) -> str:
        """Say when the school year ends, exclusively."""
        return f"{self.school_year}-08-01"
