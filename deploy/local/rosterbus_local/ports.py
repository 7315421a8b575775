"""Free ports on loopback, outside the range that the kernel gives to outgoing connections."""

from __future__ import annotations

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path

LOOPBACK = "127.0.0.1"
FIRST, LAST = 21000, 31999
CLAIMS = Path(tempfile.gettempdir()) / f"rosterbus-ports-{os.getuid()}"
"""Between the choice of a port and the moment at which its server listens, another process must not choose it, too."""

_claimed: dict[int, int] = {}


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback interface now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def claim(port: int) -> bool:
    """Whether the port is this process's to give out, until it ends: no other of ours has claimed it."""
    if port in _claimed:
        return True
    CLAIMS.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(CLAIMS / str(port), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    _claimed[port] = descriptor
    return True


def free_port(preferred: int | None = None, *, avoid: frozenset[int] = frozenset()) -> int:
    """The preferred port if it is free and not to be avoided, else a random free one."""
    if preferred is not None and preferred not in avoid and claim(preferred) and is_free(preferred):
        return preferred
    while True:
        port = random.randint(FIRST, LAST)  # noqa: S311 - spreading, not secrecy
        if port not in avoid and claim(port) and is_free(port):
            return port


def free_ports(names: tuple[str, ...], remembered: dict[str, int]) -> dict[str, int]:
    """One free port per name, each the remembered one where that is still free."""
    chosen: dict[str, int] = {}
    for name in names:
        chosen[name] = free_port(remembered.get(name), avoid=frozenset(chosen.values()))
    return chosen
