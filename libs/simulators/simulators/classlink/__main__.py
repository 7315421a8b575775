"""Serves an invented district or a CSV package as ClassLink does: `python -m simulators.classlink --port 8150`."""

import asyncio
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from simulators.classlink.simulator import APPLICATION_ID, ClassLinkSimulator
from simulators.generate import PackageError, school_year_of
from simulators.oneroster.behaviour import Version
from simulators.oneroster.keep import load
from simulators.oneroster.origin import Origin


def main(
    port: Annotated[int, typer.Option(help="Port to listen at; 0 for any free one.")],
    host: str = "127.0.0.1",
    address: Annotated[str, typer.Option(help="Public address, if it is not http://HOST:PORT.")] = "",
    version: Annotated[Version, typer.Option(help="OneRoster version to speak.")] = "1.1",
    zip: Annotated[Path | None, typer.Option(help="CSV package to serve.")] = None,  # noqa: A002 - the flag's name
    seed: Annotated[int | None, typer.Option(help="Serve a generated district in place of the demo one.")] = None,
    schools: int = 3,
    students: Annotated[int, typer.Option(help="Students per school.")] = 100,
    client_id: Annotated[str, typer.Option(help="Consumer key of the Roster Server.")] = "rosterbus",
    client_secret: str = "only-simulated",  # noqa: S107 - guards invented people only
    token: Annotated[str, typer.Option(help="Access token of the proxy.")] = "only-simulated-token",  # noqa: S107
    application_id: Annotated[str, typer.Option(help="Percent-encoded id at the proxy.")] = APPLICATION_ID,
    granted: Annotated[bool, typer.Option(help="Whether access is granted from the start.")] = True,
    state: Annotated[Path | None, typer.Option(help="File in which changes outlast a restart.")] = None,
    mishaps: Annotated[str, typer.Option(help="JSON of fields of Mishaps, on from the start.")] = "{}",
) -> None:
    """Serve until stopped. Mishaps, changes and `granted` can also be posted to /_simulator/ while it runs."""
    year = school_year_of(datetime.now(UTC).date())
    origin = Origin(school_year=year, package=zip, seed=seed, schools=schools, students=students)
    try:
        simulator = ClassLinkSimulator(
            (load(state, origin.name()) if state is not None else None) or origin.district(),
            version,
            granted=granted,
            token=token,
            application_id=application_id,
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
        typer.echo(f"The simulated ClassLink cannot start: {error}", err=True)
        raise typer.Exit(1) from error


async def _serve(simulator: ClassLinkSimulator) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with simulator:
        typer.echo(f"Roster Server at {simulator.base_url}, proxy at {simulator.proxied_url}")
        await stopped.wait()


if __name__ == "__main__":
    typer.run(main)
