"""Virtual hosts of a RabbitMQ, made and removed through its management API: one per test keeps tests apart."""

from __future__ import annotations

import base64
import http.client
import json
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from rosterbus_local.errors import LocalError

TIMEOUT_SECONDS = 10


def create_vhost(management_url: str, name: str) -> None:
    """Make an empty virtual host, which the account in the address may use fully. Raises LocalError."""
    call_management(management_url, "PUT", f"/api/vhosts/{quote(name, safe='')}", {})


def delete_vhost(management_url: str, name: str) -> None:
    """Remove a virtual host with all its queues; closes its connections. Raises LocalError."""
    call_management(management_url, "DELETE", f"/api/vhosts/{quote(name, safe='')}")


def with_vhost(amqp_url: str, name: str) -> str:
    """The same broker's address, pointing at another virtual host."""
    parts = urlsplit(amqp_url)
    return f"{parts.scheme}://{parts.netloc}/{quote(name, safe='')}"


def call_management(management_url: str, method: str, path: str, body: object = None) -> Any:
    """One call of the management API; its decoded JSON answer, or None. Raises LocalError on any refusal."""
    parts = urlsplit(management_url)
    account = f"{unquote(parts.username or 'guest')}:{unquote(parts.password or 'guest')}"
    headers = {
        "Authorization": "Basic " + base64.b64encode(account.encode()).decode(),
        "Content-Type": "application/json",
    }
    secure = parts.scheme == "https"
    make = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = make(parts.hostname or "127.0.0.1", parts.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    if response.status >= 400:
        raise LocalError(f"RabbitMQ's management refused {method} {path}: {response.status} {content[:200]!r}")
    return json.loads(content) if content else None
