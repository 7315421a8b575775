"""How schools' own systems make Wonde's values look: each writes dates, genders, years and empty lists its own way."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from simulators.wonde.records import AcademicYear

Years = Literal["none", "name", "dates"]


class Style(Struct, frozen=True, kw_only=True):
    """One system's ways.

    `iso` are the fields whose dates are ISO strings instead of objects, `timezone` is that of moments; `emptiness` is
    what an include without rows holds, `email` the place of students' addresses, `years` what a class says of its
    academic year, `reception` the name of the year before year 1.
    """

    iso: frozenset[str] = frozenset()
    timezone: str = "UTC"
    gender: Callable[[str], str] = str.upper
    emptiness: Any = None
    email: str = "email"
    years: Years = "none"
    reception: str = "R"

    def moment(self, name: str, moment: datetime | None) -> Any:
        """A moment as the field with this name holds it."""
        if moment is None:
            return None
        local = moment.astimezone(ZoneInfo(self.timezone))
        if name in self.iso:
            return local.isoformat(timespec="seconds")
        return _object(f"{local:%Y-%m-%d %H:%M:%S.%f}", self.timezone)

    def day(self, name: str, day: str) -> Any:
        """A YYYY-MM-DD date as the field with this name holds it; null for a blank one."""
        if not day or name in self.iso:
            return day or None
        return _object(f"{day} 00:00:00.000000", "Europe/London")

    def year(self, year: AcademicYear | None) -> Any:
        """A class's academic year."""
        if year is None or self.years == "none":
            return None
        if self.years == "name":
            return year.name
        days = {"start_date": self.day("start_date", year.starts), "end_date": self.day("end_date", year.ends)}
        return {"data": {"name": year.name} | days}

    def nc_year(self, grade: str) -> str | None:
        """A grade as a year of the national curriculum."""
        return (self.reception if grade == "KG" else grade.lstrip("0")) or None


def _object(text: str, timezone: str) -> dict[str, Any]:
    return {"date": text, "timezone_type": 3, "timezone": timezone}


MOMENTS = frozenset({"created_at", "updated_at", "restored_at", "deleted_at"})
DAYS = frozenset({"date_of_birth", "employment_start_date", "employment_end_date", "start_date", "end_date"})

STYLES = {
    "SIMS": Style(timezone="Europe/London"),
    "Arbor": Style(iso=DAYS, gender=str.title, emptiness={"data": []}, email="primary", years="dates", reception="0"),
    "Bromcom": Style(iso=DAYS | MOMENTS, gender=str.lower, emptiness={"data": []}, years="name"),
}
"""By name of the system; one that is not listed writes as the first."""


def style_of(mis: str) -> Style:
    """The ways of a system."""
    return STYLES.get(mis, STYLES["SIMS"])
