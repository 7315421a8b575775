"""Serves an invented district or a CSV package as Wonde: `python -m simulators.wonde --port 8300`."""

from typing import Annotated

import msgspec
import typer

from simulators.shared.command import (
    Address,
    Mishaps,
    Package,
    Port,
    Seed,
    State,
    Students,
    fields_in,
    saying_why,
    serve,
)
from simulators.shared.keep import load
from simulators.shared.origin import Origin
from simulators.wonde.behaviour import Behaviour
from simulators.wonde.keep import KeptRoster
from simulators.wonde.simulator import WondeSimulator


def main(
    port: Port,
    host: str = "127.0.0.1",
    address: Address = "",
    zip: Package = None,  # noqa: A002 - the flag's name
    seed: Seed = None,
    schools: int = 3,
    students: Students = 100,
    token: str = "only-simulated",  # noqa: S107 - guards invented people only
    state: State = None,
    behaviour: Annotated[str, typer.Option(help="JSON of fields of Behaviour.")] = "{}",
    mishaps: Mishaps = "{}",
) -> None:
    """Serve until stopped. Mishaps and changes can also be posted to /_simulator/ while it runs."""
    origin = Origin(package=zip, seed=seed, schools=schools, students=students)
    with saying_why("Wonde"):
        kept = load(state, origin.name(), KeptRoster)
        wonde = WondeSimulator(
            kept.roster if kept else origin.district(),
            msgspec.json.decode(behaviour, type=Behaviour),
            token=token,
            host=host,
            port=port,
            address=address,
            state=state,
            origin=origin.name(),
        )
        wonde.mishaps.set(**fields_in(mishaps))
        serve(wonde, lambda: f"Wonde at {wonde.base_url}")


if __name__ == "__main__":
    typer.run(main)
