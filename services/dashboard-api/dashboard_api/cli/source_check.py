"""`rosterbus source check`: tries out the sources of a district file, before or after it is applied."""

import json
from pathlib import Path
from time import monotonic, sleep
from typing import Annotated, Any

import typer
from rich.console import Console

from dashboard_api.cli import district_file
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.show_check import show
from dashboard_api.cli.trouble import FAILED, Trouble, plainly
from dashboard_api.declare.kinds import split
from dashboard_api.declare.model import Declaration
from dashboard_api.words.amounts import count

EVERY_SECONDS = 0.5

app = typer.Typer(help="Look at sources.", no_args_is_help=True)


@app.command()
@plainly
def check(
    file: Annotated[Path, typer.Option("--file", "-f", help="The district file (YAML).")],
    source: Annotated[str | None, typer.Option(help="Only this source, where there are several.")] = None,
    school: Annotated[str | None, typer.Option(help="Read this school, by its id at the source.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for each source.")] = False,
    timeout: Annotated[float | None, typer.Option(help="Seconds to wait at the most.")] = None,
) -> None:
    """Try sources out without a sync: list their schools, and read one. The exit code is 1 if one cannot be used."""
    body = district_file.load(file, needed=lambda part: _is_checked(part, source))
    declaration = Declaration.model_validate(body)
    bodies = _bodies(declaration, source, school)
    client, console = Client.from_environment(), Console()
    ids = {name: client.post("/source-checks", body)["id"] for name, body in bodies.items()}
    end = None if timeout is None else monotonic() + timeout
    usable = True
    for name, id_ in ids.items():
        with Console(stderr=True).status(f"Reading {name} …"):
            done = _wait(client, name, id_, end)
        if as_json:
            typer.echo(json.dumps({"source": name, **done["report"]}, ensure_ascii=False))
        else:
            show(console, name, done, declaration.district.locale)
        usable = usable and done["report"]["usable"]
    if not usable:
        raise typer.Exit(FAILED)


def _is_checked(part: str, wanted: str | None) -> bool:
    """Whether a part of the file is a source that is tried out; the secrets of the others need not be at hand."""
    return part == "source" or (part.startswith("sources.") and wanted in (None, part.removeprefix("sources.")))


def _bodies(declaration: Declaration, wanted: str | None, school: str | None) -> dict[str, Json]:
    """What to send for each source, by the source's id."""
    sources = declaration.sources_by_id
    if wanted is not None and wanted not in sources:
        raise Trouble(f"The file declares no source {wanted}. It declares {', '.join(sources)}.")
    chosen = {id_: one for id_, one in sources.items() if wanted in (None, id_)}
    if school is not None and len(chosen) > 1:
        raise Trouble(f"The file declares {count(len(chosen), 'source')}; say with --source whose school {school} is.")
    district = declaration.district
    return {
        id_: {"district": district.id, "pool": district.pool, "source": _as_declared(one), "school": school}
        for id_, one in chosen.items()
    }


def _as_declared(source: Any) -> Json:
    settings, secrets = split(source)
    return {"kind": source.kind, **settings, **secrets}


def _wait(client: Client, name: str, id_: str, end: float | None) -> Json:
    """The check once it is done. Raises `Trouble` if nobody makes it, or not in time."""
    while True:
        found = client.get(f"/source-checks/{id_}")
        if found["state"] == "done":
            return found
        if found["state"] == "unanswered":
            raise Trouble(
                f"No roster-fetcher has answered about {name} for ten minutes. Check that one runs and serves the pool "
                f"{found['pool']}, then check again.",
                FAILED,
            )
        if end is not None and monotonic() > end:
            raise Trouble(f"There is no answer about {name} yet. Wait longer, or look at roster-fetcher.", FAILED)
        sleep(EVERY_SECONDS)
