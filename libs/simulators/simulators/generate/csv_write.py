"""Writes a district as a OneRoster CSV package (zip, bulk), row by row."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any

from msgspec import Struct

from simulators.generate import csv_columns as columns
from simulators.generate.model import Demographics, District, Record, User
from simulators.generate.roles import older_role, org_ids

FIXED_TIME = (2026, 8, 20, 6, 0, 0)
"""The time stamp of the files in the zip, so that the same district always gives the same bytes."""

Rows = Iterable[Sequence[str]]


def _texts(fields: Iterable[str]) -> Callable[[Struct], Sequence[str]]:
    """Make the function that takes these fields from a record as texts."""
    names = tuple(fields)
    take: Callable[[Struct], tuple[Any, ...]] = attrgetter(*names)
    if columns.SEVERAL.isdisjoint(names):
        return take
    return lambda record: [value if isinstance(value, str) else ",".join(value) for value in take(record)]


_LEAD_TEXTS = _texts(columns.LEAD.values())
_USER_TEXTS = _texts(columns.USERS.values())


class Table(Struct):
    """One file: its header and its rows, which are made while they are written."""

    header: Sequence[str]
    rows: Rows


def write_csv_package(
    district: District, path: Path, version: str = "1.1", *, bom: bool = False, blank_status: bool = False
) -> None:
    """Write the district as a bulk package of OneRoster 1.1 or 1.2.

    With `bom` each file starts with a byte order mark, as spreadsheets write it. With `blank_status` the columns
    status and dateLastModified are left blank, as the standard asks of bulk files and few generators do.
    """
    tables = _tables(district, version)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as package:
        _write(package, "manifest", _manifest(district, version, tables), bom)
        for name, table in tables.items():
            if blank_status:
                table.rows = ((row[0], "", "", *row[3:]) for row in table.rows)
            _write(package, name, table, bom)


def _write(package: zipfile.ZipFile, name: str, table: Table, bom: bool) -> None:
    info = zipfile.ZipInfo(f"{name}.csv", FIXED_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    encoding = "utf-8-sig" if bom else "utf-8"
    with package.open(info, "w") as raw, io.TextIOWrapper(raw, encoding, newline="") as text:
        writer = csv.writer(text)
        writer.writerow(table.header)
        writer.writerows(table.rows)


def _tables(district: District, version: str) -> dict[str, Table]:
    tables = {
        file: _plain(getattr(district, collection), fields)
        for file, (collection, fields) in columns.PLAIN_FILES.items()
    }
    tables["users"] = _users(district.users, version)
    if version == "1.2":
        tables["roles"] = Table(columns.ROLES_HEADER, _roles(district.users))
    if district.demographics:
        tables["demographics"] = _demographics(district.demographics)
    return tables


def _manifest(district: District, version: str, tables: Mapping[str, Table]) -> Table:
    rows = [("manifest.version", "1.0"), ("oneroster.version", version)]
    rows += [(f"file.{name}", "bulk") for name in tables]
    rows += [(f"file.{name}", "absent") for name in columns.OTHER_FILES if name not in tables]
    rows += [("source.systemName", district.name), ("source.systemCode", "simulated")]
    return Table(("propertyName", "value"), rows)


def _plain(records: Sequence[Record], fields: Mapping[str, str]) -> Table:
    metadata = _metadata_keys(records)
    header = (*columns.LEAD, *fields, *(f"metadata.{key}" for key in metadata))
    texts = _texts((*columns.LEAD.values(), *fields.values()))
    return Table(header, ([*texts(record), *_metadata(record, metadata)] for record in records))


def _users(users: Sequence[User], version: str) -> Table:
    head = columns.USERS_HEAD_11 if version == "1.1" else columns.USERS_HEAD_12
    names = (*head, *columns.USERS_TAIL, *(() if version == "1.1" else columns.USERS_MORE_12))
    metadata = _metadata_keys(users)
    header = (*columns.LEAD, *names, *(f"metadata.{key}" for key in metadata))
    return Table(header, (_user_row(user, names, metadata) for user in users))


def _user_row(user: User, names: Sequence[str], metadata: Sequence[str]) -> list[str]:
    cells = dict(zip(columns.USERS, _USER_TEXTS(user), strict=True)) | {
        "orgSourcedIds": ",".join(org_ids(user)),
        "role": older_role(user),
        "userIds": ",".join(f"{{{known.kind}:{known.value}}}" for known in user.user_ids),
        "resourceSourcedIds": "",
    }
    return [*_LEAD_TEXTS(user), *(cells[name] for name in names), *_metadata(user, metadata)]


def _roles(users: Iterable[User]) -> Iterator[Sequence[str]]:
    texts = _texts(columns.ROLES.values())
    for user in users:
        for number, role in enumerate(user.roles, 1):
            lead = (role.id or f"{user.id}-role-{number}", user.status, user.modified, user.id)
            yield *lead, *texts(role), ""


def _demographics(records: Iterable[Demographics]) -> Table:
    other = columns.DEMOGRAPHICS_OTHER
    header = (*columns.LEAD, "birthDate", "sex", *other)
    texts = _texts((*columns.LEAD.values(), "birth_date", "sex"))
    return Table(header, ([*texts(r), *(r.other.get(name, "") for name in other)] for r in records))


def _metadata_keys(records: Iterable[Record]) -> list[str]:
    return sorted({key for record in records if record.metadata for key in record.metadata})


def _metadata(record: Record, keys: Iterable[str]) -> list[str]:
    own = record.metadata or {}
    return [own.get(key, "") for key in keys]
