"""The types of Moodle's parameters (PARAM_INT and so on): a checker for each, by Moodle's own name.

A checker takes the text of a form field and returns its value; ValueError means "not of this type". As in
Moodle, a value is of a type if cleaning it for that type changes nothing.
"""

import re
from collections.abc import Callable
from typing import Any

Checker = Callable[[str], Any]

AUTH_METHODS = {
    "manual": True,
    "nologin": True,
    "email": True,
    "none": True,
    "webservice": True,
    "oauth2": False,
    "ldap": False,
    "db": False,
    "shibboleth": False,
    "lti": False,
    "mnet": False,
}
"""Installed ways to sign in; True where Moodle keeps the password itself and therefore asks for one."""

_TAG = re.compile(r"<[^\s]")
_FLOAT = re.compile(r"[+-]?[0-9]*\.?[0-9]*(e[-+]?[0-9]+)?", re.IGNORECASE)
_TIMEZONE = re.compile(r"[+-]?(0?[0-9](\.[50])?|1[0-3](\.0)?|1[0-2]\.5)|99|[0-9A-Za-z]+(/?[A-Za-z_-])+")


def _matching(pattern: str) -> Checker:
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(text)
        return text

    return check


def _int(text: str) -> int:
    if text != str(int(text)):
        raise ValueError(text)
    return int(text)


def _float(text: str) -> float:
    if not _FLOAT.fullmatch(text):
        raise ValueError(text)
    return float(text)


def _bool(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(text)
    return text == "1"


def _raw(text: str) -> str:
    return text


def _raw_trimmed(text: str) -> str:
    if text != text.strip():
        raise ValueError(text)
    return text


def _without_tags(text: str) -> str:
    if _TAG.search(text):
        raise ValueError(text)
    return text


def _auth(text: str) -> str:
    if text not in AUTH_METHODS:
        raise ValueError(text)
    return text


def _timezone(text: str) -> str:
    if text and not _TIMEZONE.fullmatch(text):
        raise ValueError(text)
    return text


CHECKERS: dict[str, Checker] = {
    "int": _int,
    "float": _float,
    "bool": _bool,
    "raw": _raw,
    "raw_trimmed": _raw_trimmed,
    "notags": _without_tags,
    "text": _without_tags,
    "username": _matching(r"[-.@_a-z0-9]*"),
    "auth": _auth,
    "lang": _matching(r"[a-z_]*"),
    "theme": _matching(r"[a-z_]*"),
    "timezone": _timezone,
    "alpha": _matching(r"[A-Za-z]*"),
    "alphanum": _matching(r"[A-Za-z0-9]*"),
    "alphaext": _matching(r"[-_A-Za-z]*"),
    "alphanumext": _matching(r"[-_A-Za-z0-9]*"),
    "plugin": _matching(r"[a-z][a-z0-9_]*|"),
    "component": _matching(r"[a-z][a-z0-9]*(_[a-z][a-z0-9_]*)?|"),
    "capability": _matching(r"[-a-z0-9_/:]*"),
}
