"""How a command names one record: `class:ID` or `user:ID`."""

from dashboard_api.cli.client import Json
from dashboard_api.cli.trouble import Trouble


def record_of(text: str) -> Json:
    """The record as the API takes it. Raises `Trouble` for anything else."""
    entity, _, key = text.partition(":")
    if entity not in ("user", "class") or not key:
        raise Trouble(f"{text} names no record. Write class:ID or user:ID, with the id at the source.")
    return {"entity": entity, "key": key}
