"""What events make of schools: listings, counts, how the last sync ended, errors."""

from datetime import timedelta
from uuid import UUID, uuid4

from common.events import (
    NoticeFailed,
    NoticeSent,
    SchoolsListed,
    SchoolsNotListed,
    SyncErrorsFound,
    SyncFailed,
    SyncRequested,
)

from .surroundings import BEGINNING, NORTH, Dashboard, completed, fetched, found_error, school
from .surroundings import north as north_with


async def names(dashboard: Dashboard) -> dict[str, tuple[str, bool, str | None]]:
    rows = await dashboard.pool.fetch("SELECT source_school_id, name, shared, target_id FROM school ORDER BY 1")
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


async def test_a_listing_brings_schools_in_and_sets_them_up(dashboard: Dashboard) -> None:
    await dashboard.declare(NORTH)
    await dashboard.list_schools({"1": "Ashgrove Primary"})
    assert await names(dashboard) == {"1": ("Ashgrove Primary", True, "main")}
    assert await dashboard.pool.fetchval("SELECT listed_at >= declared_at FROM district_overview") is True


async def test_a_listing_renames_schools_and_marks_those_that_are_no_longer_shared(north: Dashboard) -> None:
    await north.list_schools({"2": "Beech Hill Academy", "3": "Calder High"})
    assert await names(north) == {
        "1": ("Ashgrove Primary", False, "main"),
        "2": ("Beech Hill Academy", True, "main"),
        "3": ("Calder High", True, "main"),
    }


async def test_the_same_listing_twice_changes_nothing(north: Dashboard) -> None:
    before = await names(north)
    await north.handle(SchoolsListed(district_id="north", schools=2, listing=1))
    assert await names(north) == before


async def test_a_listing_of_one_district_leaves_another_alone(north: Dashboard) -> None:
    await north.declare(north_with(district={**NORTH["district"], "id": "south"}))
    await north.list_schools({"1": "Ashgrove in the south"}, "south")
    await north.list_schools({}, "north")
    shared = await north.pool.fetch("SELECT district_id, shared FROM school ORDER BY district_id, source_school_id")
    assert [tuple(row) for row in shared] == [("north", False), ("north", False), ("south", True)]


async def test_a_source_that_cannot_tell_its_schools_is_noted_with_its_reason(north: Dashboard) -> None:
    await north.handle(
        SchoolsNotListed(district_id="north", source_id="main", code="AUTH_INVALID", detail="The secret was refused.")
    )
    district = await north.row("SELECT listing_error, listing_error_code FROM source")
    assert tuple(district.values()) == ("The secret was refused.", "AUTH_INVALID")
    assert all(shared for _, shared, _ in (await names(north)).values())


async def test_an_older_failure_does_not_hide_a_newer_listing(north: Dashboard) -> None:
    await north.handle(
        SchoolsNotListed(district_id="north", source_id="main", code="AUTH_INVALID", detail="late"),
        at=BEGINNING - timedelta(hours=1),
    )
    assert (await north.row("SELECT listing_error FROM source"))["listing_error"] is None


async def test_counts_are_those_of_the_newest_snapshot(north: Dashboard) -> None:
    await north.handle(fetched(uuid4(), snapshot=2, counts={"student": 410}))
    await north.handle(fetched(uuid4(), snapshot=1, counts={"student": 402}))
    state = await north.row("SELECT counts, snapshot FROM school_state")
    assert tuple(state.values()) == ({"student": 410}, 2)


async def test_a_school_stands_so_since_the_first_of_its_syncs_that_ended_so(north: Dashboard) -> None:
    for second, errors in enumerate((2, 0, 0)):
        await north.handle(completed(uuid4(), errors=errors), at=BEGINNING + timedelta(seconds=second))
    status = await north.row("SELECT status, since, errors FROM school_status WHERE id = $1", school("1"))
    assert tuple(status.values()) == ("nightly", BEGINNING + timedelta(seconds=1), 0)


async def test_a_refresh_or_a_preview_does_not_change_how_a_school_stands(north: Dashboard) -> None:
    await north.handle(completed(uuid4(), mode="refresh", outcome="refreshed"))
    await north.handle(completed(uuid4(), outcome="previewed"))
    dry = uuid4()
    await north.handle(SyncRequested(district_id="north", run_id=dry, school_id=school("1"), mode="full", dry_run=True))
    await north.handle(failed(dry))
    assert await north.pool.fetchval("SELECT health FROM school_status WHERE id = $1", school("1")) == "never"


async def test_a_refresh_brings_the_counts_of_its_snapshot(north: Dashboard) -> None:
    run_id = uuid4()
    await north.fetcher.execute(
        "INSERT INTO snapshot (district_id, school_id, number, run_id, complete, counts, changes, duration_ms) "
        "VALUES ('north', $1, 4, $2, true, $3, '{}', 900)",
        school("1"),
        run_id,
        {"student": 398},
    )
    await north.handle(completed(run_id, mode="refresh", outcome="refreshed", bytes_down=812_000))
    state = await north.row("SELECT counts, snapshot, health FROM school_state")
    assert tuple(state.values()) == ({"student": 398}, 4, None)
    run = await north.row("SELECT source_down, target_down, counts FROM run_overview WHERE id = $1", run_id)
    assert (run["source_down"], run["target_down"], run["counts"]) == (812_000, 0, {"student": 398})


async def test_a_failure_keeps_the_number_of_errors_known_before(north: Dashboard) -> None:
    await north.handle(completed(uuid4(), errors=17))
    await north.handle(failed(uuid4()))
    status = await north.row("SELECT status, health, errors FROM school_status WHERE id = $1", school("1"))
    assert tuple(status.values()) == ("with_errors", "failed", 17)


async def test_errors_are_kept_for_the_latest_run_that_has_any(north: Dashboard) -> None:
    older, newer = uuid4(), uuid4()
    for run_id in (older, newer):
        await north.handle(errors(run_id))
        await north.handle(errors(run_id))
    await north.handle(errors(uuid4(), key="2"))
    assert await runs_with_errors(north, "1") == {newer}
    assert len(await runs_with_errors(north, "2")) == 1
    assert await north.pool.fetchval("SELECT sum(occurrences) FROM run_error_code WHERE run_id = $1", older) == 1
    await north.handle(completed(uuid4()))
    assert await runs_with_errors(north, "1") == set()
    assert len(await runs_with_errors(north, "2")) == 1


async def test_a_notice_that_was_sent_counts_as_sent(north: Dashboard) -> None:
    notice = {
        "district_id": "north",
        "run_id": uuid4(),
        "school_id": school("1"),
        "channel": "email",
        "recipient_id": "a",
    }
    await north.handle(NoticeSent.model_validate(notice))
    await north.handle(NoticeFailed.model_validate({**notice, "recipient_id": "b", "detail": "no such mailbox"}))
    await north.handle(NoticeSent.model_validate(notice))
    rows = await north.pool.fetch("SELECT recipient_id, sent_at IS NOT NULL, failure FROM notice ORDER BY 1")
    assert [tuple(row) for row in rows] == [("a", True, None), ("b", False, "no such mailbox")]


def failed(run_id: UUID) -> SyncFailed:
    return SyncFailed(
        district_id="north",
        run_id=run_id,
        school_id=school("1"),
        mode="full",
        phase="fetching",
        code="SOURCE_UNREACHABLE",
    )


def errors(run_id: UUID, key: str = "1") -> SyncErrorsFound:
    return SyncErrorsFound(
        district_id="north", run_id=run_id, school_id=school(key), phase="fetching", part=0, errors=(found_error(),)
    )


async def runs_with_errors(dashboard: Dashboard, key: str) -> set[UUID]:
    rows = await dashboard.pool.fetch("SELECT DISTINCT run_id FROM run_error WHERE school_id = $1", school(key))
    return {row["run_id"] for row in rows}
