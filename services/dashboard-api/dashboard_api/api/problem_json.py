"""Problems of the API, as RFC 9457 has them."""

from http import HTTPStatus

from fastapi import Request, Response
from pydantic_core import to_json

from dashboard_api.problems import Problem


def problem_json(request: Request, problem: Problem) -> Response:
    """`code` and `errors` are ours: the first for programs, the second one sentence for each mistake."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.url.path,
        "code": problem.code,
    }
    if problem.mistakes:
        body["errors"] = [{"key": m.key, "detail": m.sentence} for m in problem.mistakes]
    return Response(to_json(body), problem.status, dict(problem.headers), media_type="application/problem+json")
