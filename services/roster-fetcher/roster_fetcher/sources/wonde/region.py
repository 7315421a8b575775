"""Where a school's data are: each region has its own server, and the wrong one gives empty lists, no error. Pure."""

from typing import NamedTuple

from yarl import URL

from roster_fetcher.sources.protocol import SourceTrouble

WONDE = "wonde.com"
"""The key may go to any of Wonde's own hosts, but to no other than was set."""


class Region(NamedTuple):
    """What a school says of where its data are: a code such as AU, and a host, perhaps with a port."""

    code: str
    domain: str


def address_in(region: Region, base_url: str) -> str:
    """The address to ask for a school's data: the region's, or base_url where that may not or need not be left.

    Scheme, path and, unless the region names one, port stay those of base_url.
    """
    base, host = URL(base_url), _host(region)
    if host is None or not (host.host == base.host or (_is_wondes(host) and _is_wondes(base))):
        return base_url
    return str(base.with_host(host.host or "").with_port(host.explicit_port or base.explicit_port))


def empty_here(region: Region, address: str) -> SourceTrouble | None:
    """What it means that a school's lists are all empty at this address; None if it is the region's own."""
    host, asked = _host(region), URL(address)
    if host is None or (host.host == asked.host and host.explicit_port in (None, asked.explicit_port)):
        return None
    return SourceTrouble(
        "SETTINGS_INVALID",
        f"The source gives no people and no classes of this school, because its data are in the region {region.code} "
        f"at {region.domain}, and base_url leads to {asked.authority}. Set base_url to "
        f"{asked.scheme}://{region.domain}{asked.path}.",
    )


def _host(region: Region) -> URL | None:
    """The region's host as an address; None if it says none that can be read."""
    try:
        url = URL(f"//{region.domain}")
        return url if url.host and url.path in ("", "/") else None
    except ValueError:
        return None


def _is_wondes(url: URL) -> bool:
    return f".{url.host}".endswith(f".{WONDE}")
