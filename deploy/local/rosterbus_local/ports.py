"""Free ports on loopback, outside the range that the kernel gives to outgoing connections."""

from __future__ import annotations

import random
import socket

LOOPBACK = "127.0.0.1"
FIRST, LAST = 21000, 31999


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback interface now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port(preferred: int | None = None, *, avoid: frozenset[int] = frozenset()) -> int:
    """The preferred port if it is free and not to be avoided, else a random free one."""
    if preferred is not None and preferred not in avoid and is_free(preferred):
        return preferred
    while True:
        port = random.randint(FIRST, LAST)  # noqa: S311 - spreading, not secrecy
        if port not in avoid and is_free(port):
            return port


def free_ports(names: tuple[str, ...], remembered: dict[str, int]) -> dict[str, int]:
    """One free port per name, each the remembered one where that is still free."""
    chosen: dict[str, int] = {}
    for name in names:
        chosen[name] = free_port(remembered.get(name), avoid=frozenset(chosen.values()))
    return chosen
