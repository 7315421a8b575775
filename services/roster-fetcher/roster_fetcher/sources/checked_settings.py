"""A source's settings and secrets, checked against the kind's model; and what these models share."""

from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from roster_fetcher.sources.protocol import Opening, SourceTrouble

M = TypeVar("M", bound=BaseModel)


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be a web address that begins with https:// or http://")
    return value.rstrip("/")


WebAddress = Annotated[str, AfterValidator(_web_address)]


class ServerSettings(BaseModel):
    """What all kinds share that are read over HTTP.

    `requests_per_minute` bounds the requests of all workers together that use the same credentials; without it only
    the limits count that the server tells of. The others are `cursors.choose`'s.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    requests_per_minute: int | None = Field(default=None, ge=1)
    changes_only: bool = True
    full_every_days: int = Field(default=7, ge=1, le=90)


def checked(model: type[M], opening: Opening) -> M:
    """The settings and secrets as the kind's model has them.

    Raises `SourceTrouble` SETTINGS_INVALID with one sentence for each setting that is wrong; values are not repeated.
    """
    try:
        return model.model_validate(opening.settings | opening.secrets)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise SourceTrouble("SETTINGS_INVALID", " ".join(_sentence(detail) for detail in details)) from None


def _sentence(detail: ErrorDetails) -> str:
    name = ".".join(map(str, detail["loc"])) or "source"
    match detail["type"]:
        case "missing":
            return f"The source's setting {name} is missing."
        case "extra_forbidden":
            return f"The source's setting {name} is not known; take it out or correct its name."
        case "value_error":
            return f"The source's setting {name} {detail['ctx']['error']}."
    return f"The source's setting {name} cannot be used: {detail['msg'][:1].lower()}{detail['msg'][1:]}."
