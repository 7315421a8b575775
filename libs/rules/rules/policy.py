"""What a district lets Rosterbus do. Kept with the district in the registry; every field has its usual value.

Descriptions are written to follow "It is", because a mistake's sentence quotes them.
"""

from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from rules import templates

PERSON_FIELDS = (
    *("id", "source", "username", "mailbox", "email", "identifier", "given_name", "family_name"),
    *("grade", "role", "school", "school_id"),
)
CLASS_FIELDS = (
    *("id", "source", "title", "code", "course", "course_id", "subject", "grade", "term_start", "term_end"),
    *("school", "school_id", "mark"),
)
RECORD_FIELDS = ("id", "source")

PersonTemplate = Annotated[str, AfterValidator(lambda text: templates.check(text, PERSON_FIELDS))]
ClassTemplate = Annotated[str, AfterValidator(lambda text: templates.check(text, CLASS_FIELDS))]
RecordTemplate = Annotated[str, AfterValidator(lambda text: templates.check(text, RECORD_FIELDS))]
T = TypeVar("T")


def _not_empty(values: tuple[T, ...]) -> tuple[T, ...]:
    """Not `min_length`: pydantic would say that too of a list whose only template has a mistake."""
    if not values:
        raise PydanticCustomError("too_short", "must not be empty")
    return values


NotEmpty = AfterValidator(_not_empty)
Percent = Annotated[int, Field(ge=0, le=100)]


class Rules(BaseModel):
    """What the parts of a policy share."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Templates(Rules):
    """How values are made of a record's fields; of several the first whose fields all have a value."""

    username: Annotated[tuple[PersonTemplate, ...], NotEmpty] = (*("{username}", "{mailbox}", "{identifier}", "{id}"),)
    email: tuple[PersonTemplate, ...] = ("{email}",)
    course_full_name: Annotated[tuple[ClassTemplate, ...], NotEmpty] = (*("{title}", "{course}", "{code}", "{id}"),)
    course_short_name: Annotated[tuple[ClassTemplate, ...], NotEmpty] = (
        *("{code:.60} {mark}", "{title:.60} {mark}", "{course:.60} {mark}", "{mark}"),
    )
    category: Annotated[tuple[ClassTemplate, ...], Field(max_length=4), NotEmpty] = Field(
        default=("{school}",),
        description="the names of the categories in which a course stands, from the top down",
    )
    idnumber: RecordTemplate = Field(
        default="{id}", description="how Moodle's ID numbers are made; {source}:{id} where two sources share a Moodle"
    )


class Limit(Rules):
    """How many may be removed without asking: the greater of a number, and a share of what there is."""

    count: Annotated[int, Field(ge=0)] = 5
    percent: Percent = 10

    def of(self, total: int) -> int:
        """The number for so many records."""
        return max(self.count, total * self.percent // 100)


class Limits(Rules):
    """When a plan waits for a person. `removals` holds for every kind of record that is not named beside it."""

    removals: Limit = Limit()
    users: Limit | None = None
    courses: Limit | None = None
    enrolments: Limit | None = None
    ids_changed: Percent = Field(default=25, description="the share of people who may get new ids in one run")
    class_turnover: Percent = Field(default=60, description="the share of a class that may be replaced in one run")
    values_lost: Percent = Field(default=25, description="the share of people who may lose a value in one run")

    def removals_of(self, entity: str) -> Limit:
        """The limit for a kind of record: user, course, enrolment and others."""
        own = {"user": self.users, "course": self.courses, "enrolment": self.enrolments}.get(entity)
        return own or self.removals


class Policy(Rules):
    """The whole of it."""

    changes: Literal["new", "all"] = Field(
        default="new", description="what nightly and partial runs apply: new or all; a full run always applies all"
    )
    leavers: Literal["suspend", "unenrol"] = Field(
        default="suspend", description="what becomes of enrolments that are gone: suspend or unenrol"
    )
    account_days: Annotated[int, Field(ge=0, le=3650)] = Field(
        default=0, description="the number of days after which the account of somebody who is gone is suspended"
    )
    courses: Literal["class", "course"] = Field(
        default="class",
        description="what becomes one Moodle course: each class, or each course with a group for a class",
    )
    cohorts: tuple[Literal["school", "grade"], ...] = Field(
        default=(), description="the cohorts that are kept: school, grade, or both"
    )
    families: bool = Field(default=False, description="whether guardians get accounts and see their children's work")
    templates: Templates = Templates()
    limits: Limits = Limits()
