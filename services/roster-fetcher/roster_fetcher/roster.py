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


class Body(Struct, frozen=True, gc=False):
    """What a record says. The order of the fields is part of the hash: add new ones at the end."""

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
    """A person, as seen from this school. `role` is student, teacher, administrator or guardian."""

    entity = "user"

    role: str
    given_name: str
    family_name: str
    email: str = ""
    username: str = ""
    identifier: str = ""
    grade: str = ""
    enabled: bool = True


class Enrolment(Body, frozen=True, gc=False):
    """A person's part in a class. `role` is student or teacher; `primary` marks the teacher in charge."""

    entity = "enrolment"

    class_key: str
    user_key: str
    role: str
    primary: bool = False
    starts_on: date | None = None
    ends_on: date | None = None


encode = msgspec.json.Encoder().encode
"""A body as JSON: the same body always gives the same bytes."""


def content_hash(encoded: bytes) -> bytes:
    """The hash of an encoded body."""
    return blake2b(encoded, digest_size=HASH_BYTES).digest()
