"""The templates of notices: each as plain text and as HTML, in the spoken language."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from common.language import spoken
from notifier.amounts import number
from notifier.language import _, plural


def render(template: str, context: dict[str, object]) -> str:
    """What a template makes of the context; in HTML every value is escaped."""
    return _environment().get_template(template).render(context)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("notifier"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(_=_, plural=plural, number=number, spoken=spoken)
    return environment
