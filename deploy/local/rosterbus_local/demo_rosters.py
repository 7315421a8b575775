"""The demo's further schools: one at each kind of source beside the big OneRoster one, as packages of their own."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from msgspec import structs

from simulators.generate import District, User, UserId, generate, write_csv_package
from simulators.generate.model import COLLECTIONS, Record

SEVERAL_IDS = ("term_ids", "agent_ids")
"""Fields of records that hold the ids of others; a field that holds one ends in `_id`."""


class SmallSchool(NamedTuple):
    """A school with a source of its own. The mark keeps its ids and logins apart from others' in the one Moodle."""

    kind: str
    name: str
    mark: str
    students: int
    seed: int


CLEVER = SmallSchool("clever", "Hazelmere Primary", "hazelmere", 96, 31)
CLASSLINK = SmallSchool("classlink", "Kestrel Park Primary", "kestrel", 84, 32)
WONDE = SmallSchool("wonde", "Dunmore Primary Academy", "dunmore", 112, 33)
DROP_FOLDER = SmallSchool("oneroster-csv", "Oakley Village Primary", "oakley", 68, 34)
SMALL_SCHOOLS = (CLEVER, CLASSLINK, WONDE, DROP_FOLDER)


def district_of(school: SmallSchool, year: int) -> District:
    """The school with its district, in the school year that ends in this year; the same each time."""
    made = generate(school.seed, 1, school.students, name=f"{school.name} Trust", school_year=year)
    orgs = [structs.replace(org, name=school.name) if org.kind == "school" else org for org in made.orgs]
    people = structs.replace(made, orgs=orgs, users=[_person(user, school) for user in made.users])
    marked = {name: [_marked(record, school) for record in getattr(people, name)] for name in COLLECTIONS}
    return structs.replace(people, **marked)


def package_of(school: SmallSchool, folder: Path, year: int) -> Path:
    """The package of the school's roster in this folder, written if it is not there: dated 20 August, like its rows."""
    exported = datetime(year - 1, 8, 20, 4, tzinfo=UTC)
    path = folder / f"{school.mark}-{exported:%Y%m%d}.zip"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        write_csv_package(district_of(school, year), unfinished, "1.1")
        os.utime(unfinished, (exported.timestamp(), exported.timestamp()))
        unfinished.replace(path)
    return path


def _marked(record: Record, school: SmallSchool) -> Record:
    """A record under ids that no other school's records have."""
    fields = {name: getattr(record, name) for name in record.__struct_fields__}
    one = {name: _own(value, school) for name, value in fields.items() if name == "id" or name.endswith("_id")}
    several = {name: tuple(_own(id_, school) for id_ in fields[name]) for name in SEVERAL_IDS if name in fields}
    return structs.replace(record, **one, **several)


def _person(user: User, school: SmallSchool) -> User:
    """A person with a login and an address of their own: the same name may be at another school too."""
    login = f"{user.username}.{school.mark}"
    return structs.replace(
        user,
        username=login,
        user_ids=(UserId("LDAP", login),),
        identifier=user.identifier and _own(user.identifier, school),
        email=f"{login}@{user.email.partition('@')[2]}",
        roles=tuple(structs.replace(role, org_id=_own(role.org_id, school)) for role in user.roles),
    )


def _own(id_: str, school: SmallSchool) -> str:
    return f"{school.mark}-{id_}" if id_ else id_
