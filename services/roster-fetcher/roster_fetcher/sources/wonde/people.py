"""What Wonde's rows say of people themselves: names, addresses, numbers, grade. Pure."""

from functools import lru_cache

from msgspec import UNSET

from roster_fetcher import grades, roster, values
from roster_fetcher.findings import Notes
from roster_fetcher.sources.wonde import wire
from roster_fetcher.values import text

YEARS_BEFORE_ONE = {
    **dict.fromkeys(("r", "0", "reception"), "KG"),
    **dict.fromkeys(("n", "n1", "n2", "nursery"), "PK"),
}
"""Years of the national curriculum before year 1; the others keep their number."""

ADDRESSES = {
    "student": ("email", "primary"),
    "guardian": ("email", "primary", "home", "work"),
}
"""Which of the addresses may be somebody's own, the best first. A student's home address is often a parent's."""
ADDRESSES_OF_STAFF = ("email", "work", "primary", "home")


def read_person(row: wire.Person, key: str, role: str, notes: Notes, *, visiting: bool = False) -> roster.User | None:
    """Somebody's own fields. None, with a finding, if there is no name.

    Neither Wonde's user names nor its numbers are any account's name elsewhere, so `username` and `identifier` are
    blank; what identifies the person stands in `identifiers`.
    """
    given_name = text(row.forename) or text(row.legal_forename)
    family_name = text(row.surname) or text(row.legal_surname)
    if not given_name or not family_name:
        notes.add("MISSING_NAME", key, "familyName" if given_name else "givenName")
        return None
    return roster.User(
        role=role,
        given_name=given_name,
        family_name=family_name,
        email=_email(row, key, ADDRESSES.get(role, ADDRESSES_OF_STAFF), notes),
        grade=_grade(row, key, notes) if isinstance(row, wire.Student) else "",
        identifiers=_identifiers(row),
        visiting=visiting,
    )


def _email(row: wire.Person, key: str, places: tuple[str, ...], notes: Notes) -> str:
    """The first address that can be one."""
    if row.contact_details is UNSET:
        return ""
    details = wire.inner(row.contact_details)
    emails = details.emails if details and isinstance(details.emails, wire.Emails) else wire.Emails()
    written = [address for place in places if (address := text(getattr(emails, place)))]
    if not written:
        notes.add("MISSING_EMAIL", key, "email")
        return ""
    valid = next((address for address in written if values.email(address)), "")
    if not valid:
        notes.add("INVALID_EMAIL", key, "email", written[0])
    return valid


def _grade(row: wire.Student, key: str, notes: Notes) -> str:
    details = wire.inner(row.education_details)
    word = text(details.current_nc_year) if details else ""
    if not word:
        return ""
    code = nc_year(word)
    if code is None:
        notes.add("INVALID_GRADE", key, "current_nc_year", word)
    return code or word


@lru_cache(maxsize=256)
def nc_year(word: str) -> str | None:
    """The code of a year such as `8`, `Year 8`, `R` or `N1`; None if it is unknown."""
    year = word.casefold().removeprefix("year").strip()
    return YEARS_BEFORE_ONE.get(year) or grades.grade(year)


def _identifiers(row: wire.Person) -> dict[str, str]:
    found = {"upi": text(row.upi), "mis_id": text(row.mis_id)}
    details = wire.inner(row.education_details) if isinstance(row, wire.Student) else None
    if details:
        found |= {"upn": text(details.upn), "admission_number": text(details.admission_number)}
    return {name: value for name, value in found.items() if value}
