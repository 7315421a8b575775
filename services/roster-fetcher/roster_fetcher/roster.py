"""The roster model that all sources share, and the content hash that tells whether a record changed.

A record is known by its kind (`entity`) and the source's own id (its key), which is no part of the body. Texts are
trimmed and NFC-normalised, blank where the source gives none; dates are None then. `ends_on` is the first day after.
"""

from datetime import date
from hashlib import blake2b
from typing import ClassVar

import msgspec
from msgspec import Struct

HASH_BYTES = 16
LONGEST_KEY = 255
"""Characters of an id: what OneRoster allows a sourcedId, and more than any other provider uses."""


class Body(Struct, frozen=True, gc=False, omit_defaults=True):
    """What a record says; fields at their defaults are left out of its JSON, so that new ones change no hash."""

    entity: ClassVar[str]


class School(Body, frozen=True, gc=False):
    """The school that the roster is of."""

    entity = "school"

    name: str
    identifier: str = ""
    parent_key: str = ""


class Term(Body, frozen=True, gc=False):
    """A school year, term or grading period; `kind` is the source's word for which."""

    entity = "term"

    title: str
    kind: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    parent_key: str = ""


class Class(Body, frozen=True, gc=False):
    """A group that is taught. Its dates are those of its terms: the first one's start, the last one's end."""

    entity = "class"

    title: str
    code: str = ""
    course_key: str = ""
    course_title: str = ""
    grades: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    term_keys: tuple[str, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None


class User(Body, frozen=True, gc=False):
    """A person, as seen from this school. `role` is student, teacher, administrator or guardian.

    `identifiers` are further ids by the provider's name for them, such as `upi`. `visiting`: the person belongs here
    only by an enrolment in a class of the school, or as the guardian of somebody here.
    """

    entity = "user"

    role: str
    given_name: str
    family_name: str
    email: str = ""
    username: str = ""
    identifier: str = ""
    grade: str = ""
    enabled: bool = True
    identifiers: dict[str, str] = {}
    visiting: bool = False


class Enrolment(Body, frozen=True, gc=False):
    """A person's part in a class. `role` is student or teacher; `primary` marks the teacher in charge."""

    entity = "enrolment"

    class_key: str
    user_key: str
    role: str
    primary: bool = False
    starts_on: date | None = None
    ends_on: date | None = None


class GuardianLink(Body, frozen=True, gc=False):
    """A guardian's tie to a student; its key is `link_key`. `declared_by` is which of the two rows says so.

    `relationship` is the source's word, such as parent; `contact_only` marks those who are to be called in an
    emergency and have no part in the child's schooling.
    """

    entity = "guardian_link"

    guardian_key: str
    student_key: str
    declared_by: str
    relationship: str = ""
    contact_only: bool = False


def link_key(guardian_key: str, student_key: str, declared_by: str) -> str:
    """The key of a guardian's link: both sides may say it, and each saying is a record. A digest of very long ids."""
    key = f"{declared_by}>{student_key if declared_by == guardian_key else guardian_key}"
    return key if len(key) <= LONGEST_KEY else context_digest(key).hex()


encode = msgspec.json.Encoder().encode
"""A body as JSON: the same body always gives the same bytes."""


def content_hash(encoded: bytes) -> bytes:
    """The hash of an encoded body."""
    return blake2b(encoded, digest_size=HASH_BYTES).digest()


def context_digest(*parts: object) -> bytes:
    """A digest of what a mapping remembers of rows; parts are anything that JSON can say, in a fixed order."""
    return blake2b(msgspec.json.encode(parts, order="deterministic"), digest_size=HASH_BYTES).digest()
