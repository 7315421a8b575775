"""Every problem that is raised has its code in the registry, from which its page is made."""

import ast
from pathlib import Path

from common.language import LANGUAGES, speaking
from dashboard_api.problem_codes import PROBLEM_CODES

PACKAGE = Path(__file__).parents[2] / "dashboard_api"

ELSEWHERE: set[tuple[object, object]] = {(422, "wrong_code"), (403, "wrong_password")}
"""Codes that have another status beside their usual one: whoever sets something up is signed in already."""


def raised() -> set[tuple[object, object]]:
    """Status and code of each `Problem(…)` in the package that names both."""
    found: set[tuple[object, object]] = set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Call(
                    func=ast.Name(id="Problem"), args=[ast.Constant(value=status), ast.Constant(value=code), *_]
                ):
                    found.add((status, code))
    return found


def test_every_code_that_is_raised_is_registered_with_its_status_and_no_other_is() -> None:
    from dashboard_api.app import KNOWN

    known: set[tuple[object, object]] = {(status, code) for status, (code, _) in KNOWN.items()}
    known.add((400, "unreadable"))
    assert raised() | known == {(one.status, one.code) for one in PROBLEM_CODES.values()} | ELSEWHERE


def test_every_code_says_what_happened_why_and_what_to_do() -> None:
    for language in LANGUAGES:
        with speaking(language):
            for one in PROBLEM_CODES.values():
                for words in (one.title, one.meaning, one.remedy):
                    assert words, one.code
                assert not one.title.endswith("."), one.code
                assert one.meaning.endswith("."), one.code
                assert one.remedy.endswith("."), one.code
