"""`rosterbus source add | set | show | remove`: one source of a district."""

import json
from typing import Annotated

import typer

from dashboard_api.cli import parts, secrets, source_check
from dashboard_api.cli.choose import the_district
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.settings import AsJson, District, patch_of
from dashboard_api.cli.trouble import Trouble, plainly
from dashboard_api.declare.kinds import KINDS, MODES, SECRETS
from dashboard_api.declare.model import SOURCE_ID

Source = Annotated[str, typer.Argument(help="The source's id.", metavar="[SOURCE]")]
Name = Annotated[str | None, typer.Option(help="What people call it.")]
Keys = Annotated[
    list[str] | None,
    typer.Option("--set", help="base_url=https://…, or sftp.host=… further down; nothing after = takes it out."),
]
Secrets = Annotated[
    list[str] | None,
    typer.Option(help="token=VARIABLE: the environment variable that holds it; token alone: it is asked for."),
]

app = source_check.app


@app.command()
@plainly
def add(
    kind: Annotated[str, typer.Argument(help=f"Its kind: {', '.join(KINDS)}.")],
    id_: Annotated[str | None, typer.Option("--id", help="Its id; without it, the first free one of its kind.")] = None,
    name: Name = None,
    keys: Keys = None,
    secret: Secrets = None,
    district: District = None,
    as_json: AsJson = False,
) -> None:
    """Declare one more source, keys as in a district file; secrets that it needs are asked for. It is then listed."""
    settings = patch_of(keys or [])
    wanted = {"kind": kind, **settings, **secrets.given(secret or (), _needed(kind, settings))}
    client = Client.from_environment()
    place = f"/districts/{the_district(client, district)}/sources"
    answer = parts.add(client, place, id_, {"name": name, "source": wanted})
    added = answer["id"]
    said = f"{added} is added, and asked for its schools. `rosterbus source check --source {added}` tries it out."
    typer.echo(json.dumps(answer["sources"], ensure_ascii=False) if as_json else said)


@app.command("set")
@plainly
def set_(
    source: Source = SOURCE_ID,
    name: Name = None,
    keys: Keys = None,
    secret: Secrets = None,
    district: District = None,
    as_json: AsJson = False,
) -> None:
    """Rename a source, or replace keys and secrets of it; it is then asked for its schools again."""
    if name is None and not secret and not keys:
        raise Trouble("Say what to change: --name, --set base_url=…, or --secret client_secret=VARIABLE.")
    body: Json = {"name": name, "source": patch_of(keys or []) | secrets.given(secret or ())}
    client = Client.from_environment()
    answer = client.patch(f"/districts/{the_district(client, district)}/sources/{source}", body)
    typer.echo(json.dumps(answer["sources"], ensure_ascii=False) if as_json else f"{source} is changed.")


@app.command()
@plainly
def show(source: Source = SOURCE_ID, district: District = None, as_json: AsJson = False) -> None:
    """Show one source, without its secrets."""
    client = Client.from_environment()
    found = client.get(f"/districts/{the_district(client, district)}/sources/{source}")
    parts.tell(found, as_json)


@app.command()
@plainly
def remove(
    source: Annotated[str, typer.Argument(help="The source's id.")], district: District = None, as_json: AsJson = False
) -> None:
    """Take a source out with its schools, of which none may be set up; what they have in Moodle stays."""
    client = Client.from_environment()
    answer = client.delete(f"/districts/{the_district(client, district)}/sources/{source}")
    typer.echo(json.dumps(answer["sources"], ensure_ascii=False) if as_json else f"{source} is taken out.")


def _needed(kind: str, settings: Json) -> list[str]:
    """The secrets that such a source cannot be without."""
    if kind not in KINDS:
        raise Trouble(f"There is no kind {kind}. There is: {', '.join(KINDS)}.")
    model = MODES.get(str(settings.get("mode")), KINDS[kind][0])
    return [name for name, field in model.model_fields.items() if name in SECRETS and field.is_required()]
