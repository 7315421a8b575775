"""What is written down for people agrees with the code."""

import re
from pathlib import Path

from pydantic_core import PydanticUndefined

from roster_fetcher import sources
from roster_fetcher.settings import Settings

SERVICE = Path(__file__).parents[2]
README = (SERVICE / "README.md").read_text()


def test_the_readme_lists_every_setting() -> None:
    listed = {
        match[1]: (match[2], match[3])
        for match in re.finditer(r"^\| `(ROSTERBUS_\w+)` \| (.+?) \| (.+?) \|$", README, re.MULTILINE)
    }
    expected = {}
    for name, field in Settings.model_fields.items():
        default = "required" if field.default is PydanticUndefined else f"`{_shown(field.default)}`"
        expected[f"ROSTERBUS_{name.upper()}"] = (default, field.description)
    assert listed == expected


def test_every_kind_of_source_has_a_readme() -> None:
    for kind in sources.SOURCES:
        readme = SERVICE / "roster_fetcher" / "sources" / kind.replace("-", "_") / "README.md"
        assert readme.read_text().startswith(f"# `{kind}`")


def _shown(default: object) -> str:
    return ",".join(default) if isinstance(default, tuple) else str(default)
