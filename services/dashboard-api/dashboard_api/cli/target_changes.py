"""`rosterbus target add | set | show | remove`: one Moodle site of a district."""

import json
from typing import Annotated, Any

import typer

from dashboard_api.cli import parts, secrets, targets
from dashboard_api.cli.choose import the_district
from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.settings import AsJson, District
from dashboard_api.cli.targets import TargetId
from dashboard_api.cli.trouble import Trouble, plainly

Token = Annotated[str | None, typer.Option("--token-env", help="The environment variable that holds its token.")]
Auth = Annotated[str | None, typer.Option(help="How people sign in there: Moodle's plugin, such as oauth2.")]
Parallel = Annotated[int | None, typer.Option(help="Syncs into it at once at the most.")]
Roles = Annotated[list[str] | None, typer.Option(help="student=5; nothing after = takes the role out.")]

app = targets.app


@app.command()
@plainly
def add(
    base_url: Annotated[str, typer.Argument(help="Its address.", metavar="ADDRESS")],
    name: Annotated[str, typer.Option(help="Its name.")],
    role: Annotated[list[str], typer.Option(help="student=5: the id of the role in this Moodle; once for each role.")],
    token_env: Token = None,
    user_auth: Auth = None,
    max_parallel: Parallel = None,
    id_: Annotated[str | None, typer.Option("--id", help="Its id; without it, the first free one.")] = None,
    district: District = None,
    as_json: AsJson = False,
) -> None:
    """Declare one more Moodle site. Its token is asked for, unless a variable holds it."""
    token = secrets.from_environment(token_env) if token_env else secrets.typed("token", "--token-env")
    body = _body(base_url=base_url, name=name, token=token, user_auth=user_auth, max_parallel=max_parallel, role=role)
    client = Client.from_environment()
    place = f"/districts/{the_district(client, district)}/targets"
    answer = parts.add(client, place, id_, body)
    said = f"{answer['id']} is added. `rosterbus target check {answer['id']}` looks at it."
    typer.echo(json.dumps(answer["targets"], ensure_ascii=False) if as_json else said)


@app.command("set")
@plainly
def set_(
    target: TargetId = "main",
    name: Annotated[str | None, typer.Option(help="Its name.")] = None,
    base_url: Annotated[str | None, typer.Option(help="Its address.")] = None,
    token_env: Token = None,
    ask_token: Annotated[bool, typer.Option("--ask-token", help="Its token is asked for.")] = False,
    user_auth: Auth = None,
    max_parallel: Parallel = None,
    role: Roles = None,
    district: District = None,
    as_json: AsJson = False,
) -> None:
    """Change a Moodle site: name, address, token, how people sign in, roles."""
    token = secrets.from_environment(token_env) if token_env else None
    if ask_token:
        token = secrets.typed("token", "--token-env")
    body = _body(name=name, base_url=base_url, token=token, user_auth=user_auth, max_parallel=max_parallel, role=role)
    if not body:
        raise Trouble("Say what to change. `rosterbus target set --help` lists it.")
    client = Client.from_environment()
    answer = client.patch(f"/districts/{the_district(client, district)}/targets/{target}", body)
    typer.echo(json.dumps(answer["targets"], ensure_ascii=False) if as_json else f"{target} is changed.")


@app.command()
@plainly
def show(target: TargetId = "main", district: District = None, as_json: AsJson = False) -> None:
    """Show one Moodle site, without its token."""
    client = Client.from_environment()
    parts.tell(client.get(f"/districts/{the_district(client, district)}/targets/{target}"), as_json)


@app.command()
@plainly
def remove(
    target: Annotated[str, typer.Argument(help="The target's id.")], district: District = None, as_json: AsJson = False
) -> None:
    """Take a Moodle site out, for which no school is set up and with which no device syncs; what is in it stays."""
    client = Client.from_environment()
    answer = client.delete(f"/districts/{the_district(client, district)}/targets/{target}")
    typer.echo(json.dumps(answer["targets"], ensure_ascii=False) if as_json else f"{target} is taken out.")


def _body(role: list[str] | None, **values: Any) -> Json:
    """What was given; a role without an id is null."""
    body: Json = {key: value for key, value in values.items() if value is not None}
    if role:
        body["roles"] = {one.partition("=")[0]: one.partition("=")[2] or None for one in role}
    return body
