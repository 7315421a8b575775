"""Serves an invented district or a CSV package as Wonde: `python -m simulators.wonde --port 8300`."""

import asyncio
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from simulators.generate import PackageError, school_year_of
from simulators.oneroster.origin import Origin
from simulators.wonde.behaviour import Behaviour
from simulators.wonde.keep import load
from simulators.wonde.simulator import WondeSimulator


def main(
    port: Annotated[int, typer.Option(help="Port to listen at; 0 for any free one.")],
    host: str = "127.0.0.1",
    address: Annotated[str, typer.Option(help="Public address, if it is not http://HOST:PORT.")] = "",
    zip: Annotated[Path | None, typer.Option(help="OneRoster CSV package to serve.")] = None,  # noqa: A002 - the flag's name
    seed: Annotated[int | None, typer.Option(help="Serve a generated district in place of the demo one.")] = None,
    schools: int = 3,
    students: Annotated[int, typer.Option(help="Students per school.")] = 100,
    token: str = "only-simulated",  # noqa: S107 - guards invented people only
    state: Annotated[Path | None, typer.Option(help="File in which changes outlast a restart.")] = None,
    behaviour: Annotated[str, typer.Option(help="JSON of fields of Behaviour.")] = "{}",
    mishaps: Annotated[str, typer.Option(help="JSON of fields of Mishaps, on from the start.")] = "{}",
) -> None:
    """Serve until stopped. Mishaps and changes can also be posted to /_simulator/ while it runs."""
    year = school_year_of(datetime.now(UTC).date())
    origin = Origin(school_year=year, package=zip, seed=seed, schools=schools, students=students)
    try:
        simulator = WondeSimulator(
            (load(state, origin.name()) if state is not None else None) or origin.district(),
            msgspec.json.decode(behaviour, type=Behaviour),
            token=token,
            host=host,
            port=port,
            address=address,
            state=state,
            origin=origin.name(),
        )
        simulator.mishaps.set(**msgspec.json.decode(mishaps, type=dict[str, Any]))
        asyncio.run(_serve(simulator))
    except (PackageError, OSError, msgspec.MsgspecError) as error:
        typer.echo(f"The simulated Wonde cannot start: {error}", err=True)
        raise typer.Exit(1) from error


async def _serve(simulator: WondeSimulator) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with simulator:
        typer.echo(f"Wonde at {simulator.base_url}")
        await stopped.wait()


if __name__ == "__main__":
    typer.run(main)
