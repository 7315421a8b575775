"""Serves an invented district or a CSV package by OneRoster: `python -m simulators.oneroster --port 8100`."""

import asyncio
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from simulators.generate import PackageError, school_year_of
from simulators.oneroster.behaviour import Version, behaviour_of
from simulators.oneroster.keep import load
from simulators.oneroster.origin import Origin
from simulators.oneroster.simulator import OneRosterSimulator


def main(
    port: Annotated[int, typer.Option(help="Port to listen at; 0 for any free one.")],
    host: str = "127.0.0.1",
    address: Annotated[str, typer.Option(help="Public address, if it is not http://HOST:PORT.")] = "",
    version: Annotated[Version, typer.Option(help="OneRoster version to speak.")] = "1.2",
    zip: Annotated[Path | None, typer.Option(help="CSV package to serve.")] = None,  # noqa: A002 - the flag's name
    seed: Annotated[int | None, typer.Option(help="Serve a generated district in place of the demo one.")] = None,
    schools: int = 3,
    students: Annotated[int, typer.Option(help="Students per school.")] = 100,
    client_id: str = "rosterbus",
    client_secret: str = "only-simulated",  # noqa: S107 - guards invented people only
    state: Annotated[Path | None, typer.Option(help="File in which changes outlast a restart.")] = None,
    behaviour: Annotated[str, typer.Option(help="Fields of Behaviour as JSON, or rosterhub or edfi.")] = "{}",
    mishaps: Annotated[str, typer.Option(help="JSON of fields of Mishaps, on from the start.")] = "{}",
) -> None:
    """Serve until stopped. Mishaps and changes can also be posted to /_simulator/ while it runs."""
    year = school_year_of(datetime.now(UTC).date())
    origin = Origin(school_year=year, package=zip, seed=seed, schools=schools, students=students)
    try:
        simulator = OneRosterSimulator(
            (load(state, origin.name()) if state is not None else None) or origin.district(),
            version,
            behaviour_of(behaviour),
            client_id=client_id,
            client_secret=client_secret,
            host=host,
            port=port,
            address=address,
            state=state,
            origin=origin.name(),
        )
        simulator.mishaps.set(**msgspec.json.decode(mishaps, type=dict[str, Any]))
        asyncio.run(_serve(simulator))
    except (PackageError, OSError, msgspec.MsgspecError) as error:
        typer.echo(f"The simulated OneRoster server cannot start: {error}", err=True)
        raise typer.Exit(1) from error


async def _serve(simulator: OneRosterSimulator) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with simulator:
        typer.echo(f"OneRoster {simulator.version} at {simulator.base_url}, tokens at {simulator.token_url}")
        await stopped.wait()


if __name__ == "__main__":
    typer.run(main)
