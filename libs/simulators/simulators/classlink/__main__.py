"""Serves an invented district or a CSV package as ClassLink does: `python -m simulators.classlink --port 8150`."""

from typing import Annotated

import typer

from simulators.classlink.simulator import APPLICATION_ID, ClassLinkSimulator
from simulators.oneroster.behaviour import Version
from simulators.oneroster.keep import KeptDistrict
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
    version: Annotated[Version, typer.Option(help="OneRoster version to speak.")] = "1.1",
    zip: Package = None,  # noqa: A002 - the flag's name
    seed: Seed = None,
    schools: int = 3,
    students: Students = 100,
    client_id: Annotated[str, typer.Option(help="Consumer key of the Roster Server.")] = "rosterbus",
    client_secret: str = "only-simulated",  # noqa: S107 - guards invented people only
    token: Annotated[str, typer.Option(help="Access token of the proxy.")] = "only-simulated-token",  # noqa: S107
    application_id: Annotated[str, typer.Option(help="Percent-encoded id at the proxy.")] = APPLICATION_ID,
    granted: Annotated[bool, typer.Option(help="Whether access is granted from the start.")] = True,
    state: State = None,
    mishaps: Mishaps = "{}",
) -> None:
    """Serve until stopped. Mishaps, changes and `granted` can also be posted to /_simulator/ while it runs."""
    origin = Origin(package=zip, seed=seed, schools=schools, students=students)
    with saying_why("ClassLink"):
        kept = load(state, origin.name(), KeptDistrict)
        classlink = ClassLinkSimulator(
            kept.district if kept else origin.district(),
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
        classlink.mishaps.set(**fields_in(mishaps))
        serve(classlink, lambda: f"Roster Server at {classlink.base_url}, proxy at {classlink.proxied_url}")


if __name__ == "__main__":
    typer.run(main)
