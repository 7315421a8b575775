"""Whoever reads Dutch or French reads no English: on every page, of a district in which much went wrong."""

import re
from functools import cache
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

import dashboard_api
from common.events import FoundError, SchoolsNotListed, SourceChecked, SyncErrorsFound, SyncFailed, TargetChecked
from common.source_report import EndpointRead, FindingCount, MissingPermission, SourceObstacle, SourceReport
from common.target_report import DeclaredRole, MissingFunction, RefusedFunction, TargetObstacle, TargetReport

from .routes import ROUTES, filled
from .surroundings import Dashboard, completed, fetched, school
from .texts import WORD, english_left
from .visiting import send, signed_in
from .workers import Workers, person

Ids = dict[str, str | UUID]
PACKAGE = Path(dashboard_api.__file__).parent
NO_ANSWER = "The source at sis.example did not answer in time. Check its address, or wait and run again."
NAMES = re.compile(r"Ashgrove Primary|Beech Hill School|North district|North Moodle")
REFUSED = "Moodle's token may not call core_user_get_users. Add the function to the token's external service."
KEYWORDS = {"_": None, "plural": (1, 2), "mark": None}
REPORT = SourceReport(
    usable=False,
    trouble=SourceObstacle(code="SOURCE_UNREACHABLE", detail=NO_ANSWER),
    schools=2,
    school_names=("Ashgrove Primary", "Beech Hill School"),
    school_id="1",
    counts={"class": 38, "student": 402},
    rows={"kept": 38, "kept_with_warning": 1, "skipped": 2, "out_of_scope": 3},
    endpoints=(
        EndpointRead(
            endpoint="users",
            entity="user",
            pages=1,
            announced=40,
            received=38,
            outcomes={"kept": 38},
            complete=False,
            reason="The source announced 40 rows and gave 38.",
            quirks=("Users come without dateLastModified.", "Pages are cut to 50 rows where 100 were asked for."),
        ),
    ),
    findings=(FindingCount(code="MISSING_NAME", severity="error", occurrences=3),),
    missing=(MissingPermission(endpoint="contacts", code="AUTH_FORBIDDEN", detail="Contacts have no e-mail address."),),
    changes="doubtful",
    changes_doubt="Users without dateLastModified are among the rows, which a filter by date would leave out.",
    stopped=True,
)
SITE = TargetReport(
    usable=False,
    trouble=TargetObstacle(code="LMS_NOT_ALLOWED", detail=REFUSED),
    site_name="North Moodle",
    release="4.5.1",
    allowed=20,
    missing=(MissingFunction(function="core_user_get_users", capability="moodle/user:viewdetails", needed=True),),
    refused=(RefusedFunction(function="core_user_create_users", detail=REFUSED),),
    roles=(DeclaredRole(role="student", id=5, usual=True), DeclaredRole(role="teacher", id=9, usual=False)),
    welcome_messages="possible",
    form_fields=900,
)


@pytest.fixture
async def ids(north: Dashboard, workers: Workers) -> Ids:
    """A school with errors, a hold, a ledger with gaps and a Moodle that refused; another whose run failed; checks."""
    _, run_id = await workers.snapshot({("user", "u-1"): person("Marlow"), ("user", "u-2"): person("Zoë")})
    await workers.plan(run_id)
    answer = {"state": "failed", "code": "AMBIGUOUS_MATCH", "answer": "account 7 fits several people"}
    await workers.operation(run_id, "user", "create", "u-1", after={"firstname": "Marlow"}, **answer)
    await workers.operation(run_id, "enrolment", "suspend", "c-1", user_key="u-2", state="held")
    await north.handle(fetched(run_id, reading_reason="Everything is read again after 7 days."))
    error = FoundError(
        code="INVALID_DATE",
        severity="error",
        entity="class",
        source_id="c-1",
        field="end_date",
        value="2026",
        detail="it lies before the start",
    )
    about = {"district_id": "north", "run_id": run_id, "school_id": school("1")}
    await north.handle(SyncErrorsFound(**about, phase="fetching", part=0, errors=(error,)))
    hold = await workers.hold(run_id)
    await north.handle(hold)
    await north.handle(completed(run_id, outcome="held", errors=1))
    await north.fetcher.execute(
        "INSERT INTO ledger (district_id, run_id, endpoint, entity, pages, announced, received, kept, warned, skipped, "
        "out_of_scope, complete, reason, quirks, bytes_up, bytes_down) "
        "VALUES ('north', $1, 'users', 'user', 1, 40, 38, 38, 0, 0, 0, false, $2, $3, 100, 1000)",
        *(run_id, REPORT.endpoints[0].reason, list(REPORT.endpoints[0].quirks)),
    )
    lost = uuid4()
    failed = {"district_id": "north", "run_id": lost, "school_id": school("2"), "mode": "full", "phase": "fetching"}
    await north.handle(SyncFailed(**failed, code="SOURCE_UNREACHABLE", detail=NO_ANSWER))
    listing = SchoolsNotListed(district_id="north", source_id="main", code="SOURCE_UNREACHABLE", detail=NO_ANSWER)
    await north.handle(listing)
    device = uuid4()
    await north.pool.execute(
        "INSERT INTO device (district_id, id, school_id, name, daily_at) VALUES ('north', $1, $2, 'Box 1', '03:00')",
        *(device, school("1")),
    )
    return {
        "district_id": "north", "school_id": school("1"), "run_id": run_id, "hold_id": hold.hold_id,
        "device_id": device, "entity": "user", "key": "u-1", "source_id": "main", "target_id": "main",
        "code": "MISSING_NAME", "user_id": await north.operator("robin@north.example", "viewer", ["north"]),
        "key_id": await _key(north), "check_id": await _source_check(north), "what": "source",
        "failed": lost, "site_check": await _site_check(north),
    }  # fmt: skip


async def _key(north: Dashboard) -> UUID:
    await north.key(districts=["north"], scopes=["read"], name="key of north")
    found: UUID = await north.pool.fetchval("SELECT id FROM api_key WHERE name = 'key of north'")
    return found


async def _source_check(north: Dashboard) -> UUID:
    check: UUID = await north.pool.fetchval(
        "INSERT INTO source_check (district_id, id, pool, kind, settings, secrets, asked_by) "
        "VALUES ('north', gen_random_uuid(), 'shared', 'oneroster', '{}', '', 'test') RETURNING id"
    )
    await north.handle(SourceChecked(district_id="north", check_id=check, report=REPORT))
    return check


async def _site_check(north: Dashboard) -> UUID:
    check: UUID = await north.pool.fetchval(
        "INSERT INTO target_check (district_id, pool, target_id, base_url, roles, secrets, asked_by) "
        "VALUES ('north', 'shared', 'main', 'https://moodle.example', '{}', '', 'test') RETURNING id"
    )
    await north.handle(TargetChecked(district_id="north", check_id=check, report=SITE))
    return check


def addresses(ids: Ids) -> list[str]:
    """Every page, and those of what failed."""
    pages = [
        f"{filled(path, ids)}?{filled(line.query, ids)}"
        for route, line in ROUTES.items()
        if (path := route.removeprefix("GET ")) != route and line.access != "open" and not line.absent
        if not path.startswith("/api/") and not path.endswith(".csv")
    ]
    others = (f"/runs/{ids['failed']}", f"/settings/checks/target/{ids['site_check']}", "/schools/nowhere", "/sign-in")
    return [*pages, *others, f"/schools/{school('2')}", f"/records/class/c-1?district=north&school={school('1')}"]


@pytest.mark.parametrize("language", ["nl", "fr"])
async def test_no_page_says_anything_in_english(north: Dashboard, ids: Ids, language: str) -> None:
    await signed_in(north)
    left: dict[str, set[str]] = {}
    for address in addresses(ids):
        texts = [await read(north, address, spoken) for spoken in (language, "en")]
        if found := {text for text in english_left(*texts) if not is_data(text) and not is_waiting(text, language)}:
            left[address] = found
    assert left == {}


@pytest.mark.parametrize("language", ["nl", "fr"])
async def test_no_mistake_in_a_form_is_told_in_english(north: Dashboard, language: str) -> None:
    await signed_in(north)
    forms = {
        "/settings/sources/main": {"base_url": "sis.example", "version": "3"},
        "/settings/mapping": {"templates.username": "{nobody}", "templates.idnumber": "{", "templates.category": ""},
        "/settings/policy": {"limits.ids_changed": "400"},
        "/settings/targets/main": {"base_url": "moodle"},
        "/settings/targets/add": {"name": "Other", "base_url": "moodle"},
        "/settings/notifications": {"email": "office"},
        "/settings": {"name": "", "timezone": "Amsterdam", "locale": "Dutch"},
    }
    for path, fields in forms.items():
        answers = []
        for spoken in (language, "en"):
            north.http.cookie_jar.update_cookies({"language": spoken})
            status, text = await send(north, f"{path}?district=north", **fields)
            assert status == 422, (path, status)
            answers.append(text)
        left = {text for text in english_left(*answers) if not is_data(text) and not is_waiting(text, language)}
        assert left == set(), path


@pytest.mark.parametrize("language", ["nl", "fr"])
async def test_the_api_tells_what_workers_said_in_the_reader_s_language(
    north: Dashboard, ids: Ids, language: str
) -> None:
    headers = {**await north.bearer(), "Accept-Language": language}
    for path, member in (
        (f"/api/v1/runs/{ids['run_id']}/ledger", "Users come without dateLastModified."),
        (f"/api/v1/runs/{ids['failed']}", NO_ANSWER),
        ("/api/v1/districts/north/sources", NO_ANSWER),
        ("/api/v1/errors", "it lies before the start"),
        (f"/api/v1/source-checks/{ids['check_id']}", NO_ANSWER),
        (f"/api/v1/target-checks/{ids['site_check']}", REFUSED),
    ):
        async with north.http.get(path, headers=headers) as answer:
            assert answer.status == 200
            assert member not in await answer.text(), path
        async with north.http.get(path, headers={**headers, "Accept-Language": "en"}) as answer:
            assert member in await answer.text(), path


async def read(north: Dashboard, address: str, language: str) -> str:
    north.http.cookie_jar.update_cookies({"language": language})
    async with north.http.get(address) as answer:
        assert answer.status < 500 or "/system" in address, (address, answer.status)
        return await answer.text()


def is_data(text: str) -> bool:
    """Whether little is left without the names that people gave."""
    return len(WORD.findall(NAMES.sub("", text))) < 4


def is_waiting(text: str, language: str) -> bool:
    """Whether the sentence has no translation yet: tests/test_translations.py says so, and is not repeated here."""
    return any(pattern.search(text) for pattern in waiting(language))


@cache
def waiting(language: str) -> list[re.Pattern[str]]:
    """Patterns of the sentences that the code says and the translations do not have."""
    with (PACKAGE / "locale" / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    with (PACKAGE / "locale" / f"{language}.po").open("rb") as file:
        known = {form for m in read_po(file, locale=language) if m.string for form in _forms(m.id)}
    said = [form for found in extract_from_dir(PACKAGE, methods, options, KEYWORDS) for form in _forms(found[2])]
    missing = [form for form in said if form not in known]
    return [re.compile(re.sub(r"\\{\w+\\}", ".*", re.escape(form))) for form in missing]


def _forms(message: object) -> list[str]:
    return [message] if isinstance(message, str) else [str(form) for form in message]  # type: ignore[attr-defined]
