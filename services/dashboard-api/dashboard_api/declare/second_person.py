"""Which acts need a second person in a district."""

from typing import Annotated

from pydantic import Field

from dashboard_api.declare.values import Declared


class SecondPerson(Declared):
    """By default none: many districts have one administrator."""

    force: bool = Field(
        default=False, description="whether to force a device's sync needs a second person: true or false"
    )
    undo: bool = Field(default=False, description="whether to take back a run needs a second person: true or false")
    approvals_over_limit: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="the number of removals above which an approval needs a second person"
    )
