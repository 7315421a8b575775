"""A package's manifest: which version it is, and which of its files count as what. Pure."""

import csv
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from roster_fetcher.sources.oneroster_csv.package import Outline
from roster_fetcher.sources.protocol import SourceTrouble
from roster_fetcher.values import text

VERSIONS = ("1.1", "1.2")
MANIFEST_VERSIONS = ("1.0", "1")
"""`1` is what spreadsheets make of 1.0."""
MODES = ("absent", "bulk", "delta")
REQUIRED = {
    "1.1": ("orgs", "classes", "enrollments", "users"),
    "1.2": ("orgs", "classes", "enrollments", "users", "roles"),
}
"""Without these there is no roster."""
OPTIONAL = {
    "1.1": ("academicSessions", "courses"),
    "1.2": ("academicSessions", "courses", "userProfiles"),
}


class Manifest(NamedTuple):
    """The OneRoster version, and `bulk` or `delta` for each file that the package is to be read from."""

    version: str
    modes: Mapping[str, str]


def read_manifest(outline: Outline, title: str) -> Manifest:
    """Read and check the manifest of a package with this title.

    Raises `SourceTrouble` CSV_MANIFEST_INVALID if it is missing, of an unknown version, or names a file that is not
    there.
    """
    if outline.manifest is None:
        raise SourceTrouble("CSV_MANIFEST_INVALID", f"The package {title} has no manifest.csv. Export it again.")
    properties = _properties(outline.manifest.decode("utf-8-sig", errors="replace"))
    version = properties.get("oneroster.version", "")
    if version not in VERSIONS:
        raise _invalid(title, f"says oneroster.version {version[:20] or 'nowhere'}; it must be 1.1 or 1.2")
    written = properties.get("manifest.version", "1.0")
    if written not in MANIFEST_VERSIONS:
        raise _invalid(title, f"has manifest.version {written[:20]}, which is not known; it must be 1.0")
    modes = {name: _mode(name, properties, outline, title) for name in (*REQUIRED[version], *OPTIONAL[version])}
    return Manifest(version, {name: mode for name, mode in modes.items() if mode != "absent"})


def _properties(content: str) -> dict[str, str]:
    rows: Iterable[list[str]] = csv.reader(content.splitlines())
    return {text(row[0]).casefold(): text(row[1]) for row in rows if len(row) >= 2}


def _mode(name: str, properties: dict[str, str], outline: Outline, title: str) -> str:
    """How a file counts: absent is absent even where the file lies there; nothing said is bulk."""
    is_there = name.casefold() in outline.files
    mode = properties.get(f"file.{name}".casefold(), "bulk" if is_there else "absent").casefold()
    if mode not in MODES:
        raise _invalid(title, f"calls {name}.csv {mode[:20] or 'nothing'}; it must be absent, bulk or delta")
    if mode != "absent" and not is_there:
        raise _invalid(title, f"names {name}.csv, but the file is not there")
    return mode


def _invalid(title: str, what: str) -> SourceTrouble:
    return SourceTrouble("CSV_MANIFEST_INVALID", f"The manifest of the package {title} {what}.")
