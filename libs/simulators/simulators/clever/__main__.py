"""Serves an invented district or a CSV package as Clever does: `python -m simulators.clever --port 8110`."""

from typing import Annotated

import msgspec
import typer

from simulators.clever.behaviour import Behaviour
from simulators.clever.keep import KeptDistrict
from simulators.clever.simulator import CleverSimulator
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
    zip: Package = None,  # noqa: A002 - the flag's name
    seed: Seed = None,
    schools: int = 3,
    students: Students = 100,
    client_id: str = "rosterbus",
    client_secret: str = "only-simulated",  # noqa: S107 - guards invented people only
    state: State = None,
    behaviour: Annotated[str, typer.Option(help="JSON of fields of Behaviour.")] = "{}",
    mishaps: Mishaps = "{}",
) -> None:
    """Serve until stopped. Mishaps and changes can also be posted to /_simulator/ while it runs."""
    origin = Origin(package=zip, seed=seed, schools=schools, students=students)
    with saying_why("Clever"):
        clever = CleverSimulator(
            load(state, origin.name(), KeptDistrict) or origin.district(),
            msgspec.json.decode(behaviour, type=Behaviour),
            client_id=client_id,
            client_secret=client_secret,
            host=host,
            port=port,
            address=address,
            state=state,
            origin=origin.name(),
        )
        clever.mishaps.set(**fields_in(mishaps))
        serve(clever, lambda: f"Clever at {clever.base_url}, district {clever.district_id}, token {clever.token}")


if __name__ == "__main__":
    typer.run(main)
