"""The kinds of source. A new one is a folder beside these and a line here."""

from collections.abc import Mapping

from roster_fetcher.sources import oneroster, oneroster_csv, wonde
from roster_fetcher.sources.protocol import Opener

SOURCES: Mapping[str, Opener] = {
    "oneroster": oneroster.open_source,
    "oneroster-csv": oneroster_csv.open_source,
    "wonde": wonde.open_source,
}
