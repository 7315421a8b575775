"""OneRoster CSV packages for tests: small ones written by hand, zipped ones, deltas between two; and how they read."""

import csv
import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from random import randbytes
from time import time
from typing import Any

import msgspec
import pytest

from roster_fetcher.ledger import Entry
from roster_fetcher.patience import Patience
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.mapping import USERS
from roster_fetcher.sources.oneroster_csv import open_source
from roster_fetcher.sources.protocol import Endpoint, Opening, SourceTrouble
from simulators.generate import District, write_csv_package

FILES = {
    "orgs": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\no-1,,,Hill,school,1001,\n",
    "classes": "sourcedId,status,dateLastModified,title,schoolSourcedId\nk-1,,,Maths,o-1\n",
    "users": "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,givenName,familyName\n"
    'u-1,,,true,"o-1,o-2",student,zoe,Zoë,Nuñez\n',
    "enrollments": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role\n"
    "e-1,,,k-1,o-1,u-1,student\n",
}
SCHOOL = "school-0001"
"""The first school of a district that was made up."""
USERS_HEADER = FILES["users"].splitlines()[0] + "\n"


def zip_package(
    file: Path,
    files: Mapping[str, str | bytes],
    *,
    version: str = "1.1",
    modes: Mapping[str, str] | None = None,
    minutes_ago: float = 60,
) -> Path:
    """A package as a zip file that was put there so long ago: `files` by name without `.csv`, and their manifest."""
    lines = ["propertyName,value", "manifest.version,1.0", f"oneroster.version,{version}"]
    lines += [f"file.{name},{mode}" for name, mode in (dict.fromkeys(files, "bulk") | dict(modes or {})).items()]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in ({"manifest": "\n".join(lines)} | dict(files)).items():
            package.writestr(f"{name}.csv", content)
    return dated(file, minutes_ago)


def delta_package(file: Path, files: Mapping[str, str | bytes], *, version: str = "1.1", **more: Any) -> Path:
    """A package in which these files are deltas, and all others absent."""
    return zip_package(file, files, version=version, modes=dict.fromkeys(files, "delta"), **more)


def bulk(file: Path, district: District, version: str = "1.2", minutes_ago: float = 60) -> Path:
    """A complete package of a district."""
    write_csv_package(district, file, version, blank_status=True)
    return dated(file, minutes_ago)


def large(file: Path) -> Path:
    """A package with half a megabyte that nobody reads."""
    return zip_package(file, FILES | {"demographics": randbytes(500_000)}, modes={"demographics": "absent"})


def next_year(district: District) -> District:
    """The same district, with people and classes that came, went and changed, and roles too."""
    users, enrolments = [*district.users], [*district.enrolments]
    users[3] = msgspec.structs.replace(users[3], family_name="Newname")
    leaver = next(user.id for user in users if any(role.role == "student" for role in user.roles))
    newcomer = msgspec.structs.replace(users[5], id="user-new", username="user-new", email="new@school.example")
    moved = msgspec.structs.replace(enrolments[0], id="enrolment-new", user_id="user-new")
    return msgspec.structs.replace(
        district,
        users=[user for user in users if user.id != leaver] + [newcomer],
        enrolments=[row for row in enrolments if row.user_id != leaver] + [moved],
        classes=[*district.classes[1:], msgspec.structs.replace(district.classes[0], title="Another title")],
    )


def dated(file: Path, minutes_ago: float) -> Path:
    """Let a file have been changed last so long ago."""
    then = time() - 60 * minutes_ago
    os.utime(file, (then, then))
    return file


def difference(before: Path, after: Path) -> dict[str, str]:
    """What a delta between two bulk packages says, by file: rows that are new or changed, and tombstones."""
    old, new = _tables(before), _tables(after)
    return {name: changed for name in new if (changed := _changed(old[name], new[name]))}


def _tables(package: Path) -> dict[str, list[list[str]]]:
    with zipfile.ZipFile(package) as opened:
        names = [name for name in opened.namelist() if name != "manifest.csv"]
        return {name.removesuffix(".csv"): _rows(opened.read(name)) for name in names}


def _rows(content: bytes) -> list[list[str]]:
    return [*csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))]


def _changed(old: list[list[str]], new: list[list[str]]) -> str:
    before, now = ({row[0]: row for row in rows[1:]} for rows in (old, new))
    rows = [[key, "active", *row[2:]] for key, row in now.items() if row != before.get(key)]
    rows += [[key, "tobedeleted", *row[2:]] for key, row in before.items() if key not in now]
    output = io.StringIO()
    csv.writer(output).writerows([new[0], *rows])
    return output.getvalue() if rows else ""


async def rows_of(where: Path | dict[str, Any], endpoint: Endpoint, entry: Entry | None = None) -> list[wire.Row]:
    """An endpoint's rows, after those that come before it, from a package or by these settings."""
    settings = where if isinstance(where, dict) else {"path": str(where)}
    async with open_source(Opening(settings, {}, Patience())) as source:
        reader = source.school("o-1")
        for each in reader.endpoints:
            line = entry if entry and each == endpoint else Entry(*each)
            rows = [row async for page in reader.pages(each, line, ()) for row in reader.decode(each, page)]
            if each == endpoint:
                return rows
    raise AssertionError(f"the package has no {endpoint.name}")


async def trouble_with(where: Path | dict[str, Any], endpoint: Endpoint = USERS) -> SourceTrouble:
    """What is told of a package that cannot be read."""
    with pytest.raises(SourceTrouble) as trouble:
        await rows_of(where, endpoint)
    return trouble.value
