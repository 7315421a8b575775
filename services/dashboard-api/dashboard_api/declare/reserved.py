"""What only whoever runs Rosterbus may declare, because it reaches beyond a district's own things.

Places on the workers' own disks may hold the packages of other districts, a pool's workers may stand in somebody else's
network, and within the workers' own network stand servers that trust whoever comes from there. What is declared already
stays as it is. And secrets that are kept are not sent to another address.
"""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from dashboard_api.auth.principal import Principal
from dashboard_api.declare.kinds import split
from dashboard_api.declare.mistakes import Mistake
from dashboard_api.declare.sources import Source
from dashboard_api.language import _
from dashboard_api.problems import Problem

Json = Mapping[str, Any]
LOCAL = ("path", "folder")
INNER = (".localhost", ".local", ".internal", ".lan", ".home.arpa")
"""Ends of names that mean nothing outside a network (RFC 6761, 6762, 8375, and ICANN's .internal)."""


def require_own_place(caller: Principal, source: Source, known: Json | None = None) -> None:
    """Raises `Problem` 403 for a place on the workers' disks, or within their network, that is not declared already.

    `known`: the settings as they are declared.
    """
    settings, _secrets = split(source)
    require_public(caller, settings, known)
    if caller.districts is not None and any(settings.get(key) != (known or {}).get(key) for key in LOCAL):
        raise Problem(
            403,
            "platform_only",
            _(
                "Only whoever runs Rosterbus may declare a place on its own disks. Ask them, or let packages be"
                " fetched by SFTP."
            ),
        )


def require_public(caller: Principal, settings: Json, known: Json | None = None) -> None:
    """Raises `Problem` 403 for an address within the workers' own network that is not declared already.

    Names of the world that lead there are the workers' to refuse (`ROSTERBUS_REFUSED_NETWORKS`): they look when they
    connect.
    """
    new = _servers(settings) - _servers(known or {})
    if caller.districts is not None and any(is_inner(server[1]) for server in new):
        raise Problem(
            403,
            "platform_only",
            _(
                "Only whoever runs Rosterbus may declare an address within its own network. Ask them, or give the"
                " address at which the server is reached from everywhere."
            ),
        )


def is_inner(host: str) -> bool:
    """Whether a host is of some network only: no public address, however it is spelt, or a name without a domain."""
    name = host.casefold().rstrip(".")
    try:
        address = ip_address(name)
    except ValueError:
        last = name.rpartition(".")[2]
        return "." not in name or name.endswith(INNER) or last[:1].isdigit()  # 127.1 and 0x7f.1 are addresses, too
    return not address.is_global or (address.version == 6 and address.ipv4_mapped is not None)


def require_own_pool(caller: Principal, pool: str | None, present: str) -> None:
    """Raises `Problem` 403 for another pool of workers than the district's."""
    if caller.districts is not None and pool not in (None, present):
        raise Problem(403, "platform_only", _("Only whoever runs Rosterbus may choose the pool of workers."))


def require_secrets(before: Json, after: Json, kept: Iterable[str], place: str) -> None:
    """Raises `Problem` 422 where kept secrets would go to another server than the one that they were given for."""
    if [*kept] and _servers(before) != _servers(after):
        sentence = _("The address is another server's: give the secrets anew, they are not sent there by themselves.")
        raise Problem(422, "mistakes", sentence, mistakes=[Mistake(place, sentence)])


def _servers(settings: Json) -> set[tuple[str, str, str]]:
    """Where these settings lead: scheme, host and the port with it, of each address and of SFTP."""
    found: set[tuple[str, str, str]] = set()
    for value in settings.values():
        if isinstance(value, Mapping) and "host" in value:
            found.add(("sftp", str(value["host"]), str(value.get("port", ""))))
        elif isinstance(value, str) and value.startswith(("http://", "https://")):
            parts = urlsplit(value)
            found.add((parts.scheme, parts.hostname or "", parts.netloc))
    return found
