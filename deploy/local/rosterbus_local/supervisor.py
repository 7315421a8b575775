"""The process that keeps the services: honcho, which starts them together, prefixes their logs and ends them together.

Run as `python -m rosterbus_local.supervisor PLAN`, where PLAN is a JSON list of `{name, argv, env}`. It runs under a
guard (`guard.py`), so it ends with whoever started it.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shlex
import sys

from honcho import manager
from honcho.printer import Printer

# Honcho gives the others 5 s once the first process has ended; a service may take longer to finish what it is doing.
KILL_AFTER_SECONDS = 30


def main() -> int:
    """Run the plan until told to stop or until one of its processes ends, which ends the others."""
    multiprocessing.set_start_method("fork")  # honcho's own processes hold what can't be sent to a new interpreter
    manager.KILL_WAIT = KILL_AFTER_SECONDS
    kept = manager.Manager(Printer(sys.stdout))
    for process in json.loads(sys.argv[1]):
        kept.add_process(process["name"], f"exec {shlex.join(process['argv'])}", env={**os.environ, **process["env"]})
    kept.loop()
    return int(kept.returncode)


if __name__ == "__main__":
    sys.exit(main())
