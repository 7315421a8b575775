"""One example of each event and version that was ever published: all of them must parse for as long as we live.

A new version gets a new file. A file that is here is never changed: it stands for messages that wait in queues.
"""

import json
from pathlib import Path

import pytest

from common.envelope import decode
from common.events import EVENTS

EXAMPLES = sorted((Path(__file__).parent / "examples").glob("*.json"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_old_example_still_parses_and_says_the_same(file: Path) -> None:
    body = json.loads(file.read_bytes())
    envelope = decode(file.read_bytes())
    assert envelope.event.versioned_type() == file.stem
    assert envelope.event.model_dump(mode="json", exclude_unset=True) == body["data"]
    assert envelope.source in envelope.event.publishers


def test_each_event_has_its_example() -> None:
    assert set(EVENTS) <= {file.stem for file in EXAMPLES}
