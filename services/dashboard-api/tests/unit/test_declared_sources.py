"""Sources of every kind, one or several, as a declaration names them; and a sentence for each mistake."""

from typing import Any

import pytest
from pydantic import BaseModel, SecretStr, ValidationError

from dashboard_api.declare.kinds import KINDS, SECRETS, split
from dashboard_api.declare.mistakes import mistakes_in
from dashboard_api.declare.model import Declaration

HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIInventedInventedInventedInventedInventedInve"
SFTP = {"host": "files.example", "username": "rosterbus", "folder": "out", "host_key": HOST_KEY}
SOURCES: dict[str, dict[str, Any]] = {
    "oneroster": {
        "kind": "oneroster", "version": "1.1", "base_url": "https://sis.example/v1p1", "auth": "oauth1",
        "signature_method": "HMAC-SHA1", "client_id": "id-value", "client_secret": "secret-value",
        "school_types": ["school", "local"], "parallel": "4", "changes_only": "false", "full_every_days": "30",
    },
    "clever": {"kind": "clever", "district_id": "d1", "token": "token-value", "requests_per_minute": 600},
    "clever by its app": {"kind": "clever", "district_id": "d1", "client_id": "i", "client_secret": "s"},
    "classlink": {
        "kind": "classlink", "mode": "direct", "endpoint_url": "https://north.classlink.example", "client_id": "i",
        "client_secret": "s",
    },
    "classlink by its proxy": {
        "kind": "classlink", "mode": "proxy", "application_id": "bm9ydGg%3D", "token": "token-value",
    },
    "wonde": {"kind": "wonde", "token": "token-value", "staff": "true", "families": "no"},
    "path": {"kind": "oneroster-csv", "path": "/data/roster.zip"},
    "folder": {"kind": "oneroster-csv", "folder": "/data/drop"},
    "sftp": {"kind": "oneroster-csv", "sftp": SFTP, "password": "secret-value"},
}  # fmt: skip
WHOLE: dict[str, Any] = {
    "district": {"id": "north", "name": "North district", "timezone": "Europe/Amsterdam"},
    "target": {
        "name": "North Moodle", "base_url": "https://moodle.example", "token": "token-value",
        "roles": {"student": 5, "teacher": 3},
    },
    "schools": "all",
}  # fmt: skip


def declared(**parts: Any) -> Declaration:
    return Declaration.model_validate({**WHOLE, **parts})


def sentence_about(**parts: Any) -> tuple[str, str]:
    with pytest.raises(ValidationError) as caught:
        declared(**parts)
    (mistake,) = mistakes_in(caught.value)
    return mistake.key, mistake.sentence


def changed(name: str, **keys: Any) -> dict[str, Any]:
    """A good source with other values, or without a key where the value is None."""
    return {key: value for key, value in {**SOURCES[name], **keys}.items() if value is not None}


@pytest.mark.parametrize("name", SOURCES)
def test_every_kind_can_be_declared_alone_and_below_an_id(name: str) -> None:
    alone = declared(source=SOURCES[name]).sources_by_id
    below = declared(sources={"clever": SOURCES[name]}).sources_by_id
    listed = declared(sources=[{"id": "clever", **SOURCES[name]}]).sources_by_id
    assert list(alone) == ["main"]
    assert below == listed == {"clever": alone["main"]}


@pytest.mark.parametrize("name", SOURCES)
def test_what_was_declared_is_kept_and_nothing_else_with_secrets_apart(name: str) -> None:
    settings, secrets = split(declared(source=SOURCES[name]).sources_by_id["main"])
    assert {"kind", *settings, *secrets} == set(SOURCES[name])
    assert secrets == {key: value for key, value in SOURCES[name].items() if key in SECRETS}


def test_a_source_from_text_has_numbers_truths_and_lists() -> None:
    settings, _ = split(declared(source=SOURCES["oneroster"]).sources_by_id["main"])
    assert settings["parallel"] == 4
    assert settings["changes_only"] is False
    assert settings["school_types"] == ["school", "local"]


def test_the_names_of_secrets_are_those_of_the_models() -> None:
    models: list[type[BaseModel]] = [model for models in KINDS.values() for model in models]
    named = {key for model in models for key, field in model.model_fields.items() if holds_a_secret(field.annotation)}
    assert named == set(SECRETS)


def holds_a_secret(annotation: object) -> bool:
    return annotation is SecretStr or any(holds_a_secret(part) for part in getattr(annotation, "__args__", ()))


def test_schools_name_their_source_where_there_are_several() -> None:
    sources = {"sis": SOURCES["clever"], "drop": SOURCES["folder"]}
    schools = [{"source_id": "7", "source": "sis"}, {"source_id": "7", "source": "drop"}]
    declaration = declared(sources=sources, schools=schools)
    assert [declaration.source_of(school) for school in declaration.schools] == ["sis", "drop"]
    (alone,) = declared(source=SOURCES["wonde"], schools=[{"source_id": "7"}]).schools
    assert declared(source=SOURCES["wonde"]).source_of(alone) == "main"


@pytest.mark.parametrize(
    ("source", "key", "sentence"),
    [
        (changed("oneroster", auth="basic"), "source.auth", "source.auth must be oauth1 or oauth2."),
        (changed("oneroster", auth=None), "source.token_url",
         "source.token_url is missing. It is the address that gives out access tokens."),
        (changed("oneroster", changes_only="perhaps"), "source.changes_only",
         "source.changes_only must be true or false."),
        (changed("oneroster", full_every_days=91), "source.full_every_days",
         "source.full_every_days must be at most 90."),
        (changed("oneroster", school_types="school"), "source.school_types", "source.school_types must be a list."),
        (changed("oneroster", school_types=["school", "shop"]), "source.school_types[2]",
         "source.school_types[2] must be school, department, local, district, state or national."),
        (changed("oneroster", singature_method="HMAC-SHA1"), "source.singature_method",
         "source.singature_method is not a key that is known here; did you mean signature_method?"),
        (changed("clever", district_id=None), "source.district_id",
         "source.district_id is missing. It is the district's id at Clever."),
        (changed("clever", token=None), "source",
         "source needs client_id and client_secret of the app, or the district's token, or both."),
        (changed("clever", page_size=0), "source.page_size", "source.page_size must be at least 1."),
        (changed("classlink", mode=None), "source", "source.mode is missing. It is direct or proxy."),
        (changed("classlink", mode="both"), "source", "source.mode must be direct or proxy."),
        (changed("classlink", endpoint_url=None), "source.endpoint_url",
         "source.endpoint_url is missing. It is the address of the district's Roster Server, as the console shows it."),
        (changed("classlink by its proxy", application_id="bm9ydGg%253D"), "source.application_id",
         "source.application_id must be the oneroster_application_id, just as the console shows it (it ends in %3D)."),
        (changed("classlink by its proxy", token=None), "source.token",
         "source.token is missing. It is the partner's access token. In the district file, name an environment "
         "variable with token_env or a file with token_file."),
        (changed("wonde", token=None), "source.token",
         "source.token is missing. It is the key that opens the schools. In the district file, name an environment "
         "variable with token_env or a file with token_file."),
        (changed("path", folder="/data/drop"), "source", "source needs exactly one of path, folder and sftp."),
        (changed("folder", folder="drop"), "source.folder",
         "source.folder must be an absolute path, on the machine where roster-fetcher runs."),
        (changed("sftp", password=None), "source",
         "source needs exactly one of password and private_key to sign in by sftp."),
        (changed("path", password="x"), "source",
         "source has password, which goes with sftp only; take it out."),
        (changed("sftp", sftp={**SFTP, "host_key": "any"}), "source.sftp.host_key",
         "source.sftp.host_key must be the server's public key in one line, such as ssh-ed25519 AAAA…."),
        (changed("sftp", sftp={**SFTP, "pasword": "x"}), "source.sftp.pasword",
         "source.sftp.pasword is not a key that is known here; the keys here are host, port, username, folder "
         "and host_key."),
    ],
)  # fmt: skip
def test_each_mistake_in_a_source_has_one_sentence(source: dict[str, Any], key: str, sentence: str) -> None:
    assert sentence_about(source=source) == (key, sentence)


@pytest.mark.parametrize(
    ("parts", "key", "sentence"),
    [
        ({"sources": {"clever": changed("clever", district_id=None)}}, "sources.clever.district_id",
         "sources.clever.district_id is missing. It is the district's id at Clever."),
        ({"sources": [{"id": "proxy", **changed("classlink", endpoint_url="x")}]}, "sources.proxy.endpoint_url",
         "sources.proxy.endpoint_url must be a web address that begins with https:// or http://."),
        ({"sources": {"Clever!": SOURCES["clever"]}}, "sources.Clever!",
         "sources.Clever! must be lower-case letters, digits and hyphens."),
        ({"sources": {}}, "sources", "sources must not be empty."),
        ({"sources": [SOURCES["clever"]]}, "sources",
         "sources must be a list of sources with an id each, or their ids with each source's keys below."),
        ({"sources": [{"id": "a", **SOURCES["clever"]}, {"id": "a", **SOURCES["path"]}]}, "sources",
         "sources has two sources called a; give each an id of its own."),
        ({"sources": {"a": SOURCES["path"]}, "source": SOURCES["path"]}, "source",
         "source must not stand beside sources; put it below them, with an id of its own."),
        ({"sources": {"a": SOURCES["path"], "b": SOURCES["clever"]}, "schools": [{"source_id": "7"}]}, "",
         "schools: 7 has no source; name one of a, b."),
        ({"source": SOURCES["path"], "schools": [{"source_id": "7", "source": "b"}]}, "",
         "schools: 7 has the source b, which is not declared; declared is main."),
    ],
)  # fmt: skip
def test_each_mistake_among_several_sources_has_one_sentence(parts: dict[str, Any], key: str, sentence: str) -> None:
    assert sentence_about(**parts) == (key, sentence)
