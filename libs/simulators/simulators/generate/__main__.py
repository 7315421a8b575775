"""Writes an invented district as a OneRoster CSV package: `python -m simulators.generate district.zip`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from simulators.generate import Quirks, generate, school_year_of, write_csv_package


def main(
    path: Path,
    version: Annotated[str, typer.Option(help="OneRoster version of the package: 1.1 or 1.2.")] = "1.1",
    seed: int = 1,
    schools: int = 3,
    students: Annotated[int, typer.Option(help="Students per school.")] = 100,
    quirks: Annotated[float, typer.Option(help="Share of people to spoil in each way, such as 0.001.")] = 0.0,
) -> None:
    """Write an invented district to PATH; the same options give the same people."""
    planted = Quirks.share(quirks, schools * students) if quirks else None
    year = school_year_of(datetime.now(UTC).date())
    district = generate(seed, schools, students, planted, school_year=year)
    write_csv_package(district, path, version)
    typer.echo(f"{path}: " + ", ".join(f"{number} {name}" for name, number in district.counts().items()))


if __name__ == "__main__":
    typer.run(main)
