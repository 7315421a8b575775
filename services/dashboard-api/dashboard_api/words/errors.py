"""Error codes in words: the catalogue's, in the language of the reader."""

from dataclasses import asdict
from typing import Any

from common.catalogue import entry_of
from common.language import spoken

Json = dict[str, Any]


def explained(run: Json) -> Json:
    """A run with `language, title, cause, remedy, who` beside its codes.

    They are added to each of `errors_by_code`; `failure` has them for what ended the run, None where nothing did.
    """
    errors = [error | in_words(error["code"]) for error in run["errors_by_code"]]
    failure = in_words(run["failure_code"]) if run["failure_code"] else None
    return {**run, "errors_by_code": errors, "failure": failure}


def explained_check(check: Json) -> Json:
    """A check of a source with the same words beside the codes of its report."""
    report = check["report"]
    if report is None:
        return check
    trouble = report["trouble"] and report["trouble"] | in_words(report["trouble"]["code"])
    findings = [found | in_words(found["code"]) for found in report["findings"]]
    return {**check, "report": {**report, "trouble": trouble, "findings": findings}}


def explained_target_check(check: Json) -> Json:
    """A check of a target with the same words beside the code of its trouble."""
    report = check["report"]
    if report is None or report["trouble"] is None:
        return check
    trouble = report["trouble"] | in_words(report["trouble"]["code"])
    return {**check, "report": {**report, "trouble": trouble}}


def in_words(code: str) -> dict[str, str]:
    """`language, title, cause, remedy, who` of a code."""
    return asdict(entry_of(code).words(spoken()))


def explained_causes(causes: list[Json]) -> list[Json]:
    """Causes of errors with the same words."""
    return [cause | in_words(cause["code"]) for cause in causes]
