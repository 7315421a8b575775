"""`python -m simulators.moodle`: the simulator as a process of its own."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from simulators.moodle.server import MoodleSimulator
from simulators.shared.stopping import told_to_stop


def main(
    token: Annotated[str, typer.Option(help="The web-service token that clients must send.")],
    port: Annotated[int, typer.Option(help="0 takes any free port.")] = 0,
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    state: Annotated[Path | None, typer.Option(help="File that keeps the contents.")] = None,
    cost_ms_per_record: Annotated[float, typer.Option(min=0)] = 0.0,
    latency_ms: Annotated[float, typer.Option(min=0)] = 0.0,
    max_input_vars: Annotated[int, typer.Option(min=1, help="Form fields read of a request.")] = 1000,
    debug: Annotated[bool, typer.Option(help="Let failures carry debuginfo.")] = False,
) -> None:
    """Serve a simulated Moodle until SIGTERM or Ctrl-C."""
    options = {
        "host": host,
        "port": port,
        "state": state,
        "cost_ms_per_record": cost_ms_per_record,
        "latency_ms": latency_ms,
        "max_input_vars": max_input_vars,
        "debug": debug,
        "keep_requests": 0,
    }
    try:
        asyncio.run(_serve(token, options))
    except (ValueError, OSError) as error:
        typer.echo(f"The simulated Moodle can't start: {error}", err=True)
        raise typer.Exit(1) from error


async def _serve(token: str, options: dict[str, Any]) -> None:
    stopped = told_to_stop()
    async with MoodleSimulator(token, **options) as moodle:
        typer.echo(f"simulated Moodle ready at {moodle.base_url}")
        await stopped.wait()


if __name__ == "__main__":
    typer.run(main)
