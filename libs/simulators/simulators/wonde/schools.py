"""The answers about schools themselves: lists by state, one school, its permissions."""

from typing import Any

from simulators.wonde.records import ACCESS_STATES, School
from simulators.wonde.shape import Shown

LISTS = ("pending", "all", "audited", "offline", "revoked", "declined")
"""Lists below `/schools`; `/schools` itself has those that are approved."""

SCOPES = (
    "students",
    "employees",
    "contacts",
    "classes",
    "subjects",
    "deletions",
    "counts",
    "contact_details",
    "education_details",
    "employment_details",
    "extended_details",
)


def is_listed(school: School, name: str) -> bool:
    """Tell whether a school is in a list; the list of approved schools has a blank name."""
    if name == "all":
        return True
    if name == "offline":
        return school.access == "approved" and not school.online
    return school.access == (name if name in ACCESS_STATES else "approved")


def show_school(school: School, address: str) -> Shown:
    """Give a school as it is listed; `address` is the host and port of this server."""
    return {
        "id": school.id,
        "name": school.name,
        "establishment_number": str(school.urn)[-4:],
        "urn": school.urn,
        "phase_of_education": school.phase,
        "la_code": "860",
        "timezone": "Europe/London",
        "mis": school.mis,
        "address": {"address_line_1": "1 School Lane", "address_town": "Rowan", "address_postcode": "ZZ1 1ZZ"},
        "extended": {"has_timetables": False, "has_lesson_attendance": False, "alt_domains": []},
        "region": {"code": school.region, "domain": school.domain or address},
    }


def show_permissions(revoked: tuple[str, ...]) -> list[dict[str, Any]]:
    """List the scopes, and whether the school grants each."""
    return [{"name": scope, "approved": scope not in revoked} for scope in SCOPES]
