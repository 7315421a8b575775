"""Where RabbitMQ's programs are, and how they come onto a machine that lets us install them."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rosterbus_local.commands import run
from rosterbus_local.errors import LocalError

# Debian's /usr/sbin/rabbitmq-server insists on an account of its own; these are the scripts behind it.
PLACES = (Path("/usr/lib/rabbitmq/bin"),)
EPMD_PLACES = "/usr/bin:/usr/local/bin:/usr/lib/erlang/bin"
MISSING = (
    "RabbitMQ is missing, and {why}. Two ways out: install it (`apt-get install rabbitmq-server`), or run the whole "
    "system in containers (`docker compose up`). A broker elsewhere serves too: set ROSTERBUS_AMQP_URL."
)
# While this script is in place, Debian's packages install their services without starting them.
POLICY = Path("/usr/sbin/policy-rc.d")
INSTALL = f"""\
set -e
if [ ! -e {POLICY} ]; then
    printf '#!/bin/sh\\nexit 101\\n' > {POLICY}
    chmod 755 {POLICY}
    trap 'rm -f {POLICY}' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends rabbitmq-server
"""


@dataclass(frozen=True)
class RabbitPrograms:
    """The broker's start script and Erlang's port mapper."""

    server: Path
    epmd: Path


def find_rabbitmq(places: Sequence[Path] = PLACES, *, may_install: bool = True) -> RabbitPrograms:
    """RabbitMQ's programs; installs Debian's package if it is missing and that is allowed. Raises LocalError."""
    found = _look_in(places)
    if found is None and may_install:
        install_rabbitmq()
        found = _look_in(places)
    if found is None:
        raise LocalError(MISSING.format(why="it was not installed"))
    return found


def install_rabbitmq() -> None:
    """Install Debian's package without starting the system's broker. Raises LocalError where that can't be done."""
    words = _as_root()
    if words is None or shutil.which("apt-get") is None:
        raise LocalError(MISSING.format(why="this account may not install packages"))
    sys.stderr.write("Installing RabbitMQ (apt-get install rabbitmq-server); this takes a minute ...\n")
    done = run([*words, "sh", "-c", INSTALL])
    if done.returncode != 0:
        raise LocalError(MISSING.format(why="its installation failed") + f"\n{done.stderr[-1000:]}")


def _as_root() -> list[str] | None:
    """The words before a command that has to run as root; None if we can't."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    return ["sudo", "-n"] if run(["sudo", "-n", "true"]).returncode == 0 else None


def _look_in(places: Sequence[Path]) -> RabbitPrograms | None:
    epmd = shutil.which("epmd", path=f"{os.environ.get('PATH', '')}:{EPMD_PLACES}")
    if epmd is None:
        return None
    servers = [place / "rabbitmq-server" for place in places if (place / "rabbitmq-server").exists()]
    return RabbitPrograms(servers[0], Path(epmd)) if servers else None
