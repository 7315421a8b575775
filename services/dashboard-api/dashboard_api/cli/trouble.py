"""What ends a command early, said in one sentence on standard error."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import typer

FAILED = 1
TROUBLE = 2
UNREACHABLE = 3
NOT_ALLOWED = 4
NOT_FOUND = 5
CONFLICT = 6
"""Exit codes; the README says what each means."""

P = ParamSpec("P")
R = TypeVar("R")


class Trouble(Exception):  # noqa: N818 - it names what it is to the reader
    """The sentence, and the exit code.

    `problem`: the API's code for it, where it is an answer of the API.
    """

    def __init__(self, sentence: str, code: int = TROUBLE, problem: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.problem = problem


def plainly(command: Callable[P, R]) -> Callable[P, R]:
    """Let a command end with its trouble's sentence and code instead of a traceback."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except Trouble as trouble:
            typer.echo(f"rosterbus: {trouble}", err=True)
            raise typer.Exit(trouble.code) from None
        except KeyboardInterrupt:
            typer.echo("rosterbus: interrupted; runs that were ordered go on.", err=True)
            raise typer.Exit(130) from None

    return wrapped
