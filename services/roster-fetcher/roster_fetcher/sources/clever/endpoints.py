"""What is read of a school, in which order, and what each of it proves."""

from collections.abc import Mapping, Sequence, Set

from roster_fetcher.sources.protocol import Changes, Endpoint

DISTRICT = Endpoint("district", "org")
SCHOOL = Endpoint("school", "org")
TERMS = Endpoint("terms", "term")
COURSES = Endpoint("courses", "course")
SECTIONS = Endpoint("sections", "class")
STUDENTS = Endpoint("students", "user")
TEACHERS = Endpoint("teachers", "user")
STAFF = Endpoint("staff", "user")
DISTRICT_ADMINS = Endpoint("district_admins", "user")
MEMBERS = Endpoint("members", "user")
"""People whom the school's sections name and its lists do not."""
CONTACTS = Endpoint("contacts", "user")
SECTION_EVENTS = Endpoint("section events", "class")
USER_EVENTS = Endpoint("user events", "user")
NEW_CONTACTS = Endpoint("contacts of new students", "user")

ROLES: Mapping[Endpoint, str] = {STUDENTS: "student", TEACHERS: "teacher", STAFF: "staff"}
"""The lists of the school's people, by the role to ask for."""
OWNERS = {"enrolment": "class", "guardian_link": "user"}
FIRST = (DISTRICT, SCHOOL, TERMS, COURSES)
"""Read whole in any case."""


def everything(*, families: bool) -> Sequence[Endpoint]:
    """The endpoints of a full reading."""
    people = (STUDENTS, TEACHERS, STAFF, DISTRICT_ADMINS, MEMBERS)
    return (*FIRST, SECTIONS, *people, *((CONTACTS,) if families else ()))


def what_changed(*, families: bool) -> Sequence[Endpoint]:
    """The endpoints of a reading of changes."""
    return (*FIRST, SECTION_EVENTS, USER_EVENTS, MEMBERS, *((NEW_CONTACTS,) if families else ()))


def changes_of(endpoints: Sequence[Endpoint]) -> Changes:
    """How a reading of changes by these endpoints is to be understood.

    Sections say their term's dates and their course's name, so that these must stand.
    """
    return Changes(
        endpoints=frozenset(endpoint.name for endpoint in endpoints if endpoint not in FIRST),
        carried=frozenset(("class", "user", "enrolment", "guardian_link")),
        must_stand=frozenset((TERMS.name, COURSES.name)),
        recalled=frozenset(("user", "enrolment")),
    )


def proof_of(endpoints: Sequence[Endpoint]) -> Mapping[str, Set[str]]:
    """Entity → names of the endpoints that could show a record of it.

    The district is among them always: while its sync is paused, what is shared may be out of date.
    """
    sections = {endpoint.name for endpoint in endpoints if endpoint.entity == "class"} | {DISTRICT.name}
    people = {endpoint.name for endpoint in endpoints if endpoint.entity == "user"} | sections
    return {
        "school": {DISTRICT.name, SCHOOL.name},
        "term": {DISTRICT.name, TERMS.name},
        "class": sections,
        "enrolment": people,
        "user": people,
        "guardian_link": people,
    }
