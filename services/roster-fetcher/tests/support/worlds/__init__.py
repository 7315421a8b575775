"""Every kind of source with a server (or package) behind it, by name."""

from .clever import CleverWorld
from .csv import Csv12World, CsvWorld
from .oneroster import ClassLinkWorld, OneRoster11World, OneRosterWorld, ProxyWorld, SignedWorld
from .wonde import WondeWorld
from .world import Shared, World

__all__ = ["SERVERS", "WORLDS", "Shared", "World"]

WORLDS: dict[str, type[World]] = {
    "oneroster-1.2": OneRosterWorld,
    "oneroster-1.1": OneRoster11World,
    "oneroster-1.1-signed": SignedWorld,
    "classlink-direct": ClassLinkWorld,
    "classlink-proxy": ProxyWorld,
    "clever": CleverWorld,
    "wonde": WondeWorld,
    "csv-1.1": CsvWorld,
    "csv-1.2": Csv12World,
}
SERVERS = [name for name in WORLDS if not name.startswith("csv")]
"""Those that answer over HTTP."""
