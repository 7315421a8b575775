"""`make demo`: the whole product on this machine, with the outside world simulated."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from rosterbus_local import processes
from rosterbus_local.demo_district import OPERATOR, write_district
from rosterbus_local.demo_state import DEMO_FOLDER, DemoState, address, demo_folder, load_demo, save_demo
from rosterbus_local.demo_steps import Operator, moodle_holds
from rosterbus_local.demo_story import tell_story
from rosterbus_local.demo_system import demo_environment, demo_processes
from rosterbus_local.errors import LocalError
from rosterbus_local.keeper import Group
from rosterbus_local.servers import ensure_servers
from rosterbus_local.state import lock_folder

FOLLOW_SECONDS = 0.2


@dataclass(frozen=True)
class Demo:
    """A running demo."""

    state: DemoState
    folder: Path
    group: Group
    operator: Operator
    console: Console

    @property
    def log(self) -> Path:
        """The prefixed log of all processes."""
        return self.folder / "demo.log"


def show(package: Path | None, console: Console) -> int:
    """Start the demo, sync, say where to look, then follow the logs until Ctrl-C; the exit code. Raises LocalError."""
    with running_demo(package, console) as demo:
        sync_once(demo, mode=None)
        if package is None and not demo.state.story_told:
            with console.status("Some days pass in the district …"):
                tell_story(demo.state, demo.operator)
            demo.state.story_told = True
            save_demo(demo.folder, demo.state)
        tell_where(demo)
        with suppress(KeyboardInterrupt):
            follow(demo)
            return demo.group.wait()
    return 0


def run_once(package: Path | None, mode: str | None, console: Console) -> int:
    """Start the demo, run one sync, print its summary with a JSON object as the last line; 1 if anything failed."""
    with running_demo(package, console) as demo:
        summary, failed = sync_once(demo, mode)
    print(json.dumps(summary), flush=True)  # noqa: T201 - the command's result
    return 1 if failed else 0


def reset(folder: Path = DEMO_FOLDER) -> None:
    """Forget every demo. Raises LocalError while one runs."""
    with ExitStack() as stack:
        for state in folder.rglob("demo.json"):
            stack.callback(os.close, lock_folder(state.parent, patience=1))
        if folder.exists():
            shutil.rmtree(folder)


@contextmanager
def running_demo(package: Path | None, console: Console) -> Iterator[Demo]:
    """Servers, simulators and services, ready, with an operator and a declared district; all stopped at the end."""
    package = package and package.resolve()
    if package is not None and not package.exists():
        raise LocalError(f"There is no OneRoster package at {package}.")
    folder = demo_folder(package)
    lock = lock_folder(folder, patience=5)
    state = load_demo(folder)
    with console.status("Starting PostgreSQL and RabbitMQ …"):
        servers = ensure_servers(folder, durable=True)
    with servers:
        env = demo_environment(state, servers)
        planned = demo_processes(state, folder, package)
        group = processes.start(planned, env=env, lock=lock, log=folder / "demo.log")
        try:
            with console.status("Starting the services …"):
                processes.wait_until_ready(group, planned)
            operator = Operator(state, folder, env)
            operator.sign_up()
            operator.declare(write_district(state, folder, package))
            yield Demo(state, folder, group, operator, console)
        finally:
            with console.status("Stopping …"):
                group.stop()
                servers.stop()


def sync_once(demo: Demo, mode: str | None) -> tuple[dict[str, float], bool]:
    """One sync, a full one the first time; its summary, and whether anything failed."""
    mode = mode or ("partial" if demo.state.fully_synced else "full")
    calls_before = moodle_holds(demo.state)["calls"]
    report = demo.operator.synchronise(mode)
    held = moodle_holds(demo.state)
    failed = bool(report["failed"]) or not report["runs"]
    if mode == "full" and not failed:
        demo.state.fully_synced = True
        save_demo(demo.folder, demo.state)
    summary = {
        "schools": len(report["runs"]),
        **{what: held[what] for what in ("users", "courses", "enrolments")},
        "moodle_calls": held["calls"] - calls_before,
        "errors": sum(run["errors"] for run in report["runs"]),
        "seconds": report["seconds"],
    }
    return summary, failed


def tell_where(demo: Demo) -> None:
    """Say where to look and how to sign in."""
    lines = [
        ("Dashboard", address(demo.state, "dashboard-api")),
        ("  sign in as", OPERATOR),
        ("  password", demo.state.operator_password),
        ("Simulated Moodle", address(demo.state, "moodle")),
        ("Mails", address(demo.state, "mail-page")),
        ("Logs", str(demo.log)),
    ]
    demo.console.print()
    for label, value in lines:
        demo.console.print(f"{label:18} [bold]{value}[/bold]", highlight=False, soft_wrap=True)
    demo.console.print("\nCtrl-C stops it; `make demo` goes on where it was, `make demo-reset` forgets.\n")


def follow(demo: Demo) -> None:
    """Show the logs as they grow, until the processes end."""
    with demo.log.open(errors="replace") as log:
        log.seek(0, os.SEEK_END)
        while demo.group.running:
            for line in log:
                demo.console.out(line, end="", highlight=False)
            time.sleep(FOLLOW_SECONDS)
