"""Writes docs/events.md and docs/asyncapi.yaml from the event models, docs/errors.md from the error catalogue.

`python -m common.docs` in a checkout. A test compares the files with what this makes; `make docs` brings them up to
date.
"""

import json
from pathlib import Path

from common.asyncapi import Schema, asyncapi, example_of, schemas
from common.catalogue import CATALOGUE, Entry
from common.envelope import CONTENT_TYPE
from common.event_model import PER_POOL
from common.events import EVENTS, Event
from common.topology import EXCHANGE

CHECKOUT = Path(__file__).parents[3]

INTRODUCTION = f"""\
# Events

Made from `libs/common/common/events.py` by `make docs`; do not edit.

Services tell each other what happened through the topic exchange `{EXCHANGE}`. An event's routing key is its
versioned type and the pool of its district, such as `sync.requested.v1.shared`. Each subscriber has a queue of its
own: {" and ".join(f"`{service}`" for service in PER_POOL)} one for each pool that their workers serve
(`roster-fetcher.shared`), the others one for all (`notifier.all`). An event comes at least once and in no promised
order; each takes effect once.

The body is a [CloudEvents 1.0](https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md)
object in JSON (`{CONTENT_TYPE}`). Beside the standard's attributes it carries `traceparent`
([W3C](https://www.w3.org/TR/trace-context/)), `districtid`, `runid` (events of a run) and `causationid` (the event in
whose handling this one was told). `id` is a UUIDv7. What the tables below list is its `data`.
"""

ERRORS = """\
# Errors

Made from `libs/common/common/catalogue.toml` by `make docs`; do not edit.

Every code with which a run fails or a record is told of: what it is, why it comes about, who can do what about it.
Here it stands in English. Pages, API, command line and e-mails say it in the language of the district's operators
(`locale` in the district file): English, Dutch or French.
"""
SEVERITIES = {
    "critical": "The run stops, or goes on without what is in doubt. Nothing is removed because of it.",
    "error": "The record is left out; the run goes on with the others.",
    "warning": "The record is kept, changed where that was needed, or left out as it should be. Where more came of it, "
    "it is told as an error.",
}


def events() -> str:
    """docs/events.md."""
    models = schemas()
    parts = [INTRODUCTION, _overview(), *(_section(event, models[event.__name__]) for event in EVENTS.values())]
    contained = {name: schema for name, schema in models.items() if name not in {e.__name__ for e in EVENTS.values()}}
    parts += [f"## {name}\n\n{schema['description']}\n\n{_fields(schema)}\n" for name, schema in contained.items()]
    return "\n".join(parts)


def errors() -> str:
    """docs/errors.md."""
    parts = [ERRORS]
    for severity, meaning in SEVERITIES.items():
        entries = [entry for entry in CATALOGUE.values() if entry.severity == severity]
        parts += [f"## {severity.capitalize()}\n\n{meaning}\n", *map(_error, entries)]
    return "\n".join(parts)


def pages() -> dict[str, str]:
    """File name → content."""
    return {"events.md": events(), "asyncapi.yaml": asyncapi(), "errors.md": errors()}


def write(folder: Path) -> None:
    """Bring the files up to date."""
    folder.mkdir(exist_ok=True)
    for name, content in pages().items():
        (folder / name).write_text(content)


def _overview() -> str:
    return "\n".join(
        [
            "| event | says | told by | taken by |",
            "| --- | --- | --- | --- |",
            *(
                f"| [`{event.versioned_type()}`](#{_anchor(event)}) | {_summary(event)} "
                f"| {', '.join(event.publishers)} | {', '.join(event.subscribers)} |"
                for event in EVENTS.values()
            ),
            "",
        ]
    )


def _summary(event: type[Event]) -> str:
    return (event.__doc__ or "").partition("\n")[0].rstrip(".")


def _anchor(event: type[Event]) -> str:
    return event.versioned_type().replace(".", "")


def _section(event: type[Event], schema: Schema) -> str:
    return f"""\
## {event.versioned_type()}

{schema["description"]}

{_fields(schema)}

```json
{json.dumps(example_of(event)["data"], indent=2, ensure_ascii=False)}
```
"""


def _error(entry: Entry) -> str:
    words = entry.words()
    return f"""\
### {entry.code}

**{words.title}.** {words.cause}

*{words.who}:* {words.remedy}
"""


def _fields(schema: Schema) -> str:
    rows = [
        f"| `{name}` | {_type(field)} | {_presence(name, field, schema)} | {field.get('description', '').rstrip('.')} |"
        for name, field in schema["properties"].items()
    ]
    return "\n".join(["| field | type | default | meaning |", "| --- | --- | --- | --- |", *rows])


def _presence(name: str, field: Schema, schema: Schema) -> str:
    if name in schema.get("required", ()):
        return "required"
    default = field.get("default")
    return "absent" if default is None else f"`{json.dumps(default)}`"


def _type(field: Schema) -> str:
    """A JSON schema in words."""
    match field:
        case {"anyOf": [one, {"type": "null"}]}:
            return _type(one)
        case {"$ref": ref}:
            name = ref.rpartition("/")[2]
            return f"[{name}](#{name.lower()})"
        case {"enum": values}:
            return " · ".join(f"`{value}`" for value in values)
        case {"const": value}:
            return f"`{value}`"
        case {"type": "array", "items": items}:
            return f"list of {_type(items)}"
        case {"type": "object", "additionalProperties": inner}:
            return f"map of {_type(inner)}"
        case {"format": format_}:
            return str(format_)
        case {"type": "integer", "minimum": minimum}:
            return f"integer ≥ {minimum}"
    return str(field["type"])


if __name__ == "__main__":
    write(CHECKOUT / "docs")
