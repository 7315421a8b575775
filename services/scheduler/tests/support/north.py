"""A district in the registry, as dashboard-api writes it."""

from uuid import UUID, uuid4

from common import registry
from common.db import Pool
from common.events import PackageArrived, SyncCompleted, SyncOrdered, SyncRequested

DISTRICT = "north"


def school_id(name: str) -> UUID:
    """Our id of a school of the test district."""
    return registry.school_id(DISTRICT, "sis", name)


async def declare(dashboard: Pool, schools: list[str], *, not_set_up: list[str] | None = None) -> None:
    """A district whose `schools` sync to one Moodle, two at a time; those `not_set_up` have none."""
    await dashboard.execute("INSERT INTO district (id, name, timezone) VALUES ($1, 'North', 'Europe/Paris')", DISTRICT)
    await dashboard.execute("INSERT INTO source VALUES ($1, 'sis', 'oneroster', '{}', '')", DISTRICT)
    await dashboard.execute(
        "INSERT INTO target (district_id, id, name, base_url, roles, secrets) "
        "VALUES ($1, 'm', 'M', 'http://m', '{}', '')",
        DISTRICT,
    )
    for name in [*schools, *(not_set_up or [])]:
        await dashboard.execute(
            "INSERT INTO school (district_id, id, source_id, source_school_id, target_id, name) "
            "VALUES ($1, $2, 'sis', $3, $4, $3)",
            DISTRICT, school_id(name), name, "m" if name in schools else None,
        )  # fmt: skip


def an_order(*schools: str, mode: str = "full") -> SyncOrdered:
    """An order for the named schools, or for all."""
    ids = tuple(school_id(name) for name in schools) or None
    return SyncOrdered.model_validate(
        {"district_id": DISTRICT, "order_id": uuid4(), "schools": ids, "mode": mode, "ordered_by": "tester"}
    )


def the_end_of(run: SyncRequested) -> SyncCompleted:
    """What moodle-sync says when the run is done."""
    return SyncCompleted(
        district_id=run.district_id, run_id=run.run_id, school_id=run.school_id, mode=run.mode, outcome="clean"
    )


def an_arrival(source_id: str = "sis") -> PackageArrived:
    """What roster-fetcher says when a package came."""
    return PackageArrived(district_id=DISTRICT, arrival_id=uuid4(), source_id=source_id)
