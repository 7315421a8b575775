"""Reads any OneRoster 1.1 or 1.2 bulk package, and keeps its ids and values as they are."""

import csv
import io
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from simulators.generate import csv_columns as columns
from simulators.generate.model import (
    Class,
    Course,
    Demographics,
    District,
    Enrolment,
    Org,
    Record,
    Role,
    Session,
    User,
    UserId,
)

Row = dict[str, Any]
MAKES: dict[str, type[Record]] = {
    "orgs": Org,
    "academicSessions": Session,
    "courses": Course,
    "classes": Class,
    "enrollments": Enrolment,
}
EVERY_COLUMN = {
    *columns.LEAD, *columns.USERS_HEAD_11, *columns.USERS_TAIL, *columns.USERS_MORE_12, *columns.ROLES,
    *columns.DEMOGRAPHICS_OTHER, "userSourcedId", "birthDate", "sex", "propertyName", "value",
    *(name for _, fields in columns.PLAIN_FILES.values() for name in fields),
}  # fmt: skip
SPELLING = {name.casefold(): name for name in EVERY_COLUMN}


class PackageError(ValueError):
    """The file is no bulk package of OneRoster CSV; the message says why."""


def read_csv_package(path: Path) -> District:
    """Read a package by the names of its columns; files it lacks give empty collections.

    Case in headers, byte order marks, folders in the zip and the order of columns do not matter.

    :raises PackageError: if it is not a zip file, or if one of its files is a delta.
    """
    try:
        with zipfile.ZipFile(path) as package:
            return _read(package)
    except zipfile.BadZipFile as error:
        raise PackageError(f"{path} is not a zip file.") from error


def _read(package: zipfile.ZipFile) -> District:
    manifest = {row.get("propertyName", ""): row.get("value", "") for row in _rows(package, "manifest")}
    deltas = [name for name, value in manifest.items() if name.startswith("file.") and value == "delta"]
    if deltas:
        raise PackageError(f"Only bulk files can be read; the manifest calls {', '.join(deltas)} delta.")
    district = District(version=manifest.get("oneroster.version", ""))
    for file, (collection, fields) in columns.PLAIN_FILES.items():
        getattr(district, collection).extend(_record(MAKES[file], row, fields) for row in _rows(package, file))
    roles = _roles(package)
    district.users.extend(_user(row, roles) for row in _rows(package, "users"))
    district.demographics.extend(_demographics(row) for row in _rows(package, "demographics"))
    district.name = next((org.name for org in district.orgs if org.kind == "district"), "")
    return district


def _rows(package: zipfile.ZipFile, name: str) -> Iterator[Row]:
    """Read a file's rows as texts by column name; none if the package has no such file."""
    for member in package.namelist():
        if PurePosixPath(member).name.casefold() == f"{name}.csv".casefold():
            with package.open(member) as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as text:
                yield from _parsed(text)
            return


def _parsed(text: Iterable[str]) -> Iterator[Row]:
    """Read rows; a source's own values stand together under `metadata`."""
    reader = csv.reader(text)
    header = [SPELLING.get(cell.strip().casefold(), cell.strip()) for cell in next(reader, [])]
    own = [name for name in header if name.startswith("metadata.")]
    for cells in filter(None, reader):
        row: Row = dict(zip(header, cells, strict=False))
        if own:
            row["metadata"] = {name.removeprefix("metadata."): row.get(name, "") for name in own}
        yield row


def _record(makes: type[Record], row: Row, fields: Mapping[str, str]) -> Any:
    return makes(**_lead(row), **_values(row, fields))


def _lead(row: Row) -> Row:
    return {
        "id": row.get("sourcedId", ""),
        "status": row.get("status", ""),
        "modified": row.get("dateLastModified", ""),
        "metadata": row.get("metadata"),
    }


def _values(row: Row, fields: Mapping[str, str]) -> Row:
    return {
        name: _several(row.get(column, "")) if name in columns.SEVERAL else row.get(column, "")
        for column, name in fields.items()
    }


def _several(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip()) if text else ()


def _roles(package: zipfile.ZipFile) -> dict[str, list[Role]]:
    """Read 1.2's file of roles: user id → roles."""
    roles: dict[str, list[Role]] = defaultdict(list)
    for row in _rows(package, "roles"):
        values = _values(row, columns.ROLES)
        roles[row.get("userSourcedId", "")].append(Role(id=row.get("sourcedId", ""), **values))
    return roles


def _user(row: Row, roles: Mapping[str, list[Role]]) -> User:
    user_id = row.get("sourcedId", "")
    held = roles.get(user_id) or [
        Role(role=row.get("role", ""), org_id=org_id) for org_id in _several(row.get("orgSourcedIds", ""))
    ]
    known = tuple(UserId(*part.strip("{} ").partition(":")[::2]) for part in _several(row.get("userIds", "")))
    return User(**_lead(row), **_values(row, columns.USERS), roles=tuple(held), user_ids=known)


def _demographics(row: Row) -> Demographics:
    other = {name: row[name] for name in columns.DEMOGRAPHICS_OTHER if row.get(name)}
    return Demographics(**_lead(row), birth_date=row.get("birthDate", ""), sex=row.get("sex", ""), other=other)
