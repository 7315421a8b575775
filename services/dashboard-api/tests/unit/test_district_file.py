"""The district file: read as text, its secrets resolved here, its mistakes told all at once."""

import re
from pathlib import Path

import pytest

from dashboard_api.cli.district_file import load
from dashboard_api.cli.trouble import Trouble

ENVIRONMENT = {"SIS_ID": "id-value", "SIS_SECRET": "secret-value", "MOODLE_TOKEN": "token-value"}
FILE = """
district: {id: north, name: North district, timezone: Europe/Amsterdam, locale: nl}
source:   {kind: oneroster, version: 1.2, base_url: https://sis.example/v1p2, token_url: https://sis.example/token,
           client_id_env: SIS_ID, client_secret_env: SIS_SECRET}
target:   {name: North Moodle, base_url: https://moodle.example, token_env: MOODLE_TOKEN,
           roles: {student: 5, teacher: 3}}
schools:  all
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "district.yaml"
    file.write_text(text)
    return file


def trouble_with(file: Path) -> str:
    with pytest.raises(Trouble) as caught:
        load(file, ENVIRONMENT)
    assert caught.value.code == 2
    return str(caught.value)


def test_secrets_come_from_the_environment(tmp_path: Path) -> None:
    body = load(write(tmp_path, FILE), ENVIRONMENT)
    assert (body["source"]["client_id"], body["source"]["client_secret"]) == ("id-value", "secret-value")
    assert body["target"]["token"] == "token-value"
    assert not any(key.endswith(("_env", "_file")) for part in ("source", "target") for key in body[part])


def test_a_secret_may_stand_in_a_file_beside(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("token-from-file\n")
    body = load(write(tmp_path, FILE.replace("token_env: MOODLE_TOKEN", "token_file: token")), ENVIRONMENT)
    assert body["target"]["token"] == "token-from-file"


def test_secrets_of_parts_that_are_not_needed_may_be_missing(tmp_path: Path) -> None:
    environment = {name: value for name, value in ENVIRONMENT.items() if name != "MOODLE_TOKEN"}
    body = load(write(tmp_path, FILE), environment, needed=lambda part: part == "source")
    assert body["source"]["client_secret"] == "secret-value"
    assert body["target"]["token"] == "not needed"


def test_yaml_guesses_nothing(tmp_path: Path) -> None:
    schools = "schools: [{source_id: 007, nightly: 20:00}]"
    body = load(
        write(tmp_path, FILE.replace("schools:  all", schools).replace("locale: nl", "locale: no")), ENVIRONMENT
    )
    assert body["schools"] == [{"source_id": "007", "nightly": "20:00"}]
    assert (body["district"]["locale"], body["source"]["version"]) == ("no", "1.2")


def test_the_path_of_a_package_counts_from_the_file(tmp_path: Path) -> None:
    source = "source: {kind: oneroster-csv, path: rosters/north.zip}\n"
    text = re.sub(r"source:.*?}\n", source, FILE, flags=re.DOTALL)
    body = load(write(tmp_path, text), ENVIRONMENT)
    assert body["source"]["path"] == str(tmp_path / "rosters/north.zip")


SEVERAL = """sources:
  sis:  {kind: oneroster, version: 1.1, base_url: https://sis.example/v1p1, auth: oauth1,
         client_id_env: SIS_ID, client_secret_env: SIS_SECRET, school_types: [school, local]}
  keys: {kind: wonde, token_file: key}
  drop: {kind: oneroster-csv, folder: drop}
  sftp: {kind: oneroster-csv, private_key_file: id_ed25519,
         sftp: {host: files.example, username: rosterbus, folder: out, host_key: ssh-ed25519 AAAAinvented}}
"""
LISTED = """sources:
  - {id: keys, kind: wonde, token_file: key}
  - {id: drop, kind: oneroster-csv, folder: drop}
"""


def with_sources(text: str) -> str:
    return re.sub(r"source:.*?}\n", text, FILE, flags=re.DOTALL)


def test_several_sources_have_their_secrets_and_folders_each(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("key-from-file\n")
    (tmp_path / "id_ed25519").write_text("-----BEGIN PRIVATE KEY-----\ninvented\n-----END PRIVATE KEY-----\n")
    sources = load(write(tmp_path, with_sources(SEVERAL)), ENVIRONMENT)["sources"]
    assert (sources["sis"]["client_id"], sources["sis"]["client_secret"]) == ("id-value", "secret-value")
    assert sources["keys"] == {"kind": "wonde", "token": "key-from-file"}
    assert sources["drop"]["folder"] == str(tmp_path / "drop")
    assert sources["sftp"]["private_key"].splitlines()[1] == "invented"
    assert sources["sftp"]["sftp"]["folder"] == "out"


def test_several_sources_may_be_a_list(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("key-from-file\n")
    keys, drop = load(write(tmp_path, with_sources(LISTED)), ENVIRONMENT)["sources"]
    assert (keys["token"], drop["folder"]) == ("key-from-file", str(tmp_path / "drop"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (SEVERAL, "sources.keys.token_file names key, which cannot be read."),
        (LISTED, "sources.keys.token_file names key, which cannot be read."),
        ("sources: {keys: {kind: wonde, token: x}}\n", "sources.keys.token must not stand in the file."),
        ("sources: {keys: {kind: wonde}}\n", "sources.keys.token is missing."),
        ("sources: [one, two]\n", "sources must be a list of sources with an id each"),
        ("sources: [{id: [a], kind: wonde, token_env: MOODLE_TOKEN}]\n", "sources.['a'] must be lower-case letters"),
    ],
)
def test_a_mistake_among_several_sources_names_the_source(tmp_path: Path, text: str, sentence: str) -> None:
    assert sentence in trouble_with(write(tmp_path, with_sources(text)))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("client_secret_env: SIS_SECRET", "client_secret_env: SIS_SECERT",
         "source.client_secret_env names SIS_SECERT, which is not set in this environment."),
        ("token_env: MOODLE_TOKEN", "token_file: no-such-file",
         "target.token_file names no-such-file, which cannot be read."),
        ("token_env: MOODLE_TOKEN", "token: token-value",
         "target.token must not stand in the file. Name it with token_env or token_file instead."),
        ("token_env: MOODLE_TOKEN", "token_env: MOODLE_TOKEN, token_file: token",
         "target has both token_env and token_file. Take one of them out."),
        (", client_secret_env: SIS_SECRET", "", "source.client_secret is missing."),
        ("timezone: Europe/Amsterdam", "timezone: Amsterdam", "district.timezone must be a time zone of the IANA list"),
    ],
)  # fmt: skip
def test_each_mistake_is_told(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert old in FILE
    text = trouble_with(write(tmp_path, FILE.replace(old, new)))
    assert sentence in text
    assert "token-value" not in text
    assert "secret-value" not in text


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = trouble_with(
        write(tmp_path, FILE.replace("Europe/Amsterdam", "x").replace("1.2", "3").replace("all", "some"))
    )
    assert [line.split()[1] for line in text.splitlines()[1:]] == ["district.timezone", "source.version", "schools"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("district: {id: north", "is not proper YAML at line"),
        ("- a list", "holds no declaration"),
        ("", "holds no declaration"),
    ],
)
def test_what_is_no_declaration_is_told_so(tmp_path: Path, text: str, sentence: str) -> None:
    assert sentence in trouble_with(write(tmp_path, text))


def test_a_file_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    assert "cannot be read: No such file or directory." in trouble_with(tmp_path / "district.yaml")
