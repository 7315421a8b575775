"""What workers told in English, in the language of the reader (`common.sayings`), wherever it stands in JSON."""

import json
from typing import Any

from common.language import SOURCE, spoken
from common.sayings import said

TOLD = frozenset(
    ("detail", "reason", "answer", "quirks", "changes_doubt", "reading_reason", "failure_detail", "listing_error")
)
"""The members that hold workers' words, or those of somebody else, which stay as they are."""


def told_text(text: str) -> str:
    """JSON that is text already; in English nothing is to be done."""
    return text if spoken() == SOURCE else json.dumps(told(json.loads(text)), ensure_ascii=False)


def told(value: Any, name: str = "") -> Any:
    """A value of JSON, the member `name` of another."""
    match value:
        case dict():
            return {key: told(below, key) for key, below in value.items()}
        case list():
            return [told(one, name) for one in value]
        case str() if name in TOLD:
            return said(value)
    return value
