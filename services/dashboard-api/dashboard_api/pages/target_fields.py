"""The fields of a Moodle site, as people fill them in; what they come to as a declaration has it."""

from collections.abc import Sequence
from typing import Any

from starlette.datastructures import FormData

from common.language import mark
from dashboard_api.language import _
from dashboard_api.pages.forms import Field, Form, sent

ROLES = {
    "student": mark("Role of students"),
    "teacher": mark("Role of teachers"),
    "administrator": mark("Role of administrators"),
    "guardian": mark("Role of guardians"),
}
ROLE_HINT = mark("The role's id in this Moodle: the number in the address of its page. Left empty: not given.")
ABOUT = (
    Field("name", mark("Name"), mark("As people know the site.")),
    Field(
        "base_url",
        mark("Address"),
        mark("Of the site's front page, such as https://moodle.school.example."),
        "address",
    ),
)
TOKEN = Field("token", mark("Token"), mark("Of Moodle's web service. Kept sealed, and never shown again."), "secret")
KEPT_TOKEN = Field("token", TOKEN.label, mark("Left empty: it stays as it is."), "secret", optional=True)
FURTHER = (
    Field(
        "user_auth",
        mark("How people sign in to Moodle"),
        mark("The name of Moodle's authentication plugin for new accounts, such as manual, oauth2 or saml2."),
        wrong=mark("Write the plugin's name in lower-case letters, such as oauth2."),
    ),
    *(Field(f"roles.{role}", label, ROLE_HINT, "number", optional=True, least=1) for role, label in ROLES.items()),
    Field("max_parallel", mark("Syncs at once"), mark("Into this site, at the most."), "number", least=1, most=100),
)
FIELDS = (*ABOUT, KEPT_TOKEN, *FURTHER)
NEW = (*ABOUT, TOKEN, *FURTHER)
USUAL = {"user_auth": "manual", "max_parallel": 2, "roles.student": 5, "roles.teacher": 3}
"""What a standard site has."""


def typed(fields: Sequence[Field], data: FormData) -> Form:
    """The form as it came back; a site without any role is a mistake of its first one."""
    form = sent(fields, data)
    if not any(form.typed[f"roles.{role}"] for role in ROLES):
        form.mistakes["roles.student"] = _("Name the id of at least one role: without any, nobody gets into a course.")
    return form


def body(form: Form, *, given_only: bool = False) -> dict[str, Any]:
    """The site as a declaration has it, without an empty token; an empty role is null, or left out (`given_only`)."""
    roles = {role: form.number(f"roles.{role}") for role in ROLES}
    if given_only:
        roles = {role: id_ for role, id_ in roles.items() if id_ is not None}
    token = {"token": form.text("token")} if form.typed["token"] else {}
    texts = {name: form.text(name) for name in ("name", "base_url", "user_auth")}
    return {**texts, **token, "roles": roles, "max_parallel": form.number("max_parallel")}
