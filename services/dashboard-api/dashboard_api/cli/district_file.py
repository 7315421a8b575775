"""The district file: YAML, with secrets named by environment variable or file, and resolved on this machine."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from dashboard_api.cli.trouble import Trouble
from dashboard_api.declare.kinds import SECRETS
from dashboard_api.declare.mistakes import mistakes_in
from dashboard_api.declare.model import Declaration

LOCAL_PLACES = ("path", "folder")
"""Keys of a source that name something on a disk."""
NOT_NEEDED = "not needed"
Part = tuple[str, dict[str, Any], tuple[str, ...]]
"""A part of the file that holds secrets: its name in sentences, its keys, the names of its secrets."""


def load(
    path: Path, environment: Mapping[str, str] = os.environ, *, needed: Callable[[str], bool] = lambda part: True
) -> dict[str, Any]:
    """The declaration as the API takes it, checked. Raises `Trouble` with a sentence for each mistake.

    `needed` says of which parts the secrets are (`target`, `source`, `sources.<id>`); in others `NOT_NEEDED` stands.
    """
    body = _read(path)
    parts = list(_parts(body))
    for part, values, names in parts:
        if not needed(part):
            _leave_out(values, names)
    mistakes = [
        mistake
        for part, values, names in parts
        for name in names
        if needed(part)
        for mistake in _resolve(part, name, values, path.parent, environment)
    ]
    if mistakes:
        raise _trouble(path, mistakes)
    for _, source in _sources(body):
        _make_absolute(source, path.parent)
    try:
        Declaration.model_validate(body)
    except ValidationError as error:
        raise _trouble(path, [mistake.sentence for mistake in mistakes_in(error)]) from None
    return body


def _parts(body: dict[str, Any]) -> Iterator[Part]:
    yield from ((name, source, SECRETS) for name, source in _sources(body))
    if isinstance(body.get("target"), dict):
        yield "target", body["target"], ("token",)


def _sources(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """All sources, however they are written, with the name of each; what is none is left for the model to refuse."""
    several = body.get("sources")
    named = list(several.items()) if isinstance(several, dict) else []
    if isinstance(several, list):
        named = [(one.get("id", place), one) for place, one in enumerate(several, 1) if isinstance(one, dict)]
    for name, source in (("source", body.get("source")), *((f"sources.{id_}", one) for id_, one in named)):
        if isinstance(source, dict):
            yield name, source


def _read(path: Path) -> dict[str, Any]:
    """All values as text: YAML's own guesses turn 20:00 into 1200 and the locale `no` into false."""
    try:
        body = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - the plainest loader of all
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8 text'}.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark else ""
        raise Trouble(f"{path} is not proper YAML{place}. Check indentation, quotes and colons there.") from None
    if not isinstance(body, dict):
        raise Trouble(f"{path} holds no declaration. It begins with the keys district, source, target and schools.")
    return body


def _resolve(part: str, name: str, values: dict[str, Any], folder: Path, environment: Mapping[str, str]) -> list[str]:
    """Put a secret in its place; the sentences about what is wrong with it. No secret, no sentence: the model asks."""
    variable, file = values.pop(f"{name}_env", None), values.pop(f"{name}_file", None)
    if name in values:
        return [f"{part}.{name} must not stand in the file. Name it with {name}_env or {name}_file instead."]
    if variable is not None and file is not None:
        return [f"{part} has both {name}_env and {name}_file. Take one of them out."]
    if variable is not None:
        if not environment.get(variable):
            return [f"{part}.{name}_env names {variable}, which is not set in this environment."]
        values[name] = environment[variable]
    if file is not None:
        try:
            values[name] = (folder / file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return [f"{part}.{name}_file names {file}, which cannot be read."]
    return []


def _leave_out(values: dict[str, Any], names: tuple[str, ...]) -> None:
    """Put nothing in the place of secrets that are named, without looking whether they are there."""
    for name in names:
        named = [values.pop(f"{name}_{place}", None) for place in ("env", "file")]
        if any(named):
            values[name] = NOT_NEEDED


def _make_absolute(source: dict[str, Any], folder: Path) -> None:
    """A package's path counts from the file, but the fetcher that reads it stands elsewhere."""
    for name in LOCAL_PLACES:
        if isinstance(source.get(name), str) and source[name]:
            source[name] = str((folder / source[name]).resolve())


def _trouble(path: Path, sentences: list[str]) -> Trouble:
    return Trouble(f"{path} cannot be used.\n" + "\n".join(f"  - {sentence}" for sentence in sentences))
