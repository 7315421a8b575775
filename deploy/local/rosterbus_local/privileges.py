"""PostgreSQL refuses to run as root; this is how root runs it as `nobody`, without giving more away than needed."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from pathlib import Path

UNPRIVILEGED = "nobody"


def drop_privileges(*places: Path) -> list[str]:
    """The words to put before a command so that it runs unprivileged; none for a plain user.

    Where a folder above one of the places is closed to others (a checkout in /root), the command keeps the one
    capability that lets it pass. Its effect on access(2), by which PostgreSQL looks for its own programs, is lost
    with the change of user unless `no_setuid_fixup` says otherwise.
    """
    if os.geteuid() != 0:
        return []
    account = pwd.getpwnam(UNPRIVILEGED)
    words = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    if not all(_open_to_others(place) for place in places):
        words += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]
    return words


def give_to_unprivileged(folder: Path) -> None:
    """Make the folder, with what is in it, belong to the account that servers run as."""
    if os.geteuid() != 0:
        return
    shutil.chown(folder, UNPRIVILEGED)
    for inside in folder.rglob("*"):
        shutil.chown(inside, UNPRIVILEGED)


def _open_to_others(place: Path) -> bool:
    above = {*place.absolute().parents, *place.resolve().parents}
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in above)
