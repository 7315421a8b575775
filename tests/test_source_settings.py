"""What a district file can say of a source is what roster-fetcher can read of one: same keys, defaults and limits."""

import re
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
import yaml
from annotated_types import Ge, Le
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from dashboard_api.cli.district_file import load
from dashboard_api.declare import sources as declared
from dashboard_api.declare.kinds import KINDS, split
from dashboard_api.declare.values import Declared
from roster_fetcher.sources import SOURCES
from roster_fetcher.sources.classlink.settings import Direct, Proxied
from roster_fetcher.sources.clever.settings import CleverSettings
from roster_fetcher.sources.oneroster.settings import OneRosterSettings
from roster_fetcher.sources.oneroster_csv.settings import OneRosterCsvSettings, SftpSettings
from roster_fetcher.sources.wonde.settings import WondeSettings

README = Path(__file__).parents[1] / "README.md"
Model = type[BaseModel]
PAIRS: list[tuple[Model, Model]] = [
    (declared.OneRosterSource, OneRosterSettings),
    (declared.CleverSource, CleverSettings),
    (declared.ClassLinkServer, Direct),
    (declared.ClassLinkProxy, Proxied),
    (declared.WondeSource, WondeSettings),
    (declared.OneRosterCsvSource, OneRosterCsvSettings),
    (declared.SftpFolder, SftpSettings),
]


def names(pair: tuple[Model, Model]) -> str:
    return pair[1].__name__


each_pair = pytest.mark.parametrize("pair", PAIRS, ids=names)


def test_every_kind_that_can_be_read_can_be_declared() -> None:
    assert set(KINDS) == set(SOURCES)
    assert {model for models in KINDS.values() for model in models} <= {model for model, _ in PAIRS}


@each_pair
def test_a_kind_has_the_same_keys_in_both_places(pair: tuple[Model, Model]) -> None:
    ours, theirs = pair
    assert set(ours.model_fields) - {"kind"} == set(theirs.model_fields)


@each_pair
def test_a_key_is_required_in_both_places_or_has_the_same_default(pair: tuple[Model, Model]) -> None:
    ours, theirs = pair
    for key, field in theirs.model_fields.items():
        assert ours.model_fields[key].is_required() == field.is_required(), key
        assert default(ours.model_fields[key]) == default(field), key


@each_pair
def test_a_key_has_the_same_choices_and_limits_in_both_places(pair: tuple[Model, Model]) -> None:
    ours, theirs = pair
    for key, field in theirs.model_fields.items():
        assert choices(ours.model_fields[key].annotation) == choices(field.annotation), key
        assert set(limits(ours.model_fields[key])) == set(limits(field)), key


@each_pair
def test_a_key_holds_a_secret_in_both_places(pair: tuple[Model, Model]) -> None:
    ours, theirs = pair
    for key, field in theirs.model_fields.items():
        assert holds_a_secret(ours.model_fields[key].annotation) == holds_a_secret(field.annotation), key


def default(field: FieldInfo) -> object:
    """A default; secrets and addresses that were left out are blank in one place and null in the other."""
    value: object = field.get_default(call_default_factory=True)
    return None if value in ("", SecretStr("")) else value


def choices(annotation: object) -> set[Any]:
    if get_origin(annotation) is Literal:
        return {choice for choice in get_args(annotation) if choice}
    return {choice for part in get_args(annotation) for choice in choices(part)}


def limits(field: FieldInfo) -> set[Ge | Le]:
    return {limit for limit in field.metadata if isinstance(limit, Ge | Le)}


def holds_a_secret(annotation: object) -> bool:
    return annotation is SecretStr or any(holds_a_secret(part) for part in get_args(annotation))


def test_the_readme_shows_districts_that_can_be_declared(tmp_path: Path) -> None:
    text = README.read_text()
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    one, several, policy = (yaml.load(block, yaml.BaseLoader) for block in blocks)
    environment = dict.fromkeys(re.findall(r"_env: (\w+)", text), "secret")
    file = tmp_path / "district.yaml"

    for district in (one, {**one, **several, "source": ""}, {**one, **policy}):
        file.write_text(yaml.safe_dump({key: value for key, value in district.items() if value}))
        assert load(file, environment)


ONEROSTER: dict[str, Any] = {
    "kind": "oneroster", "version": "1.2", "base_url": "https://sis.example/v1p2", "client_id": "i",
    "client_secret": "s", "token_url": "https://sis.example/token", "school_types": ["school", "local"],
}  # fmt: skip
EXAMPLES: list[tuple[Model, Model, dict[str, Any]]] = [
    (declared.OneRosterSource, OneRosterSettings, ONEROSTER),
    (declared.OneRosterSource, OneRosterSettings, {**ONEROSTER, "auth": "oauth1", "token_url": None}),
    (declared.CleverSource, CleverSettings, {"kind": "clever", "district_id": "d", "token": "t", "families": "true"}),
    (declared.WondeSource, WondeSettings, {"kind": "wonde", "token": "t", "changes_only": "false"}),
    (
        declared.ClassLinkProxy, Proxied,
        {"kind": "classlink", "mode": "proxy", "application_id": "bm9ydGg%3D", "token": "t"},
    ),
    (declared.OneRosterCsvSource, OneRosterCsvSettings, {"kind": "oneroster-csv", "folder": "/data/drop"}),
]  # fmt: skip


@pytest.mark.parametrize(("ours", "theirs", "example"), EXAMPLES, ids=lambda value: getattr(value, "__name__", None))
def test_what_is_declared_can_be_read(ours: type[Declared], theirs: Model, example: dict[str, Any]) -> None:
    source = ours.model_validate(example)
    settings, secrets = split(source)
    read = theirs.model_validate(settings | secrets)
    for key in example.keys() - {"kind", "token_url", *secrets}:
        assert str(getattr(read, key)) == str(getattr(source, key)), key
