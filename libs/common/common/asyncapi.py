"""The events as an AsyncAPI 3.0 document, made from their models.

https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic.json_schema import models_json_schema

from common.envelope import CONTENT_TYPE
from common.events import EVENTS, Event, Service
from common.topology import EXCHANGE

EXAMPLES = Path(__file__).parents[1] / "tests" / "unit" / "examples"
REF = "#/components/schemas/{model}"

ENVELOPE: dict[str, tuple[dict[str, Any], str]] = {
    "specversion": ({"const": "1.0"}, "Of CloudEvents"),
    "id": ({"type": "string", "format": "uuid"}, "A UUIDv7; the same however often the event is delivered"),
    "type": ({"type": "string"}, "The event and its version"),
    "source": ({"type": "string"}, "The service that tells it, after a slash"),
    "subject": ({"type": "string"}, "What it is about: `school/<id>` or `district/<id>`"),
    "time": ({"type": "string", "format": "date-time"}, "When it was told, in UTC"),
    "datacontenttype": ({"const": "application/json"}, "Of `data`"),
    "traceparent": ({"type": "string"}, "W3C trace context"),
    "districtid": ({"type": "string"}, "The district"),
    "runid": ({"type": "string", "format": "uuid"}, "The run, for events of a run"),
    "causationid": ({"type": "string", "format": "uuid"}, "The event in whose handling this one was told"),
}
OPTIONAL = ("runid", "causationid")

Schema = dict[str, Any]


def example_of(event: type[Event]) -> Schema:
    """The example that the tests keep: a whole envelope."""
    example: Schema = json.loads((EXAMPLES / f"{event.versioned_type()}.json").read_bytes())
    return example


def schemas() -> dict[str, Schema]:
    """The JSON schema of each event's data and of what it contains, by model name."""
    _, found = models_json_schema([(event, "validation") for event in EVENTS.values()], ref_template=REF)
    definitions: dict[str, Schema] = found["$defs"]
    return {name: _without_titles(schema) for name, schema in definitions.items()}


def asyncapi() -> str:
    """The document, in YAML."""
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Rosterbus events",
            "version": "1.0.0",
            "description": "Made from libs/common/common/events.py by `make docs`; do not edit. See events.md.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {event.versioned_type(): _channel(event) for event in EVENTS.values()},
        "operations": {name: what for event in EVENTS.values() for name, what in _operations(event)},
        "components": {
            "messages": {event.versioned_type(): _message(event) for event in EVENTS.values()},
            "schemas": {"Envelope": _envelope(), **schemas()},
        },
    }
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)


def _without_titles(schema: Any) -> Any:
    """Pydantic's titles repeat the names; a property that is itself called `title` is none of them."""
    if isinstance(schema, list):
        return [_without_titles(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {k: _without_titles(v) for k, v in schema.items() if not (k == "title" and isinstance(v, str))}


def _channel(event: type[Event]) -> Schema:
    return {
        "address": f"{event.versioned_type()}.{{pool}}",
        "messages": {"event": {"$ref": f"#/components/messages/{event.versioned_type()}"}},
        "parameters": {"pool": {"description": "The pool of workers that serves the district", "default": "shared"}},
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {"name": EXCHANGE, "type": "topic", "durable": True, "autoDelete": False},
                "bindingVersion": "0.3.0",
            }
        },
    }


def _operations(event: type[Event]) -> Iterator[tuple[str, Schema]]:
    for service in event.publishers:
        yield f"{service}.tells.{event.versioned_type()}", _operation("send", event, service)
    for service in event.subscribers:
        yield f"{service}.takes.{event.versioned_type()}", _operation("receive", event, service)


def _operation(action: str, event: type[Event], service: Service) -> Schema:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{event.versioned_type()}"},
        "tags": [{"name": service}],
    }


def _message(event: type[Event]) -> Schema:
    data = {"type": {"const": event.versioned_type()}, "data": {"$ref": REF.format(model=event.__name__)}}
    return {
        "name": event.versioned_type(),
        "summary": (event.__doc__ or "").partition("\n")[0],
        "contentType": CONTENT_TYPE,
        "payload": {"allOf": [{"$ref": REF.format(model="Envelope")}, {"type": "object", "properties": data}]},
        "examples": [{"payload": example_of(event)}],
    }


def _envelope() -> Schema:
    attributes = {name: {**schema, "description": meaning} for name, (schema, meaning) in ENVELOPE.items()}
    return {
        "type": "object",
        "description": "CloudEvents 1.0 in JSON, with our extension attributes.",
        "properties": {**attributes, "data": {"type": "object", "description": "What happened"}},
        "required": [name for name in (*ENVELOPE, "data") if name not in OPTIONAL],
    }
