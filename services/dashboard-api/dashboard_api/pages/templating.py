"""Templates: escaped, strict about names, with the wording that they need."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from common.language import LANGUAGES, SOURCE, listed, spoken
from common.sayings import is_known, said
from dashboard_api import language
from dashboard_api.auth.principal import Principal
from dashboard_api.words import amounts, fields, kinds, severities, standing

STATIC = Path(__file__).parent.parent / "static"
THEMES = ("light", "dark")
THEME_COOKIE = "theme"


def render(
    request: Request, template: str, principal: Principal | None, status_code: int = 200, **values: Any
) -> HTMLResponse:
    """A page. `principal` None: nobody is signed in. Pages with a district are rendered by `pages.visit`."""
    theme = request.cookies.get(THEME_COOKIE)
    text = (
        _environment()
        .get_template(template)
        .render(
            request=request,
            principal=principal,
            now=datetime.now(UTC),
            language=spoken(),
            theme=theme if theme in THEMES else None,
            **values,
        )
    )
    return HTMLResponse(text, status_code)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("dashboard_api"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    filters: list[Callable[..., Any]] = [
        amounts.number,
        amounts.size,
        amounts.duration,
        amounts.ago,
        amounts.ahead,
        amounts.lasting,
        amounts.exact,
        amounts.day,
        amounts.clock,
        amounts.moment,
        kinds.total,
        kinds.entity_name,
        kinds.kind_name,
        fields.field_name,
        fields.record_name,
        severities.severity_word,
        standing.progress_words,
        listed,
    ]
    environment.filters.update({filter_.__name__: filter_ for filter_ in filters})
    environment.filters["combine"] = _combine
    environment.filters["date_words"] = _date_words
    environment.filters["source_kind"] = _source_kind
    environment.filters["told"] = _told
    environment.globals.update(static=_static, _=_say, plural=_say_many, languages=LANGUAGES, standing=standing)
    return environment


def _say(message: str, /, **values: object) -> Markup:
    """As `language._`; what is not markup yet is escaped, so that a sentence can hold a link."""
    said = _said(message, spoken())
    return said.format(**values) if values else said


@lru_cache(maxsize=8192)
def _said(message: str, _spoken: str) -> Markup:
    """A page says a thousand, and few different ones."""
    return escape(language._(message))


def _say_many(one: str, many: str, n: int | None, /, **values: object) -> Markup:
    """As `language.plural`; `{n}` is the number in the reader's way of writing it."""
    return escape(language.plural(one, many, n or 0)).format(n=amounts.number(n), **values)


def _combine(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Both mappings, the other's values first."""
    return {**one, **other}


def _date_words(day: date) -> str:
    """A date as people read it."""
    return amounts.calendar_date(day.isoformat())


def _source_kind(kind: str) -> str:
    """What a kind of source is called."""
    return standing.SOURCES.get(kind, kind)


def _told(text: str | None) -> Markup:
    """What a worker told, in the spoken language; what a foreign system said in it stays English, and is marked so."""
    if not text or spoken() == SOURCE or is_known(text):
        return escape(said(text or ""))
    return Markup('<span lang="en">{}</span>').format(text)


@cache
def _static(name: str) -> str:
    """The address of a static file, with its content's hash, so that a new version is fetched at once."""
    file = STATIC / name
    if not file.exists():
        return f"/static/{name}"  # front-end files that `make assets` has not fetched: pages work without them
    return f"/static/{name}?v={sha256(file.read_bytes()).hexdigest()[:10]}"
