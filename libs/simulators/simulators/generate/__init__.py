"""Invented districts of any size, and OneRoster CSV packages of them."""

from simulators.generate.build import generate, school_year_of
from simulators.generate.csv_read import PackageError, read_csv_package
from simulators.generate.csv_write import write_csv_package
from simulators.generate.demo import demo_district
from simulators.generate.model import (
    Class,
    Course,
    Demographics,
    District,
    Enrolment,
    Org,
    Role,
    Session,
    User,
    UserId,
)
from simulators.generate.quirks import Quirks, plant

__all__ = [
    "Class",
    "Course",
    "Demographics",
    "District",
    "Enrolment",
    "Org",
    "PackageError",
    "Quirks",
    "Role",
    "Session",
    "User",
    "UserId",
    "demo_district",
    "generate",
    "plant",
    "read_csv_package",
    "school_year_of",
    "write_csv_package",
]
