"""Problems of the API, as RFC 9457 has them."""

from http import HTTPStatus

from fastapi import Request, Response
from pydantic_core import to_json

from dashboard_api.context import context_of
from dashboard_api.problem_codes import PAGE, PROBLEM_CODES
from dashboard_api.problems import Problem

PROBLEM = "application/problem+json"


def problem_json(request: Request, problem: Problem) -> Response:
    """`code` and `errors` are ours: the first for programs, the second one sentence for each mistake."""
    known = PROBLEM_CODES.get(problem.code)
    address = context_of(request).settings.dashboard_url.rstrip("/")
    body = {
        "type": f"{address}{PAGE}{problem.code}" if known else "about:blank",
        "title": known.title if known else HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.url.path,
        "code": problem.code,
        **problem.more,
    }
    if problem.mistakes:
        body["errors"] = [{"key": m.key, "detail": m.sentence} for m in problem.mistakes]
    return Response(to_json(body), problem.status, dict(problem.headers), media_type=PROBLEM)
