"""CSV on standard output, as the API writes it."""

import os
import sys
from typing import Annotated, Literal

import typer

from dashboard_api.cli.client import Client

AsCsv = Annotated[bool, typer.Option("--csv", help="All of it as CSV.")]
Bom = Annotated[bool, typer.Option("--bom", help="CSV begins with the mark by which Excel knows UTF-8.")]
Separator = Annotated[Literal["comma", "semicolon"], typer.Option(help="What stands between the cells of CSV.")]


def write_csv(client: Client, path: str, bom: bool, separator: str, **query: object) -> None:
    """Copy the answer to standard output; whoever reads it may stop early."""
    try:
        client.copy(path, sys.stdout.buffer, bom=bom or None, separator=separator, **query)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
