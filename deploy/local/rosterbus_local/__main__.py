"""The commands behind `make demo`, `make demo-reset` and `make up`."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from rosterbus_local import demo as demos
from rosterbus_local.errors import LocalError
from rosterbus_local.processes import REPOSITORY, STATE_FOLDER
from rosterbus_local.up import up as run_services

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_show_locals=False)
console = Console(stderr=True)
TERMINATED = 143


@app.command()
def demo(
    package: Annotated[Path | None, typer.Option("--zip", help="A OneRoster CSV package to show.")] = None,
    once: Annotated[bool, typer.Option(help="Run one sync and end.")] = False,
    mode: Annotated[str | None, typer.Option(help="full or partial, with --once.")] = None,
) -> None:
    """Show the product with the outside world simulated."""
    raise typer.Exit(demos.run_once(package, mode, console) if once else demos.show(package, console))


@app.command()
def demo_reset() -> None:
    """Forget all that the demo holds."""
    demos.reset()


@app.command()
def up() -> None:
    """Run the five services against the settings of the environment and of `.env`."""
    raise typer.Exit(run_services(STATE_FOLDER / "up", REPOSITORY / ".env", console))


def main() -> None:
    """Run a command; every way out passes the clean-up of what was started."""
    signal.signal(signal.SIGTERM, _end)
    try:
        app()
    except LocalError as error:
        console.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(TERMINATED)


if __name__ == "__main__":
    main()
