"""The package's manifest: which version it is, and which of its files count."""

import csv
from collections.abc import Iterable
from typing import NamedTuple

from roster_fetcher.sources.oneroster_csv.package import Package
from roster_fetcher.sources.protocol import SourceTrouble
from roster_fetcher.values import text

VERSIONS = ("1.1", "1.2")
MANIFEST_VERSIONS = ("1.0", "1")
"""`1` is what spreadsheets make of 1.0."""
REQUIRED = ("orgs", "classes", "enrollments", "users")
OPTIONAL = ("academicSessions", "courses")
MOST_BYTES = 1 << 20


class Manifest(NamedTuple):
    """The OneRoster version, and the files that the package is to be read from."""

    version: str
    files: frozenset[str]


def read_manifest(package: Package) -> Manifest:
    """Read and check the manifest.

    Raises `SourceTrouble`: CSV_MANIFEST_INVALID if it is missing, of an unknown version, names a file that is not there
    or a delta file; CSV_FILE_MISSING if a file is absent without which there is no roster.
    """
    if "manifest" not in package:
        raise SourceTrouble("CSV_MANIFEST_INVALID", "The package has no manifest.csv. Export it again.")
    with package.open("manifest") as file:
        properties = _properties(file.read(MOST_BYTES).decode("utf-8-sig", errors="replace"))
    version = properties.get("oneroster.version", "")
    if version not in VERSIONS:
        raise _invalid(f"says oneroster.version {version or 'nowhere'}; it must be 1.1 or 1.2")
    if properties.get("manifest.version", "1.0") not in MANIFEST_VERSIONS:
        raise _invalid(f"has manifest.version {properties['manifest.version']}, which is not known; it must be 1.0")
    required = (*REQUIRED, "roles") if version == "1.2" else REQUIRED
    files = {name for name in (*required, *OPTIONAL) if _counts(name, properties, package)}
    for name in required:
        if name not in files:
            message = f"The package has no {name}.csv, or its manifest calls it absent. Export it with this file."
            raise SourceTrouble("CSV_FILE_MISSING", message)
    return Manifest(version, frozenset(files))


def _properties(content: str) -> dict[str, str]:
    rows: Iterable[list[str]] = csv.reader(content.splitlines())
    return {text(row[0]).casefold(): text(row[1]) for row in rows if len(row) >= 2}


def _counts(name: str, properties: dict[str, str], package: Package) -> bool:
    """Whether a file is to be read: absent is absent even where the file lies there; nothing said is bulk."""
    mode = properties.get(f"file.{name}".casefold(), "bulk" if name in package else "absent").casefold()
    if mode == "delta":
        raise _invalid(f"calls {name}.csv a delta; delta packages are not supported yet. Export it as bulk")
    if mode not in ("bulk", "absent"):
        raise _invalid(f"calls {name}.csv {mode[:20]}; it must be bulk or absent")
    if mode == "bulk" and name not in package:
        raise _invalid(f"names {name}.csv, but the file is not there")
    return mode == "bulk"


def _invalid(what: str) -> SourceTrouble:
    return SourceTrouble("CSV_MANIFEST_INVALID", f"The manifest of the package {what}.")
