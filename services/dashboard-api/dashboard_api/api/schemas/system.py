"""Pools, the audit log and checks of sources, as answers have them."""

from typing import Annotated, Any, Literal

from pydantic import Field

from dashboard_api.api.schemas.fields import CheckId, Cursor, DistrictId, Language, Name, Number, Shape, When


class PoolService(Shape):
    """The workers of a service in a pool; null as long as nobody has looked."""

    service: Annotated[str, Field(examples=["roster-fetcher"])]
    workers: Number | None
    messages: Annotated[Number, Field(description="Messages that wait in its queue")] | None
    looked_at: When | None = None


class Pool(Shape):
    """A pool of workers, and what waits for it."""

    pool: Annotated[str, Field(examples=["shared"])]
    districts: Number
    services: list[PoolService]
    running: Annotated[Number, Field(description="Runs under way")]
    waiting: Annotated[Number, Field(description="Runs that wait for their turn")]


class Ledger(Shape):
    """What a run read, endpoint by endpoint."""

    endpoints: list[dict[str, Any]]


class PoolPage(Shape):
    """Pools by name."""

    pools: list[Pool]
    next: Cursor


class Act(Shape):
    """What a person or key did."""

    at: When
    district_id: DistrictId
    actor: Annotated[str, Field(description="Id of the person or key")]
    actor_name: Name
    action: Annotated[str, Field(examples=["order"])]
    subject: Annotated[str, Field(examples=["district/north"])]
    subject_name: Annotated[
        Name | None,
        Field(description="Of a person, key, district, school or device; of a run, hold or order its one school's"),
    ]
    detail: Annotated[dict[str, Any], Field(description="Before and after, and why", examples=[{"reason": "new term"}])]


class ActPage(Shape):
    """Acts, the latest first."""

    acts: list[Act]
    next: Cursor


class CheckOrdered(Shape):
    """A check that was taken."""

    id: CheckId


class SourceCheck(Shape):
    """A check of a source, and once it is done what was found."""

    id: CheckId
    district: DistrictId
    locale: Language | None
    pool: Annotated[str, Field(examples=["shared"])]
    kind: Annotated[str, Field(examples=["oneroster"])]
    school: Annotated[str, Field(examples=["1"])] | None
    asked_at: When
    done_at: When | None
    state: Literal["waiting", "unanswered", "done"]
    report: Annotated[dict[str, Any], Field(description="What was found, codes in words", examples=[{}])] | None


class QueuesShown(Shape):
    """The queues of all services and pools."""

    queues: list[dict[str, Any]]


class WorkersShown(Shape):
    """The processes of all services within the last day."""

    workers: list[dict[str, Any]]


class Versions(Shape):
    """Versions of the software, the schemas and the servers."""


class ParkedShown(Shape):
    """What is parked of a queue."""

    queue: Annotated[str, Field(examples=["roster-fetcher.shared"])]
    parked: list[dict[str, Any]]


class ParkedActed(Shape):
    """What was done to parked messages."""

    queue: Annotated[str, Field(examples=["roster-fetcher.shared"])]
    done: list[str]
    missing: list[str]
