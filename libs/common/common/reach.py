"""Where workers connect to on behalf of a district: whoever declares one chooses the addresses that workers open.

What a name leads to is looked at when the connection is made, so that it cannot be another address by then.
"""

import asyncio
import errno
import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

Network = IPv4Network | IPv6Network
Sockets = Callable[[Any], socket.socket]

METADATA = "169.254.0.0/16,fe80::/10,fd00:ec2::254/128,100.100.100.200/32"
"""Link-local networks, and where clouds tell a machine its own credentials."""


def sockets_outside(refused: Sequence[Network]) -> Sockets:
    """Makes the sockets of aiohttp's connector, but for addresses in these networks: `PermissionError`."""

    def make(info: Any) -> socket.socket:
        family, kind, protocol, _name, place = info
        if is_within(str(place[0]), refused):
            raise PermissionError(errno.EACCES, f"{place[0]} is in a network that ROSTERBUS_REFUSED_NETWORKS names")
        return socket.socket(family, kind, protocol)

    return make


async def connect(host: str, port: int, sockets: Sockets) -> socket.socket:
    """A connected socket, for what is no HTTP: to the first address of the host that takes it. Raises `OSError`."""
    loop = asyncio.get_running_loop()
    trouble = OSError(errno.EHOSTUNREACH, f"{host} has no address")
    for info in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        try:
            made = sockets(info)
        except OSError as error:
            trouble = error
            continue
        made.setblocking(False)
        try:
            await loop.sock_connect(made, info[4])
        except BaseException as error:
            made.close()
            if not isinstance(error, OSError):
                raise
            trouble = error
        else:
            return made
    raise trouble


def is_within(address: str, networks: Sequence[Network]) -> bool:
    """Whether an IP address is in one of the networks; of one that is mapped into IPv6 the address itself counts."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return any(ip in network for network in networks)
