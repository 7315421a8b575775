"""What the commands `python -m simulators.…` have in common: options, and serving until told to stop."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from simulators.generate import PackageError
from simulators.shared.simulator import Simulator
from simulators.shared.stopping import told_to_stop

Port = Annotated[int, typer.Option(help="Port to listen at; 0 for any free one.")]
Address = Annotated[str, typer.Option(help="Public address, if it is not http://HOST:PORT.")]
Package = Annotated[Path | None, typer.Option(help="OneRoster CSV package to serve.")]
Seed = Annotated[int | None, typer.Option(help="Serve a generated district in place of the demo one.")]
Students = Annotated[int, typer.Option(help="Students per school.")]
State = Annotated[Path | None, typer.Option(help="File in which changes outlast a restart.")]
Mishaps = Annotated[str, typer.Option(help="JSON of fields of Mishaps, on from the start.")]


def fields_in(text: str) -> dict[str, Any]:
    """Read an option that is a JSON object; msgspec.DecodeError or ValidationError if it is none."""
    return msgspec.json.decode(text, type=dict[str, Any])


@contextmanager
def saying_why(name: str) -> Iterator[None]:
    """If what `name` says cannot start, say why in one line and exit with 1."""
    try:
        yield
    except (PackageError, OSError, msgspec.MsgspecError) as error:
        typer.echo(f"The simulated {name} cannot start: {error}", err=True)
        raise typer.Exit(1) from error


def serve(simulator: Simulator, where: Callable[[], str]) -> None:
    """Serve until SIGINT or SIGTERM; once it can be asked, `where` gives the line that says so."""

    async def serving() -> None:
        stopped = told_to_stop()
        async with simulator:
            typer.echo(where())
            await stopped.wait()

    asyncio.run(serving())
