"""ClassLink, asked directly and by its proxy."""

from typing import Any

import pytest

from common.events import SyncFailed
from simulators.classlink import ClassLinkSimulator, Sharing
from simulators.generate import District, generate

from ..support.expected import classes_at, enrolments_at, users_at
from ..support.north import North, the_only

SCHOOL = "school-0001"
MODES = ("direct", "proxy")


@pytest.fixture
def district() -> District:
    return generate(seed=71, schools=2, students_per_school=20)


async def declare(north: North, classlink: ClassLinkSimulator, mode: str, **settings: Any) -> None:
    """Declare the district with this ClassLink as its source."""
    if mode == "direct":
        secrets = {"client_id": classlink.client_id, "client_secret": classlink.client_secret}
        address = {"endpoint_url": classlink.endpoint_url}
    else:
        secrets = {"token": classlink.token}
        address = {"base_url": classlink.address, "application_id": classlink.oneroster_application_id}
    await north.declare("classlink", {"mode": mode} | address | settings, secrets, [SCHOOL])


@pytest.mark.parametrize("mode", MODES)
async def test_both_ways_lead_to_the_roster(north: North, district: District, mode: str) -> None:
    async with ClassLinkSimulator(district) as classlink:
        await declare(north, classlink, mode, page_size=50)
        assert (await north.fetched(SCHOOL)).complete
        assert set(classlink.counters.statuses) == {200}
        classlink.changes.rename_person("student-0000002", "Renamed")
        night = await north.fetched(SCHOOL, "nightly")
    assert (night.reading, night.changes["user"]["changed"]) == ("changes", 1)
    assert await north.keys(SCHOOL, "class") == classes_at(district, SCHOOL)
    assert await north.keys(SCHOOL, "enrolment") == enrolments_at(district, SCHOOL)
    assert await north.keys(SCHOOL, "user") == users_at(district, SCHOOL)


@pytest.mark.parametrize("mode", MODES)
async def test_until_access_is_granted_the_run_fails_and_says_who_can_grant_it(
    north: North, district: District, mode: str
) -> None:
    async with ClassLinkSimulator(district, granted=False) as classlink:
        await declare(north, classlink, mode)
        failed = the_only(await north.fetch(SCHOOL), SyncFailed)
        assert failed.code == "AUTH_FORBIDDEN"
        assert "Let the district's administrator grant the application access in ClassLink" in failed.detail
        classlink.granted = True
        assert (await north.fetched(SCHOOL)).complete


async def test_a_wrong_token_or_secret_is_asked_for_once(north: North, district: District) -> None:
    async with ClassLinkSimulator(district) as classlink:
        for mode, words in (("direct", "client_secret"), ("proxy", "Renew token")):
            classlink.client_secret = classlink.token = "outdated"
            await declare(north, classlink, mode)
            classlink.token = "only-simulated-token"
            classlink.counters.clear()
            failed = the_only(await north.fetch(SCHOOL), SyncFailed)
            assert (failed.code, classlink.requests.total()) == ("AUTH_INVALID", 1)
            assert words in failed.detail


async def test_an_unknown_application_is_named(north: North, district: District) -> None:
    async with ClassLinkSimulator(district) as classlink:
        await declare(north, classlink, "proxy", application_id="b3RoZXI%3D")
        failed = the_only(await north.fetch(SCHOOL), SyncFailed)
    assert failed.code == "SOURCE_BAD_RESPONSE"
    assert "application_id" in failed.detail


@pytest.mark.parametrize("status", [302, 400, 404])
async def test_a_wrong_endpoint_url_is_named(north: North, district: District, status: int) -> None:
    async with ClassLinkSimulator(district) as classlink:
        classlink.mishaps.set(unavailable=1, unavailable_status=status)
        await declare(north, classlink, "direct")
        failed = the_only(await north.fetch(SCHOOL), SyncFailed)
    assert failed.code == "SOURCE_BAD_RESPONSE"
    assert "endpoint_url" in failed.detail and "base_url" not in failed.detail


@pytest.mark.parametrize("mode", MODES)
async def test_tombstones_end_accounts_and_make_none(north: North, district: District, mode: str) -> None:
    async with ClassLinkSimulator(district) as classlink:
        classlink.changes.remove_person("student-0000001")
        await declare(north, classlink, mode)
        await north.fetched(SCHOOL)
        assert "student-0000001" not in await north.keys(SCHOOL, "user")
        classlink.changes.remove_person("student-0000002")
        night = await north.fetched(SCHOOL, "nightly")
    assert (night.reading, night.changes["user"]["removed"]) == ("changes", 1)
    assert {code for code, _ in await north.findings()} <= {"CLASS_WITHOUT_STUDENTS"}


async def test_references_to_what_is_not_shared_cost_a_warning_at_most(north: North, district: District) -> None:
    course = next(taught.course_id for taught in district.classes if taught.school_id == SCHOOL)
    sharing = Sharing(unshared={course, "school-0002"}, unenrolled=False)
    async with ClassLinkSimulator(district, sharing=sharing) as classlink:
        await declare(north, classlink, "direct")
        fetched = await north.fetched(SCHOOL)
        assert await north.keys(SCHOOL, "enrolment") == enrolments_at(district, SCHOOL)
        classlink.changes.rename_person("student-0000002", "Renamed")
        assert (await north.fetched(SCHOOL, "nightly")).reading == "changes"
    assert fetched.complete
    assert await north.keys(SCHOOL, "class") == classes_at(district, SCHOOL)
    codes = {code for code, _ in await north.findings()}
    assert "COURSE_NOT_FOUND" in codes
    assert codes <= {"COURSE_NOT_FOUND", "STUDENT_OTHER_SCHOOL"}
