"""A dashboard that knows nothing but its own description: it answers with examples, and notes what it was asked."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema_rs
import typer
from click.testing import CliRunner, Result
from fastapi import FastAPI

from dashboard_api.api.openapi import describe, operation_id
from dashboard_api.api.routes import router
from dashboard_api.cli.main import app as rosterbus

Json = dict[str, Any]
PREFIX = "/api/v1"


@dataclass(frozen=True)
class Operation:
    """One of the API: its method, the pattern of its address, and what the description says of it."""

    method: str
    address: re.Pattern[str]
    described: Json
    components: Json

    @property
    def id(self) -> str:
        return str(self.described["operationId"])

    @property
    def listed(self) -> bool:
        """Whether it comes as CSV, too."""
        return any("text/csv" in answer.get("content", {}) for answer in self.described["responses"].values())

    @property
    def body(self) -> Json | None:
        """The schema of its body, by itself."""
        content = self.described.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            return None
        return {**content["application/json"]["schema"], "components": self.components}

    def takes(self) -> set[str]:
        """The names of its parameters, and of the members of its body."""
        names = {one["name"] for one in self.described.get("parameters", []) if one["in"] == "query"}
        schema = self.body or {}
        for one in schema.get("anyOf", [schema]):
            if "$ref" in one:
                one = self.components["schemas"][one["$ref"].rpartition("/")[2]]
            names |= set(one.get("properties", {}))
        return names

    def example(self) -> tuple[int, Any]:
        """The status and body of an answer that is no problem; None where it has none as JSON."""
        status, answer = next(one for one in self.described["responses"].items() if one[0].startswith("2"))
        return int(status), answer.get("content", {}).get("application/json", {}).get("example")


def operations() -> list[Operation]:
    """All of the API, those with fewer variables in their addresses first."""
    served = FastAPI(generate_unique_id_function=operation_id)
    served.include_router(router)
    describe(served)
    document = served.openapi()
    found = [
        Operation(method.upper(), re.compile(re.sub(r"{\w+}", "[^/]+", path)), one, document["components"])
        for path, methods in document["paths"].items()
        for method, one in methods.items()
    ]
    return sorted(found, key=lambda one: one.address.pattern.count("[^/]+"))


OPERATIONS = operations()
ROSTERBUS: Any = typer.main.get_command(rosterbus)


@dataclass(frozen=True)
class Asked:
    """A request. `says`: names of parameters and of members of the body; `misfits`: where the description says else.

    `once`: its idempotency key.
    """

    operation: Operation
    says: frozenset[str]
    as_csv: bool
    once: str | None
    misfits: tuple[str, ...]


@dataclass(frozen=True)
class Refusal:
    """A problem in place of an answer."""

    status: int
    problem: Json
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class DescribedDashboard:
    """`instead`: by operation, members of answers in place of those of the examples; `refuses`: problems, each once."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    instead: dict[str, Json] = field(default_factory=dict)
    refuses: dict[str, list[Refusal]] = field(default_factory=dict)

    def note(self, method: str, target: str, body: Any, once: str | None) -> Asked | None:
        """What is asked; None for what is not described."""
        path, query = urlsplit(target).path, dict(parse_qsl(urlsplit(target).query))
        as_csv = path.endswith(".csv")
        path = path.removesuffix(".csv")
        operation = next((one for one in OPERATIONS if one.method == method and one.address.fullmatch(path)), None)
        if operation is None:
            return None
        misfits = [f"{name} is not of {operation.id}" for name in query if name not in operation.takes()]
        if operation.body is not None:
            errors = jsonschema_rs.validator_for(operation.body).iter_errors(body)
            misfits += [f"{'/'.join(map(str, error.instance_path))}: {error.message[:200]}" for error in errors]
        says = frozenset({*query, *(name for name, value in (body or {}).items() if value is not None)})
        self.asked.append(Asked(operation, says, as_csv, once, tuple(misfits)))
        return self.asked[-1]

    def run(self, *arguments: str) -> Result:
        """Run a command of `rosterbus` against it, in this process."""
        environment = {"ROSTERBUS_URL": self.url, "ROSTERBUS_API_KEY": "rb_any", "TOKEN": "t", "COLUMNS": "160"}
        return CliRunner().invoke(ROSTERBUS, arguments, env=environment)

    def times(self, id_: str) -> int:
        """How often an operation was asked for."""
        return sum(one.operation.id == id_ for one in self.asked)

    def answer(self, operation: Operation) -> tuple[int, Any]:
        """The example, of a list its only page."""
        status, body = operation.example()
        if isinstance(body, dict):
            body = body | ({"next": None} if "next" in body else {}) | self.instead.get(operation.id, {})
        return status, body


@contextmanager
def described_dashboard() -> Iterator[DescribedDashboard]:
    """Listens on a free port."""
    dashboard = DescribedDashboard()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            asked = dashboard.note(self.command, self.path, body, self.headers.get("Idempotency-Key"))
            if asked is None:
                self.give(404, {"detail": f"{self.command} {self.path} is not described."})
            elif dashboard.refuses.get(asked.operation.id):
                refusal = dashboard.refuses[asked.operation.id].pop(0)
                self.give(refusal.status, refusal.problem, **refusal.headers)
            elif asked.as_csv:
                self.give(200, b"a,b\r\n")
            else:
                self.give(*dashboard.answer(asked.operation))

        def give(self, status: int, body: Any, **headers: str) -> None:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - as BaseHTTPRequestHandler wants them

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class calls it so
            """Silence."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        dashboard.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield dashboard
        finally:
            server.shutdown()
            thread.join()
