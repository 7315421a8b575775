"""A declaration that is right, and one sentence for each way in which it can be wrong."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, ValidationError

from common.language import either
from dashboard_api.declare.kinds import KINDS
from dashboard_api.declare.mistakes import mistake_of_request, mistakes_in
from dashboard_api.declare.model import Declaration
from dashboard_api.declare.sources import OneRosterCsvSource, OneRosterSource

GOOD: dict[str, Any] = {
    "district": {"id": "north", "name": "North district", "timezone": "Europe/Amsterdam", "locale": "nl"},
    "source": {
        "kind": "oneroster", "version": "1.2", "base_url": "https://sis.example/rostering/v1p2/",
        "token_url": "https://sis.example/token", "client_id": "id-value",
        "client_secret": "secret-value", "scope": "a b",
    },
    "target": {
        "name": "North Moodle", "base_url": "https://moodle.example", "token": "token-value",
        "user_auth": "oauth2", "roles": {"student": "5", "teacher": "3"},
    },
    "schools": "all",
}  # fmt: skip
GONE = object()


def with_change(path: str, value: object) -> dict[str, Any]:
    """The good declaration with one value in another's place, or taken out."""
    whole = {key: dict(part) if isinstance(part, dict) else part for key, part in GOOD.items()}
    *parents, last = path.split(".")
    part: dict[str, Any] = whole
    for parent in parents:
        part = part[parent]
    if value is GONE:
        del part[last]
    else:
        part[last] = value
    return whole


def sentence_about(whole: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(ValidationError) as caught:
        Declaration.model_validate(whole)
    (mistake,) = mistakes_in(caught.value)
    return mistake.key, mistake.sentence


def test_a_good_declaration_is_taken() -> None:
    declaration = Declaration.model_validate(GOOD)
    assert isinstance(declaration.source, OneRosterSource)
    assert declaration.source.base_url == "https://sis.example/rostering/v1p2"
    assert declaration.target.roles == {"student": 5, "teacher": 3}
    assert declaration.notify == ()


def test_a_package_of_csv_files_needs_its_path_only() -> None:
    whole = with_change("source", {"kind": "oneroster-csv", "path": "/data/roster.zip"})
    assert Declaration.model_validate(whole).source == OneRosterCsvSource(kind="oneroster-csv", path="/data/roster.zip")


def test_schools_may_be_named_with_their_times() -> None:
    schools = [{"source_id": "7", "target": "North Moodle", "timezone": "Europe/Rome", "nightly": "20:00"}]
    (school,) = Declaration.model_validate(with_change("schools", schools)).schools
    assert school.nightly is not None
    assert school.nightly.hour == 20


def test_secrets_show_nowhere() -> None:
    text = repr(Declaration.model_validate(GOOD))
    assert not any(secret in text for secret in ("id-value", "secret-value", "token-value"))


@pytest.mark.parametrize(
    ("path", "value", "key", "sentence"),
    [
        ("district", GONE, "district", "district is missing. It is the district itself: id, name, timezone."),
        ("district.id", "North!", "district.id", "district.id must be lower-case letters, digits and hyphens."),
        ("district.timezone", "Amsterdam", "district.timezone",
         "district.timezone must be a time zone of the IANA list, such as Europe/Amsterdam."),
        ("district.locale", "Dutch", "district.locale", "district.locale must be a language, such as en or nl."),
        ("district.nmae", "x", "district.nmae", "district.nmae is not a key that is known here; did you mean name?"),
        ("district.max_parallel", "0", "district.max_parallel", "district.max_parallel must be at least 1."),
        ("district.name", " ", "district.name", "district.name must not be empty."),
        ("source", GONE, "source",
         "source is missing. It is where the roster comes from; several stand below sources."),
        ("source.kind", GONE, "source", f"source.kind is missing. It is {either(KINDS)}."),
        ("source.kind", "excel", "source", f"source.kind must be {either(KINDS)}."),
        ("source.version", "2.0", "source.version", "source.version must be 1.1 or 1.2."),
        ("source.base_url", "sis.example", "source.base_url",
         "source.base_url must be a web address that begins with https:// or http://."),
        ("source.base_url", "https://u:p@sis.example", "source.base_url",
         "source.base_url must not hold a user name or password; give secrets in their own keys."),
        ("source.token_url", GONE, "source.token_url",
         "source.token_url is missing. It is the address that gives out access tokens."),
        ("source.client_secret", GONE, "source.client_secret",
         "source.client_secret is missing. It is the secret of the client at the source. In the district file, name an "
         "environment variable with client_secret_env or a file with client_secret_file."),
        ("source.base_ulr", "x", "source.base_ulr",
         "source.base_ulr is not a key that is known here; did you mean base_url?"),
        ("source", {"kind": "oneroster-csv", "path": "roster.zip"}, "source.path",
         "source.path must be an absolute path, on the machine where roster-fetcher runs."),
        ("target.roles", {"student": 5, "pupil": 6}, "target.roles.pupil",
         "target.roles.pupil is not a role that can be mapped; "
         "the roles are student, teacher, administrator and guardian."),
        ("target.roles", {"student": "five"}, "target.roles.student", "target.roles.student must be a whole number."),
        ("target.roles", {}, "target.roles", "target.roles must not be empty."),
        ("target.token", "", "target.token", "target.token must not be empty."),
        ("target", "North Moodle", "target", "target must have keys of its own below it."),
        ("schools", [], "schools", "schools must be the word all, or a list with at least one school."),
        ("schools", "some", "schools", "schools must be the word all, or a list with at least one school."),
        ("schools", [{"source_id": "7", "id": "7"}], "schools[1].id",
         "schools[1].id is not a key that is known here; the keys here are source_id, source, target, timezone, "
         "nightly and nights."),
        ("schools", [{"source_id": "7", "nightly": "21h"}], "schools[1].nightly",
         'schools[1].nightly must be a time of day such as "20:00" or "00:00", in the school\'s own time, or none.'),
        ("schools", [{"source_id": "7"}, {"source_id": "7"}], "",
         "schools: 7 is named twice; name each school once."),
        ("schools", [{"source_id": "7", "target": "South Moodle"}], "",
         "schools: 7 has the target South Moodle, which is not declared; the one target is North Moodle."),
        ("notify", ["office"], "notify[1]", "notify[1] must be an e-mail address, such as office@district.example."),
        ("notfy", [], "notfy", "notfy is not a key that is known here; did you mean notify?"),
    ],
)  # fmt: skip
def test_each_mistake_has_one_sentence_that_names_its_key(path: str, value: object, key: str, sentence: str) -> None:
    assert sentence_about(with_change(path, value)) == (key, sentence)


def test_no_sentence_repeats_a_secret() -> None:
    whole = with_change("target.token", ["token-value"])
    whole["source"]["client_secret"] = {"oops": "secret-value"}
    with pytest.raises(ValidationError) as caught:
        Declaration.model_validate(whole)
    sentences = " ".join(m.sentence for m in mistakes_in(caught.value))
    assert "secret-value" not in sentences
    assert "token-value" not in sentences


def test_a_page_names_what_a_sentence_is_about_by_its_labels() -> None:
    labels = {"source": "The source", "token": "“Access token”"}
    whole = with_change("source", {"kind": "clever", "district_id": "d1"})
    with pytest.raises(ValidationError) as caught:
        Declaration.model_validate(whole)
    (mistake,) = mistakes_in(caught.value)
    assert mistake.about(lambda key: labels.get(key, key)) == (
        "The source needs client_id and client_secret of the app, or the district's “Access token”, or both."
    )


class Asked(BaseModel):
    """Values of all the shapes that requests have."""

    limit: int = Field(default=1, ge=1, le=1000)
    name: str = Field(default="x", max_length=3)
    password: str = Field(default="long enough", min_length=12)
    id: UUID | None = None
    day: date | None = None
    at: datetime | None = None
    state: Literal["open", "closed"] = "open"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("limit", 5000, "limit must be at most 1000."),
        ("limit", 0, "limit must be at least 1."),
        ("limit", "many", "limit must be a whole number."),
        ("name", "long", "name must not be longer than 3 characters."),
        ("password", "short", "password must have at least 12 characters."),
        ("id", "7", "id must be an id such as 6f1c1a52-0d0e-4c5f-9a53-6f0d3f1c2b7a."),
        ("day", "today", "day must be a date such as 2026-11-29."),
        ("at", "now", "at must be a date and time with its zone, such as 2026-11-29T20:00:00Z."),
        ("state", "ajar", "state must be open or closed."),
    ],
)
def test_a_mistake_in_a_request_is_a_sentence_too(field: str, value: object, sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Asked.model_validate({field: value})
    (detail,) = caught.value.errors()
    assert mistake_of_request({**detail, "loc": ("body", *detail["loc"])}).sentence == sentence
