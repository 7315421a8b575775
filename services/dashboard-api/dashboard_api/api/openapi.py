"""The description of the API (OpenAPI 3.1): what FastAPI knows of the routes, and what holds for all of them."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from common.language import SOURCE, speaking
from dashboard_api.api.described import problem_answer, problem_answers
from dashboard_api.api.examples import DECLARATION, example_of
from dashboard_api.api.idempotency import HEADER
from dashboard_api.api.schemas.problems import ProblemDetails
from dashboard_api.declare.model import Declaration

Json = dict[str, Any]

SUMMARY = "Keep Moodle in step with school rosters: what is shared, what was synced, and what to do about it."
DESCRIPTION = """
**Lists** come a page at a time: `next` is the cursor for `after`, and the `Link` header has the next page's address
(`rel="next"`). With `.csv` behind the path, `format=csv` or `Accept: text/csv` all rows come as CSV, with the same
filters; `bom=true` and `separator=semicolon` suit Excel.

**Acts** (POST) take an `Idempotency-Key`: sent again within 24 hours, the same request gets the same answer, marked
with `Idempotent-Replayed: true`, and nothing is done twice. Orders answer 202; `Location` says how far they are.

**Settings** of districts, whole and by parts, of sources, targets, schools, schedules, nightly modes and devices have
an `ETag`. Sent as `If-Match` with a change, it keeps you from overwriting what somebody else changed meanwhile: 412
then says what that was. Sent as `If-None-Match` with GET, it saves an answer that you have: 304.

**Problems** follow RFC 9457: `code` is for programs, `detail` for people, `type` the address of a page about the code.
"""
TAGS = {
    "districts": "Districts as they are declared: sources, target, policies.",
    "schools": "Schools: what is shared, and how each stands.",
    "errors": "Data errors that stand: one by one, and by cause.",
    "runs": "Runs and the orders that they come from; undoing, repeating and cancelling them.",
    "plans": "What a run does in Moodle, one operation at a time, before and after it is done.",
    "holds": "Operations that wait for a person, and the decision about them.",
    "compare": "What differs between two runs or snapshots.",
    "records": "What became of a person or a class, and why.",
    "mapping": "Templates, tried out on real rows.",
    "schedules": "When schools sync by themselves, and when they do not.",
    "devices": "Offline Moodles at schools.",
    "source checks": "Trying out a source without a sync.",
    "consents": "Acts that wait for a second person.",
    "settings": "What is declared of a district, part by part; checks of Moodle sites.",
    "system": "Queues, parked messages, workers and versions.",
    "users": "People who sign in.",
    "keys": "API keys, for programs.",
    "me": "Whoever asks, and what people do with their own account.",
    "pools": "Workers, and what waits for them.",
    "audit": "What people and keys did.",
    "events": "Hints that something is new.",
}
SECURITY: Json = {
    "key": {"type": "http", "scheme": "bearer", "description": "An API key"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "rosterbus",
        "description": "Of a person; `__Host-rosterbus` with https",
    },
    "form": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRF-Token",
        "description": "Beside the session's cookie, for what changes something",
    },
}
DECLARED = "#/components/schemas/Declared{model}"
"""Parts of a declaration have names of their own, since answers have districts and sources too."""
BODIES = {"putDistrict": Declaration}
"""Bodies that are checked by hand, and so are not known to FastAPI."""


def describe(app: FastAPI) -> None:
    """Let the application answer with this description."""

    def described() -> Json:
        if app.openapi_schema is None:
            with speaking(SOURCE):  # it is made once, for all readers
                app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def operation_id(route: APIRoute) -> str:
    """`list_schools` is listSchools: what clients call the operation."""
    first, *others = route.name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _document(app: FastAPI) -> Json:
    document = get_openapi(
        title="Rosterbus",
        version="1",
        openapi_version="3.1.0",
        summary=SUMMARY,
        description=DESCRIPTION,
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
    )
    schemas = document["components"]["schemas"]
    problem = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs") | {ProblemDetails.__name__: problem}
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    document["components"]["securitySchemes"] = SECURITY
    document["components"]["responses"] = problem_answers()
    document["security"] = [{"key": []}, {"session": [], "form": []}]
    for method, operation in _operations(document):
        _complete(schemas, method, operation)
    return document


def _operations(document: Json) -> Iterator[tuple[str, Json]]:
    return ((method, one) for methods in document["paths"].values() for method, one in methods.items())


def _complete(schemas: Json, method: str, operation: Json) -> None:
    """Add what holds for all operations of its kind, and examples."""
    answers, id_ = operation["responses"], operation["operationId"]
    first, _, more = operation["description"].partition(".")
    operation["summary"], operation["description"] = first, more.strip()
    if method != "get":
        answers.pop("304", None)
    if id_ in BODIES:
        schema = _plainly_chosen(BODIES[id_].model_json_schema(ref_template=DECLARED))
        schemas |= {f"Declared{name}": part for name, part in schema.pop("$defs").items()}
        operation["requestBody"]["content"]["application/json"] = {"schema": schema, "example": DECLARATION}
    answers.pop("422", None)
    for status in sorted(_problems(operation)):
        answers.setdefault(str(status), problem_answer(status))
    for whole in (*answers.values(), operation.get("requestBody", {})):
        for kind, media in whole.get("content", {}).items():
            if kind == "application/json":
                media.setdefault("example", example_of(media["schema"], schemas))


def _problems(operation: Json) -> set[int]:
    parameters = operation.get("parameters", [])
    names = {parameter["name"].lower() for parameter in parameters}
    found = {401, 403}
    if any(parameter["in"] == "path" for parameter in parameters):
        found.add(404)
    if parameters or "requestBody" in operation:
        found.add(422)
    if "after" in names or "requestBody" in operation:
        found.add(400)
    if "if-match" in names:
        found.add(412)
    if HEADER.lower() in names:
        found |= {400, 409}
    return found


def _plainly_chosen(schema: Any) -> Any:
    """Without discriminators inside discriminators (a kind, and then its version), which OpenAPI does not know."""
    if isinstance(schema, list):
        return [_plainly_chosen(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    mapping = schema.get("discriminator", {}).get("mapping", {})
    nested = any(isinstance(value, dict) for value in mapping.values())
    kept = {name: one for name, one in schema.items() if name != "discriminator"} if nested else schema
    return {name: _plainly_chosen(one) for name, one in kept.items()}
