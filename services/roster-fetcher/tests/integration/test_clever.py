"""Clever as it really is: tokens that change, pages too large, districts on hold, events that run out."""

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.events import SchoolsNotListed, SyncFailed
from simulators.clever import Behaviour, CleverSimulator
from simulators.generate import Quirks, generate

from ..support.north import North, nothing_changed, the_only

SCHOOL, OTHER = "school-0001", "school-0002"


class Clever:
    """A district at Clever, declared as the test district's source."""

    def __init__(self, north: North, stack: AsyncExitStack) -> None:
        self.north = north
        self.moment = datetime.now(UTC)
        self.district = generate(
            seed=61, schools=2, students_per_school=30, quirks=Quirks(schools=(SCHOOL,), unknown_user=1, other_school=1)
        )
        self._stack = stack

    async def serve(self, behaviour: Behaviour | None = None, **settings: Any) -> CleverSimulator:
        self.server = await self._stack.enter_async_context(
            CleverSimulator(self.district, behaviour, clock=lambda: self.moment)
        )
        await self.declare(**settings)
        return self.server

    async def declare(self, secrets: dict[str, str] | None = None, **settings: Any) -> None:
        server = self.server
        addresses = {"base_url": server.base_url, "token_base_url": server.token_base_url}
        app = {"client_id": server.client_id, "client_secret": server.client_secret}
        declared = {"district_id": server.district_id} | addresses | settings
        await self.north.declare("clever", declared, secrets or app, [SCHOOL, OTHER])

    async def refused(self) -> tuple[str, str]:
        failed = the_only(await self.north.fetch(SCHOOL), SyncFailed)
        return failed.code, failed.detail

    def students(self) -> list[str]:
        return self.server.publisher.store["users"].ids(f"student {SCHOOL}")


@pytest.fixture
async def clever(north: North) -> AsyncIterator[Clever]:
    async with AsyncExitStack() as stack:
        yield Clever(north, stack)


async def test_the_token_is_found_by_the_districts_id(clever: Clever, north: North) -> None:
    server = await clever.serve()
    assert (await north.fetched(SCHOOL)).complete
    assert server.requests["oauth/tokens"] == 1


async def test_a_token_that_is_replaced_in_mid_reading_is_found_again(clever: Clever, north: North) -> None:
    server = await clever.serve(page_size=10)
    await clever.declare({"client_id": server.client_id, "client_secret": server.client_secret, "token": server.token})
    server.mishaps.set(rotate_after=7)
    assert (await north.fetched(SCHOOL)).complete
    assert server.requests["oauth/tokens"] == 1


async def test_a_refused_token_is_looked_up_once_only(clever: Clever) -> None:
    server = await clever.serve()
    server.mishaps.set(unauthorised=True)
    code, detail = await clever.refused()
    assert code == "AUTH_INVALID"
    assert "token" in detail
    assert server.requests["oauth/tokens"] == 2


async def test_a_replaced_token_has_to_be_entered_where_the_app_is_not_known(clever: Clever, north: North) -> None:
    server = await clever.serve()
    await clever.declare({"token": server.token})
    await north.fetched(SCHOOL)
    server.tokens.rotate()
    assert (await clever.refused())[0] == "AUTH_INVALID"
    await clever.declare({"token": server.token})
    assert (await north.fetched(SCHOOL)).complete


@pytest.mark.parametrize("spoilt", [{"truncated": 9}, {"html": 9}, {"unavailable": 9}, {"forbidden": True}])
async def test_nothing_that_the_token_endpoint_answers_is_kept(clever: Clever, north: North, spoilt: Any) -> None:
    server = await clever.serve()
    server.mishaps.set(only=("oauth/tokens",), **spoilt)
    await clever.refused()
    assert {row["answer"] for row in await north.fetcher.fetch("SELECT answer FROM ledger")} == {""}


@pytest.mark.parametrize(
    ("settings", "code", "words"),
    [
        ({"secrets": {"client_id": "rosterbus", "client_secret": "wrong"}}, "AUTH_INVALID", "client_secret"),
        ({"district_id": "d-2"}, "AUTH_FORBIDDEN", "no token for the district d-2"),
        ({"base_url": "http://127.0.0.1:9/v3.1"}, "SOURCE_UNREACHABLE", "127.0.0.1"),
        ({"colour": "red"}, "SETTINGS_INVALID", "colour"),
    ],
)
async def test_what_cannot_be_opened_is_explained(clever: Clever, settings: Any, code: str, words: str) -> None:
    await clever.serve()
    await clever.declare(**settings)
    refused = await clever.refused()
    assert refused[0] == code, refused
    assert words in refused[1]


async def test_another_districts_token_reads_nothing(clever: Clever, north: North) -> None:
    server = await clever.serve()
    await clever.declare({"token": server.token}, district_id="d-2")
    assert (await clever.refused())[0] == "SETTINGS_INVALID"
    assert await north.keys(SCHOOL, "user") == set()


async def test_pages_that_are_too_large_are_asked_for_by_halves(clever: Clever, north: North) -> None:
    server = await clever.serve(Behaviour(max_limit=130))
    assert (await north.fetched(SCHOOL)).complete
    limits = [line.partition("limit=")[2].partition("&")[0] for line in server.counters.recent if "schools/" in line]
    assert [limit for limit in dict.fromkeys(limits) if limit] == ["1000", "500", "250", "125"]


async def test_without_families_contacts_are_not_even_asked_for(clever: Clever, north: North) -> None:
    server = await clever.serve()
    fetched = await north.fetched(SCHOOL)
    assert "guardian" not in fetched.counts
    assert server.requests["users?role=contact"] == 0
    await clever.declare(families=True)
    assert (await north.fetched(SCHOOL)).counts["guardian"] > 0


async def test_members_of_other_schools_are_looked_up_and_unknown_ones_left_out(clever: Clever, north: North) -> None:
    server = await clever.serve()
    fetched = await north.fetched(SCHOOL)
    guest = next(
        row.user_id for row in clever.district.enrolments if row.id in clever.district.findings["other_school"]
    )
    stray = next(row for row in clever.district.enrolments if row.id in clever.district.findings["unknown_user"])
    assert fetched.complete
    assert guest in await north.keys(SCHOOL, "user")
    assert {("STUDENT_OTHER_SCHOOL", guest), ("USER_NOT_FOUND", f"{stray.class_id}/{stray.user_id}/student")} <= (
        await north.findings()
    )
    assert server.requests["users/{id}"] == 2


@pytest.mark.parametrize("mode", ["full", "nightly"])
async def test_while_the_district_is_paused_nobody_is_removed(clever: Clever, north: North, mode: Any) -> None:
    server = await clever.serve()
    await north.fetched(SCHOOL)
    student = clever.students()[0]
    server.changes.set_state("paused", pause_end="2027-01-08T00:00:00.000Z")
    server.changes.remove_person(student)
    fetched = await north.fetched(SCHOOL, mode)
    assert not fetched.complete
    assert student in await north.keys(SCHOOL, "user")
    detail = await north.fetcher.fetchval("SELECT detail FROM finding WHERE code = 'SOURCE_PAUSED'")
    assert "paused" in detail and "2027-01-08" in detail

    server.changes.set_state("success")
    assert (await north.fetched(SCHOOL, "nightly")).complete
    assert student not in await north.keys(SCHOOL, "user")


async def test_somebody_who_leaves_for_another_school_leaves_here(clever: Clever, north: North) -> None:
    server = await clever.serve()
    await north.fetched(SCHOOL)
    student = clever.students()[0]
    for section in server.publisher.store["sections"].ids(f"user {student}").copy():
        server.changes.drop_enrolment(student, section)
    server.changes.change("users", student, roles={"student": {"school": OTHER, "schools": [OTHER]}})
    fetched = await north.fetched(SCHOOL, "nightly")
    assert fetched.reading == "changes"
    assert student not in await north.keys(SCHOOL, "user")
    assert nothing_changed(await north.fetched(SCHOOL))


async def test_the_contacts_of_somebody_who_comes_back_come_too(clever: Clever, north: North) -> None:
    server = await clever.serve(families=True)
    await north.fetched(SCHOOL)
    contact = next(
        row
        for row in server.publisher.store["users"].records()
        if [
            link["student"] in clever.students()
            for link in row["roles"].get("contact", {}).get("student_relationships", [])
        ]
        == [True]
    )
    student = contact["roles"]["contact"]["student_relationships"][0]["student"]
    server.changes.unshare("users", student)
    assert (await north.fetched(SCHOOL, "nightly")).reading == "changes"
    assert not {student, contact["id"]} & await north.keys(SCHOOL, "user")

    server.changes.share("users", student)
    fetched = await north.fetched(SCHOOL, "nightly")
    assert fetched.reading == "changes"
    assert {student, contact["id"]} <= await north.keys(SCHOOL, "user")
    assert nothing_changed(await north.fetched(SCHOOL))


async def test_somebody_with_a_new_id_is_somebody_new(clever: Clever, north: North) -> None:
    server = await clever.serve()
    await north.fetched(SCHOOL)
    before, student = await north.parts(SCHOOL), clever.students()[0]
    fresh = server.changes.renew_person(student)
    assert (await north.fetched(SCHOOL, "nightly")).reading == "changes"
    swapped = {(class_, fresh if user == student else user, role) for class_, user, role in before}
    assert await north.parts(SCHOOL) == swapped


@pytest.mark.parametrize("off", ["quiet", "forbidden"])
async def test_events_that_are_not_enabled_let_everything_be_read(clever: Clever, north: North, off: Any) -> None:
    await clever.serve(Behaviour(events=False, events_off=off))
    await north.fetched(SCHOOL)
    fetched = await north.fetched(SCHOOL, "nightly")
    assert fetched.reading == "full"
    assert "events" in fetched.reading_reason


@pytest.mark.parametrize("status", [400, 403, 404, 501])
@pytest.mark.parametrize(("path", "after"), [("events/{id}", 0), ("events", 1)])
async def test_events_that_are_refused_let_everything_be_read(
    clever: Clever, north: North, path: str, after: int, status: int
) -> None:
    server = await clever.serve()
    await north.fetched(SCHOOL)
    server.mishaps.set(only=(path,), after=after, unavailable=1, unavailable_status=status)
    assert (await north.fetched(SCHOOL, "nightly")).reading == "full"


async def test_events_that_do_not_come_for_now_fail_the_run(clever: Clever, north: North) -> None:
    server = await clever.serve()
    await north.fetched(SCHOOL)
    server.mishaps.set(only=("events",), after=1, unavailable=9)
    assert the_only(await north.fetch(SCHOOL, "nightly"), SyncFailed).code == "SOURCE_UNREACHABLE"


async def test_the_contacts_of_somebody_of_another_school_come_with_the_enrolment(clever: Clever, north: North) -> None:
    server = await clever.serve(families=True)
    await north.fetched(SCHOOL)
    users, here = server.publisher.store["users"], await north.keys(SCHOOL, "user")
    guest = next(key for key in users.ids(f"student {OTHER}") if key not in here and users.ids(f"contact of {key}"))
    server.changes.add_enrolment(guest, sorted(await north.keys(SCHOOL, "class"))[0])
    server.changes.rename_person(guest, given_name="Robin")
    assert (await north.fetched(SCHOOL, "nightly")).reading == "changes"
    assert {guest, *users.ids(f"contact of {guest}")} <= await north.keys(SCHOOL, "user")
    assert nothing_changed(await north.fetched(SCHOOL))


async def test_after_thirty_days_everything_is_read(clever: Clever, north: North) -> None:
    server = await clever.serve()
    await north.fetched(SCHOOL)
    clever.moment += timedelta(days=31)
    server.changes.rename_person(clever.students()[0], given_name="Robin")
    fetched = await north.fetched(SCHOOL, "nightly")
    assert fetched.reading == "full"
    assert "30 days" in fetched.reading_reason
    server.changes.rename_person(clever.students()[1], given_name="Robin")
    assert (await north.fetched(SCHOOL, "nightly")).reading == "changes"


async def test_a_term_that_changes_lets_everything_be_read(clever: Clever, north: North) -> None:
    server = await clever.serve()
    await north.fetched(SCHOOL)
    server.changes.change("terms", "year-2027", end_date="2027-06-30")
    fetched = await north.fetched(SCHOOL, "nightly")
    assert (fetched.reading, fetched.reading_reason) == ("full", "The source's terms changed.")
    section = sorted(await north.keys(SCHOOL, "class"))[0]
    assert (await north.view("class", SCHOOL, section))["ends_on"].isoformat() == "2027-07-01"


async def test_changes_are_told_at_their_cost(clever: Clever, north: North) -> None:
    server = await clever.serve()
    await north.fetched(SCHOOL)
    server.counters.clear()
    server.changes.rename_person(clever.students()[0], given_name="Robin")
    await north.fetched(SCHOOL, "nightly")
    asked = {name for name in server.requests if "sections" in name or "users" in name or name == "events"}
    assert asked == {"events"}


async def test_an_unshared_school_fails_the_run_and_is_not_listed(clever: Clever, north: North) -> None:
    server = await clever.serve()
    await north.fetched(SCHOOL)
    server.changes.unshare("schools", SCHOOL)
    failed = the_only(await north.fetch(SCHOOL, "nightly"), SyncFailed)
    assert failed.code == "SCHOOL_NOT_FOUND"
    assert await north.keys(SCHOOL, "class")
    server.changes.unshare("schools", OTHER)
    assert the_only(await north.list_schools(), SchoolsNotListed).code == "SOURCE_EMPTY"


def share_again(server: CleverSimulator) -> None:
    """Share everything that still exists."""
    for collection, hidden in (
        ("users", server.publisher.sharing.users),
        ("sections", server.publisher.sharing.sections),
    ):
        for key in sorted(hidden):
            if server.publisher.find(collection, key):
                server.changes.share(collection, key)


def something_happens(server: CleverSimulator, rng: random.Random) -> None:
    """One of the things that a district does with what it shares."""
    changes = server.changes
    users, sections = ([row["id"] for row in server.publisher.all(name)] for name in ("users", "sections"))
    user, section, school = rng.choice(users), rng.choice(sections), rng.choice((SCHOOL, OTHER))
    student = rng.choice([key for key in users if key.startswith("student")])
    move = {"student": {"school": school, "schools": [school]}}
    tie = {"contact": {"student_relationships": [{"student": student, "relationship": "Parent", "type": ""}]}}
    contact = rng.choice([key for key in users if key.startswith("parent")])
    rng.choice(
        (
            lambda: changes.unshare("users", user),
            lambda: changes.unshare("sections", section),
            lambda: share_again(server),
            lambda: changes.renew_person(student),
            lambda: changes.remove_person(user),
            lambda: changes.change("users", student, roles=move),
            lambda: changes.change("users", contact, roles=tie),
            lambda: changes.change("users", user, name={"last": "Xavier"}),
            lambda: changes.add_enrolment(student, section),
            lambda: changes.add_enrolment(changes.add_person(school, "student", "New", "Person"), section),
        )
    )()


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_shared_and_unshared_changes_end_where_everything_does(
    clever: Clever, north: North, seed: int
) -> None:
    rng, server = random.Random(seed), await clever.serve(families=True)
    await north.fetched(SCHOOL)
    for _ in range(3):
        for _ in range(rng.randrange(6)):
            something_happens(server, rng)
        await north.fetched(SCHOOL, "nightly")
        found = await north.findings()
        assert nothing_changed(await north.fetched(SCHOOL, "full"))
        assert await north.findings() == found
