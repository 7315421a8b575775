"""Problems, as answers have them (RFC 9457)."""

from typing import Annotated, Any

from pydantic import Field

from dashboard_api.api.schemas.fields import Shape


class MistakeDetail(Shape):
    """A mistake in the request."""

    key: Annotated[str, Field(description="Where it is", examples=["nights"])]
    detail: Annotated[str, Field(examples=["nights: Input should be greater than or equal to 1."])]


class ProblemDetails(Shape):
    """What went wrong, and what to do."""

    type: Annotated[
        str,
        Field(description="A page about the code", examples=["https://rosterbus.example/help/problems/not_found"]),
    ]
    title: Annotated[str, Field(examples=["There is no such thing"])]
    status: Annotated[int, Field(examples=[404])]
    detail: Annotated[
        str, Field(examples=["There is no such run, or your account has no access to it. Check the address."])
    ]
    instance: Annotated[str, Field(examples=["/api/v1/runs/0b9d8a3e-5c6f-5a51-8d0e-2f6f0a7b1c22"])]
    code: Annotated[str, Field(description="For programs", examples=["not_found"])]
    errors: Annotated[list[MistakeDetail] | None, Field(description="One for each mistake")] = None
    changes: Annotated[list[dict[str, Any]] | None, Field(description="With 412: what was changed meanwhile")] = None
