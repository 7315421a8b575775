"""Clever's words for what a generated district says in OneRoster's: grades, subjects, sexes, dates."""

from datetime import date, timedelta

GRADES = {
    "IT": "InfantToddler",
    "PR": "Preschool",
    "PK": "PreKindergarten",
    "TK": "TransitionalKindergarten",
    "KG": "Kindergarten",
    **{f"{n:02}": str(n) for n in range(1, 14)},
    "PS": "PostGraduate",
    "UG": "Ungraded",
}
"""In ascending order; every other grade is `Other`."""

SUBJECTS = {
    "English": "english/language arts",
    "Mathematics": "math",
    "Science": "science",
    "History": "social studies",
    "Spanish": "language",
    "Homeroom": "homeroom/advisory",
    "Computing": "technology and engineering",
    "Physical Education": "PE and health",
    "Music": "arts and music",
}

GENDERS = {"female": "F", "male": "M", "other": "X"}

STAFF_ROLES = {
    "principal": "Principal",
    "siteadministrator": "School Administrator",
    "administrator": "Administrator",
    "counselor": "Counselor",
    "aide": "Aide",
    "proctor": "Proctor",
}
"""Roles of OneRoster that make a staff member, and the titles they get."""

CONTACT_ROLES = {"parent": "Parent", "guardian": "Other", "relative": "Other"}
"""Roles of OneRoster that make a contact, and their relationship to the student."""


def grade(codes: tuple[str, ...]) -> str:
    """Give the word for the first of these grades, blank without one."""
    return GRADES.get(codes[0], "Other") if codes else ""


def grade_span(words: set[str]) -> tuple[str, str]:
    """Give the lowest and the highest of these words, blank if there is none."""
    known = [word for word in GRADES.values() if word in words]
    return (known[0], known[-1]) if known else ("", "")


def subject(titles: tuple[str, ...]) -> str:
    """Give the word for the first of these subjects, blank without one."""
    return SUBJECTS.get(titles[0], "other") if titles else ""


def last_day(exclusive: str) -> str:
    """Give the day before the day after the last; a text that is no date stays."""
    try:
        return (date.fromisoformat(exclusive) - timedelta(days=1)).isoformat()
    except ValueError:
        return exclusive


def birthday(text: str) -> str:
    """Write a date as Clever does, `4/9/2013`; blank stays blank."""
    year, _, rest = text.partition("-")
    month, _, day = rest.partition("-")
    return f"{int(month)}/{int(day)}/{year}" if day else ""
