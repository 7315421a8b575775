"""Who is told of runs by e-mail, of which ends, and in which language."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from common.language import mark
from dashboard_api.declare.values import Declared, Email, Id, Locale, Name, email

Outcomes = Literal["all", "problems", "never"]


class Recipient(Declared):
    """`outcomes` problems: of runs that failed, had errors or wait for a decision. `school`, `source`: as declared.

    For one school it stands in for what the same address has for the district; never: not of this school.
    """

    email: Email = Field(description=mark("the e-mail address"))
    outcomes: Outcomes = "all"
    locale: Locale | None = None
    school: Name | None = None
    source: Id | None = None


def _as_recipient(value: Any) -> Any:
    """An address alone is told of everything."""
    return Recipient(email=email(value)) if isinstance(value, str) else value


DeclaredRecipient = Annotated[Recipient, BeforeValidator(_as_recipient)]
