"""Events on the wire: CloudEvents 1.0 in JSON (structured mode), with our extension attributes.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
"""

import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from pydantic import ValidationError
from pydantic_core import from_json, to_json
from uuid_utils.compat import uuid7

from common.events import EVENTS, Event

CONTENT_TYPE = "application/cloudevents+json"
TRACEPARENT = re.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")  # https://www.w3.org/TR/trace-context/


class Unreadable(Exception):  # noqa: N818
    """The body is no event that this version knows."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event and what is known of its telling. `id` is a UUIDv7; `time` is in UTC."""

    event: Event
    source: str
    id: UUID = field(default_factory=uuid7)
    time: datetime = field(default_factory=lambda: datetime.now(UTC))
    causation_id: UUID | None = None
    traceparent: str = field(default_factory=lambda: new_traceparent())


def new_traceparent(parent: str | None = None) -> str:
    """A W3C traceparent: a new span, in the parent's trace where there is one."""
    trace = parent.split("-")[1] if parent else secrets.token_hex(16)
    return f"00-{trace}-{secrets.token_hex(8)}-01"


def encode(envelope: Envelope) -> bytes:
    """The CloudEvents JSON of an event."""
    event = envelope.event
    attributes = {
        "specversion": "1.0",
        "id": envelope.id,
        "type": event.versioned_type(),
        "source": f"/{envelope.source}",
        "subject": event.subject,
        "time": envelope.time.isoformat(),
        "datacontenttype": "application/json",
        "traceparent": envelope.traceparent,
        "districtid": event.district_id,
        "runid": getattr(event, "run_id", None),
        "causationid": envelope.causation_id,
        "data": event,
    }
    return to_json({key: value for key, value in attributes.items() if value is not None})


def decode(body: bytes) -> Envelope:
    """Read an event.

    Raises `Unreadable` for what is not JSON, not an event, of an unknown type or version, or misses fields;
    its text names fields of ours but never repeats the content, which may be anything.
    """
    try:
        raw = from_json(body)
        name = raw["type"]
        model = EVENTS[name]
        return Envelope(
            event=model.model_validate(raw["data"]),
            source=raw["source"].removeprefix("/"),
            id=UUID(raw["id"]),
            time=datetime.fromisoformat(raw["time"]),
            causation_id=UUID(raw["causationid"]) if "causationid" in raw else None,
            traceparent=_checked(raw["traceparent"]),
        )
    except ValidationError as error:
        # Only the first step of a location is surely ours: further ones may be keys that the sender made up.
        fields = {str(e["loc"][0]) if e["loc"] else "data" for e in error.errors(include_input=False)}
        raise Unreadable(f"{name} misses or mistypes: {', '.join(sorted(fields))}") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(f"not an event of ours ({type(error).__name__})") from None


def _checked(traceparent: str) -> str:
    if not TRACEPARENT.fullmatch(traceparent):
        raise ValueError
    return traceparent
