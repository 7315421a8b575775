"""Where a served district comes from, named so that a kept state of another origin is not mistaken for it."""

import hashlib
from pathlib import Path

from msgspec import Struct, field

from simulators.generate import District, demo_district, generate, read_csv_package, school_year_of
from simulators.shared.clock import now


def _this_school_year() -> int:
    return school_year_of(now().date())


class Origin(Struct, frozen=True, kw_only=True):
    """A CSV package if `package` is set, else a generated district if `seed` is, else the demo district."""

    school_year: int = field(default_factory=_this_school_year)
    package: Path | None = None
    seed: int | None = None
    schools: int = 3
    students: int = 100

    def name(self) -> str:
        """Name it by what decides the records: the package's content, or the generator's arguments."""
        if self.package is not None:
            return f"package {hashlib.sha256(self.package.read_bytes()).hexdigest()}"
        if self.seed is not None:
            return f"generated {self.seed} {self.schools} {self.students} {self.school_year}"
        return f"demo {self.school_year}"

    def district(self) -> District:
        """Read or make it."""
        if self.package is not None:
            return read_csv_package(self.package)
        if self.seed is not None:
            return generate(self.seed, self.schools, self.students, school_year=self.school_year)
        return demo_district(self.school_year)
