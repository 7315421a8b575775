"""Kinds of school: their grades, their subjects, and the names that schools get."""

from msgspec import Struct

from simulators.generate.names import PLACES


class Subject(Struct, frozen=True):
    """A subject; `by_form` ones are taught to a form by its own teacher, the others by specialists."""

    title: str
    code: str
    by_form: bool = False
    homeroom: bool = False


class Phase(Struct, frozen=True):
    """A kind of school: what its name ends in, its grades, its subjects, and the most students in one form."""

    label: str
    grades: tuple[str, ...]
    subjects: tuple[Subject, ...]
    form_size: int


HOMEROOM = Subject("Homeroom", "HR", homeroom=True)
SECONDARY = (
    Subject("English", "ENG"),
    Subject("Mathematics", "MAT"),
    Subject("Science", "SCI"),
    Subject("History", "HIS"),
    Subject("Spanish", "SPA"),
    Subject("Physical Education", "PHE"),
    HOMEROOM,
)
PRIMARY = Phase(
    "Primary",
    ("KG", "01", "02", "03", "04", "05"),
    (
        Subject("Homeroom", "HR", by_form=True, homeroom=True),
        Subject("English", "ENG", by_form=True),
        Subject("Mathematics", "MAT", by_form=True),
        Subject("Science", "SCI", by_form=True),
        Subject("Music", "MUS"),
        Subject("Physical Education", "PHE"),
    ),
    26,
)
MIDDLE = Phase("Middle", ("06", "07", "08"), SECONDARY, 28)
HIGH = Phase("High", ("09", "10", "11", "12"), (*SECONDARY, Subject("Computing", "CMP")), 30)

ORDER = (PRIMARY, HIGH, PRIMARY, MIDDLE, PRIMARY, HIGH, PRIMARY, MIDDLE)
"""The kinds of a district's schools in turn."""

SIDES = ("", "North ", "South ", "Upper ", "Lower ", "New ", "Old ")


def phase_of(index: int) -> Phase:
    """Say of what kind the school with this index (from 0) is."""
    return ORDER[index % len(ORDER)]


def school_name(index: int) -> str:
    """Name the school with this index (from 0); every index has a name of its own."""
    lap, place = divmod(index, len(PLACES))
    again, side = divmod(lap, len(SIDES))
    number = f" {again + 1}" if again else ""
    return f"{SIDES[side]}{PLACES[place]} {phase_of(index).label}{number}"
