"""Error codes in words: the catalogue's, in the language of the district."""

from dataclasses import asdict
from typing import Any

from common.catalogue import entry_of

Json = dict[str, Any]


def explained(run: Json) -> Json:
    """A run with `language, title, cause, remedy, who` beside its codes.

    They are added to each of `errors_by_code`; `failure` has them for what ended the run, None where nothing did.
    """
    errors = [error | _in_words(error["code"], run["locale"]) for error in run["errors_by_code"]]
    failure = _in_words(run["failure_code"], run["locale"]) if run["failure_code"] else None
    return {**run, "errors_by_code": errors, "failure": failure}


def _in_words(code: str, locale: str | None) -> dict[str, str]:
    return asdict(entry_of(code).words(locale))
