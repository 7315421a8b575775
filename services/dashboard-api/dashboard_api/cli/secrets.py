"""Secrets for commands: from this machine's environment or typed; on the command line others would see them."""

import os
import sys
from collections.abc import Iterable

import typer

from dashboard_api.cli.trouble import Trouble


def from_environment(variable: str) -> str:
    """What a variable holds. Raises `Trouble` if it is not set."""
    value = os.environ.get(variable)
    if not value:
        raise Trouble(f"{variable} is not set in this environment.")
    return value


def typed(name: str, option: str) -> str:
    """What somebody types, unseen. Raises `Trouble` where nobody can; `option` names the variable instead."""
    if not sys.stdin.isatty():
        raise Trouble(f"{name} is needed, and nobody can type it here. Name the variable that holds it with {option}.")
    return str(typer.prompt(name, hide_input=True, err=True))


def given(named: Iterable[str], needed: Iterable[str] = ()) -> dict[str, str]:
    """The secrets of `--secret token=VARIABLE`; `--secret token` is asked for, as those are that are needed."""
    found = dict.fromkeys(needed, "") | {name: variable for name, _, variable in (one.partition("=") for one in named)}
    return {
        name: from_environment(variable) if variable else typed(name, f"--secret {name}=VARIABLE")
        for name, variable in found.items()
    }
