"""A source's settings and secrets, checked against the kind's model."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from roster_fetcher.sources.protocol import Opening, SourceTrouble

M = TypeVar("M", bound=BaseModel)


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
