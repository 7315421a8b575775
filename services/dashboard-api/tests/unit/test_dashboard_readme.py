"""What the README lists agrees with the code."""

import re
from pathlib import Path

from pydantic_core import PydanticUndefined

from dashboard_api.settings import Settings

README = (Path(__file__).parents[2] / "README.md").read_text()
ROW = re.compile(r"^\| `(ROSTERBUS_\w+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)


def shown(default: object) -> str:
    if default is PydanticUndefined:
        return "required"
    if str(default) == "":
        return "empty"
    return f"`{','.join(default) if isinstance(default, tuple) else default}`"


def test_the_readme_lists_every_setting() -> None:
    listed = {match[1]: (match[2], match[3]) for match in ROW.finditer(README)}
    expected = {
        f"ROSTERBUS_{name.upper()}": (shown(field.default), field.description)
        for name, field in Settings.model_fields.items()
    }
    assert listed == expected


def test_the_readme_lists_every_address_of_the_api() -> None:
    from fastapi import FastAPI

    from dashboard_api.api.routes import router

    app = FastAPI()
    app.include_router(router)
    listed = {
        (match[1], match[2])
        for match in re.finditer(r"(GET|PUT|POST|PATCH|DELETE) (/[\w/{}.-]+)", re.sub(r"{\w+}", "{}", README))
    }
    served = {
        (method.upper(), re.sub(r"{\w+}", "{}", path.removeprefix("/api/v1")))
        for path, methods in app.openapi()["paths"].items()
        for method in methods
    }
    assert listed == served
