"""What is asked for along with each list, and what it means if the source does not give it. Pure.

One include that a school's system lacks, or that is not permitted, fails the whole request: each can be done without.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from msgspec import UNSET

from roster_fetcher.ledger import Entry


class Part(NamedTuple):
    """An include of a list, and what is not known without it (a sentence).

    Without a `needed` one, what is missing from the list does not show that it is gone.
    """

    list_name: str
    include: str
    unknown: str
    needed: bool = False

    @property
    def name(self) -> str:
        """The list and the include."""
        return f"{self.list_name}.{self.include}"


CONTACTS_OF_STUDENTS = Part("students", "contacts", "Whose guardians the contacts are is asked of the contacts.")
STUDENTS_OF_CONTACTS = Part("contacts", "students", "It is not known whose guardians the contacts are.", needed=True)

PARTS = (
    Part("classes", "students", "It is not known who is in the classes.", needed=True),
    Part("classes", "employees", "It is not known who teaches the classes.", needed=True),
    Part("classes", "employees.employment_details", "Teachers who left may still be in classes."),
    Part("classes", "subject", "Classes have no subject."),
    Part("employees", "employment_details", "It is not known who still works at the school.", needed=True),
    Part("employees", "contact_details", "Employees have no e-mail address."),
    Part("students", "education_details", "Students have no grade, UPN and admission number."),
    Part("students", "contact_details", "Students have no e-mail address."),
    Part("contacts", "contact_details", "Contacts have no e-mail address."),
)
"""The most important first. Those that tell whose guardians the contacts are come in addition where they are wanted."""


class Parts:
    """What one reading asks for, and by name what it found refused."""

    def __init__(self, *, families: bool) -> None:
        self._families = families
        self.refused: set[str] = set()

    def of(self, list_name: str) -> tuple[Part, ...]:
        """What to ask for along with a list."""
        wanted = [part for part in PARTS if part.list_name == list_name]
        if self._families and list_name == "students":
            wanted.append(CONTACTS_OF_STUDENTS)
        if CONTACTS_OF_STUDENTS.name in self.refused and list_name == "contacts":
            wanted.append(STUDENTS_OF_CONTACTS)
        return tuple(wanted)

    def refuse(self, part: Part, entry: Entry) -> None:
        """Note that the source does not give a part."""
        self.refused.add(part.name)
        what = f"The source refuses the include {part.include} of {part.list_name}. {part.unknown}"
        entry.remark("INCLUDE_NOT_AVAILABLE", what)
        if part.needed:
            entry.miss(what)

    def given(self, list_name: str) -> tuple[Part, ...]:
        """What to ask for along with a list, without what was found refused."""
        return tuple(part for part in self.of(list_name) if part.name not in self.refused)


def left_out(parts: Iterable[Part], rows: Sequence[Any]) -> str:
    """A sentence on a part that was asked for, but that some row came without; blank if nothing hangs on any.

    Such a row says nothing of the part, which is not the same as that there is none.
    """
    for part in parts:
        if _proves(part) and any(getattr(row, part.include, None) is UNSET for row in rows):
            return (
                f"The source gives {part.list_name} without the include {part.include}, though it does not refuse it. "
                "What is missing there shows nothing. Ask Wonde."
            )
    return ""


def _proves(part: Part) -> bool:
    """Whether something counts as gone that a part does not tell of: only refused it is asked for elsewhere."""
    return part.needed or part == CONTACTS_OF_STUDENTS
