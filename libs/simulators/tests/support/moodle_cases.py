"""Recorded calls of a real Moodle, and how an answer is held against one."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[4]
OWN_CASES = Path(__file__).parent / "moodle_cases"


@dataclass(frozen=True)
class Case:
    """One recorded call: the form that was sent and what came back."""

    name: str
    form: dict[str, str]
    status: int
    content_type: str
    answer: Any

    @property
    def function(self) -> str:
        return self.name.partition(".")[0]


def recorded_folder() -> Path:
    """Where recordings lie if there are any: they are not part of the repository."""
    default = REPOSITORY / "../shared/reference/moodle-samples"
    return Path(os.environ.get("ROSTERBUS_MOODLE_SAMPLES", default))


def read_cases(folder: Path) -> list[Case]:
    """The cases in a folder, by name; none if there is no such folder."""
    return [_read(path) for path in sorted(folder.glob("*.json"))]


def _read(path: Path) -> Case:
    content = json.loads(path.read_text())
    form = content["request"]["form"]
    return Case(path.stem, form, content["http_status"], content["content_type"], content["response"])


def verdict(answer: Any) -> dict[str, Any]:
    """The parts of an answer that say what went wrong, if anything did."""
    if not isinstance(answer, dict):
        return {}
    error = {key: answer.get(key) for key in ("exception", "errorcode", "message")}
    warnings = [
        tuple(warning.get(key) for key in ("item", "itemid", "warningcode", "message"))
        for warning in answer.get("warnings", [])
    ]
    return {**error, "warnings": warnings}


def differences(recorded: Any, answer: Any, *, cut: bool, path: str = "answer") -> Iterator[str]:
    """Where the shapes differ: types, keys, and for lists the set of their elements' shapes.

    With `cut` the recording's lists are known to be shortened, so ours may hold elements of other shapes.
    """
    if _type(recorded) != _type(answer):
        yield f"{path}: recorded {_type(recorded)}, got {_type(answer)}"
    elif isinstance(recorded, dict):
        for key in sorted(recorded.keys() | answer.keys()):
            if key not in recorded or key not in answer:
                yield f"{path}.{key}: {'not recorded' if key in answer else 'missing'}"
            else:
                yield from differences(recorded[key], answer[key], cut=cut, path=f"{path}.{key}")
    elif isinstance(recorded, list):
        yield from _list_differences(recorded, answer, cut=cut, path=path)


def _list_differences(recorded: list[Any], answer: list[Any], *, cut: bool, path: str) -> Iterator[str]:
    yield from _without_equal(recorded, answer, cut=cut, path=f"{path} (recorded)")
    if not cut or not recorded:
        yield from _without_equal(answer, recorded, cut=cut, path=f"{path} (got)")


def _without_equal(some: list[Any], others: list[Any], *, cut: bool, path: str) -> Iterator[str]:
    for index, element in enumerate(some):
        tries = [list(differences(element, other, cut=cut)) for other in others]
        if all(tries):
            nearest = min(tries, key=len, default=["the other list is empty"])
            yield f"{path}[{index}] has no equal: {'; '.join(nearest)}"


def _type(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    names = {str: "string", int: "number", float: "number", list: "list", dict: "object"}
    return names[type(value)]
