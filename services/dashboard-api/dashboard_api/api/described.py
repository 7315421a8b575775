"""What a route says of its answers for the description of the API: `@router.get(path, **gives(Run))`.

Answers are JSON that is made elsewhere, so nothing is checked or changed by these models.
"""

from types import UnionType
from typing import Any

from pydantic import BaseModel

from dashboard_api.api.problem_json import PROBLEM
from dashboard_api.api.schemas.problems import ProblemDetails
from dashboard_api.problem_codes import PAGE, PROBLEM_CODES

ETAG = {"ETag": {"description": "Names this state, for If-Match and If-None-Match", "schema": {"type": "string"}}}
LOCATION = {"Location": {"description": "Where to see how far it is", "schema": {"type": "string"}}}
LINK = {"Link": {"description": 'The next page, as rel="next"', "schema": {"type": "string"}}}
TEXT = {"schema": {"type": "string"}}


def gives(
    model: type[BaseModel] | UnionType,
    status: int = 200,
    *,
    problems: tuple[int, ...] = (),
    tagged: bool = False,
    listed: bool = False,
    as_csv: bool = False,
) -> dict[str, Any]:
    """The answer's status and shape, and problems beside those that any request can have.

    `tagged`: it has an ETag. `listed`: it comes as pages with a link, and as CSV. `as_csv`: whole, and as CSV.
    """
    headers = {**(ETAG if tagged else {}), **(LINK if listed else {}), **(LOCATION if status == 202 else {})}
    answer: dict[str, Any] = {"model": model, "headers": headers}
    if listed or as_csv:
        answer["content"] = {"text/csv": TEXT}
    answers: dict[int | str, Any] = {status: answer}
    if tagged:
        answers[304] = {"description": "It is what `If-None-Match` names", "headers": ETAG}
    for problem in problems:
        answers[problem] = problem_answer(problem)
    return {"status_code": status, "responses": answers}


MEANINGS = {
    400: "The request cannot be read: a cursor or key that is not one of ours",
    401: "Nobody that we know asks",
    403: "The account may not do this",
    404: "There is no such thing, or the account has no access to it",
    409: "This cannot be done now; `code` and `detail` say why",
    412: "It was changed meanwhile; `changes` says how, `ETag` names what it is now",
    422: "The request has mistakes; `errors` names them",
    428: "The request does not say what was seen",
    503: "A service has not been started yet",
}


def problem_answer(status: int) -> dict[str, Any]:
    """A problem among a route's answers, as the whole document has it (`problem_answers`)."""
    return {"description": MEANINGS[status], "$ref": f"#/components/responses/problem{status}"}


def problem_answers() -> dict[str, Any]:
    """The answers that those of routes refer to."""
    schema = {"$ref": f"#/components/schemas/{ProblemDetails.__name__}"}
    return {
        f"problem{status}": {
            "description": meaning,
            "content": {PROBLEM: {"schema": schema, "example": _example(status)}},
        }
        for status, meaning in MEANINGS.items()
    }


def _example(status: int) -> dict[str, Any]:
    """The first of the codes with this status."""
    known = next(one for one in PROBLEM_CODES.values() if one.status == status)
    return {
        "type": f"https://rosterbus.example{PAGE}{known.code}",
        "title": known.title,
        "status": status,
        "detail": known.remedy,
        "instance": "/api/v1/schools",
        "code": known.code,
    }
