"""Serves an invented district or a CSV package by OneRoster: `python -m simulators.oneroster --port 8100`."""

from typing import Annotated

import typer

from simulators.oneroster.behaviour import Version, behaviour_of
from simulators.oneroster.keep import KeptDistrict
from simulators.oneroster.simulator import OneRosterSimulator
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


def main(
    port: Port,
    host: str = "127.0.0.1",
    address: Address = "",
    version: Annotated[Version, typer.Option(help="OneRoster version to speak.")] = "1.2",
    zip: Package = None,  # noqa: A002 - the flag's name
    seed: Seed = None,
    schools: int = 3,
    students: Students = 100,
    client_id: str = "rosterbus",
    client_secret: str = "only-simulated",  # noqa: S107 - guards invented people only
    state: State = None,
    behaviour: Annotated[str, typer.Option(help="Fields of Behaviour as JSON, or rosterhub or edfi.")] = "{}",
    mishaps: Mishaps = "{}",
) -> None:
    """Serve until stopped. Mishaps and changes can also be posted to /_simulator/ while it runs."""
    origin = Origin(package=zip, seed=seed, schools=schools, students=students)
    with saying_why("OneRoster server"):
        kept = load(state, origin.name(), KeptDistrict)
        sis = OneRosterSimulator(
            kept.district if kept else origin.district(),
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
        sis.mishaps.set(**fields_in(mishaps))
        serve(sis, lambda: f"OneRoster {sis.version} at {sis.base_url}, tokens at {sis.token_url}")


if __name__ == "__main__":
    typer.run(main)
