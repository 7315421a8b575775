"""The kinds of source. A new one is a folder beside these and a line here."""

from collections.abc import Mapping

from roster_fetcher.sources import classlink, clever, oneroster, oneroster_csv, wonde
from roster_fetcher.sources.protocol import Opener

SOURCES: Mapping[str, Opener] = {
    "classlink": classlink.open_source,
    "clever": clever.open_source,
    "oneroster": oneroster.open_source,
    "oneroster-csv": oneroster_csv.open_source,
    "wonde": wonde.open_source,
}
