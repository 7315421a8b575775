"""What a roster's records are in Moodle: pure functions from our records to Moodle's fields.

`VERSION` rises whenever a mapping changes, so that all links are compared anew. Limits and rules are Moodle 4.4's
(`lib/db/install.xml`, and the checks of `core_user_create_users`).
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

VERSION = 1
Fields = dict[str, str | int]

NOT_IN_USERNAMES = re.compile(r"[^a-z0-9.\-_@]")
NAME_LENGTH = 100
COURSE_ID_LENGTH = 100
FULL_NAME_LENGTH = 254
READABLE_PART = 60


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the roster, as the view `roster.user` has it."""

    key: str
    given_name: str
    family_name: str
    email: str
    username: str
    identifier: str


@dataclass(frozen=True, slots=True)
class SchoolClass:
    """A class of the roster, as the view `roster.class` has it. `ends_on` is the first day after it."""

    key: str
    title: str
    code: str
    course_title: str
    starts_on: date | None
    ends_on: date | None


def category_fields(key: str, name: str) -> Fields:
    """A school's category, at the top of the site."""
    return {"name": name[:255], "idnumber": key, "parent": 0}


def course_fields(class_: SchoolClass, category_key: str, zone: ZoneInfo) -> Fields:
    """A class's course. Titles repeat, so the short name ends in a mark made from the class's own key."""
    readable = (class_.code or class_.title or class_.course_title)[:READABLE_PART].strip()
    return {
        "fullname": (class_.title or class_.course_title or class_.code or class_.key)[:FULL_NAME_LENGTH],
        "shortname": f"{readable} {mark(class_.key)}".strip(),
        "idnumber": class_.key,
        "category_key": category_key,
        "startdate": midnight(class_.starts_on, zone),
        "enddate": midnight(class_.ends_on, zone),
    }


def user_fields(person: Person) -> Fields:
    """A person's account. Without an e-mail address it gets one that reaches nobody."""
    name = username(person)
    return {
        "username": name,
        "firstname": (person.given_name or person.family_name)[:NAME_LENGTH],
        "lastname": (person.family_name or person.given_name)[:NAME_LENGTH],
        "email": person.email[:NAME_LENGTH] or address_to_nobody(name),
        "idnumber": person.key,
    }


def address_to_nobody(username: str) -> str:
    """An address that Moodle takes and no mail server does (RFC 2606, section 2)."""
    return f"{username.replace('@', '.')[:80]}@no-email.invalid"


def username(person: Person) -> str:
    """The user name as Moodle takes it: the source's own, else the mailbox, the identifier or the key; lower case."""
    for candidate in (person.username, person.email.partition("@")[0], person.identifier, person.key):
        cleaned = NOT_IN_USERNAMES.sub("", _plain(candidate))[:NAME_LENGTH]
        if cleaned:
            return cleaned
    return mark(person.key)


def same_name(person: Fields, firstname: str, lastname: str) -> bool:
    """Whether an account that exists bears the person's name, be it in another case, accent or order."""
    ours = {_plain(str(person["firstname"])), _plain(str(person["lastname"]))}
    return ours == {_plain(firstname), _plain(lastname)}


def midnight(day: date | None, zone: ZoneInfo) -> int:
    """The day's first moment in the school's zone, in Unix seconds; 0 for none."""
    return int(datetime.combine(day, time(), zone).timestamp()) if day else 0


def mark(key: str) -> str:
    """Eight characters that tell one key from another."""
    return hashlib.blake2s(key.encode(), digest_size=4).hexdigest()


def _plain(text: str) -> str:
    """Lower case, without accents: `Zoë` and `ZOE` are the same."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold().strip()
