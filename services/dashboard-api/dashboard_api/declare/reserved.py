"""What only whoever runs Rosterbus may declare, because it reaches beyond a district's own things.

Places on the workers' own disks may hold the packages of other districts, and a pool's workers may stand in somebody
else's network. What is declared already stays as it is. And secrets that are kept are not sent to another address.
"""

from collections.abc import Iterable, Mapping
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


def require_own_place(caller: Principal, source: Source, known: Json | None = None) -> None:
    """Raises `Problem` 403 for a place on the workers' disks that is not declared (`known`: settings) already."""
    settings, _secrets = split(source)
    if caller.districts is not None and any(settings.get(key) != (known or {}).get(key) for key in LOCAL):
        raise Problem(
            403,
            "platform_only",
            _(
                "Only whoever runs Rosterbus may declare a place on its own disks. Ask them, or let packages be"
                " fetched by SFTP."
            ),
        )


def require_own_pool(caller: Principal, pool: str | None, present: str) -> None:
    """Raises `Problem` 403 for another pool of workers than the district's."""
    if caller.districts is not None and pool not in (None, present):
        raise Problem(403, "platform_only", _("Only whoever runs Rosterbus may choose the pool of workers."))


def require_secrets(before: Json, after: Json, kept: Iterable[str], place: str) -> None:
    """Raises `Problem` 422 where kept secrets would go to another server than the one that they were given for."""
    if [*kept] and _servers(before) != _servers(after):
        sentence = _("The address is another server's: give the secrets anew, they are not sent there by themselves.")
        raise Problem(422, "mistakes", sentence, mistakes=[Mistake(place, sentence)])


def _servers(settings: Json) -> set[tuple[str, ...]]:
    """Where these settings lead: scheme, host and port of each address, host and port of SFTP."""
    found: set[tuple[str, ...]] = set()
    for value in settings.values():
        if isinstance(value, Mapping) and "host" in value:
            found.add((str(value["host"]), str(value.get("port", ""))))
        elif isinstance(value, str) and value.startswith(("http://", "https://")):
            found.add(urlsplit(value)[:2])
    return found
