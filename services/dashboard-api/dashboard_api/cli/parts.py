"""What `rosterbus source` and `rosterbus target` have in common: parts of a district are added and shown."""

import json

import typer
import yaml

from dashboard_api.cli.client import Client, Json
from dashboard_api.cli.trouble import CONFLICT, Trouble


def add(client: Client, place: str, id_: str | None, body: Json) -> Json:
    """Add a part where parts are (`/districts/{id}/sources`), under the first free id, or under this one if it is free.

    Gives its `id` and all parts. Raises `Trouble` for an id that is taken.
    """
    if id_ is None:
        return client.post(place, body)
    kind = place.rpartition("/")[2]
    if any(one["id"] == id_ for one in client.get(place)[kind]):
        noun = kind.removesuffix("s")
        raise Trouble(f"There is a {noun} {id_} already. Change it with `rosterbus {noun} set {id_}`.", CONFLICT)
    return {"id": id_, **client.put(f"{place}/{id_}", body)}


def tell(found: Json, as_json: bool) -> None:
    """Show one part."""
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        typer.echo(yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=120), nl=False)
