"""`/settings/users`: people who sign in: letting in, changing, inviting anew, signing out, and a lost second factor."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi import Form as FormField

from common.language import LANGUAGES, mark
from dashboard_api import accounts
from dashboard_api.accounts import Invitation
from dashboard_api.auth.principal import Role
from dashboard_api.language import _, plural
from dashboard_api.pages.forms import Field, Form, filled, sent
from dashboard_api.pages.settings_frame import at, show
from dashboard_api.pages.visit import InVisit, Sending, Visit
from dashboard_api.problems import Problem
from dashboard_api.queries import operators, school_list
from dashboard_api.queries.operators import NewOperator
from dashboard_api.queries.school_list import SchoolFilter
from dashboard_api.words.amounts import number

MOST = 500
ROLES: dict[Role, str] = {
    "district_admin": mark("District administrator: everything in the district"),
    "school_admin": mark("School administrator: runs and decisions of some schools"),
    "viewer": mark("Viewer: looks, and changes nothing"),
    "operator": mark("Platform operator: everything, in all districts"),
}
SHORT: dict[Role, str] = {
    "district_admin": mark("District administrator"),
    "school_admin": mark("School administrator"),
    "viewer": mark("Viewer"),
    "operator": mark("Platform operator"),
}
EMAIL = Field("email", mark("E-mail address"), mark("With it the person signs in."), "email")

router = APIRouter(prefix="/settings/users", include_in_schema=False)


@router.get("")
async def look(visit: InVisit) -> Response:
    """Who has to do with the district."""
    visit.visitor.require("administer", visit.district)
    found = await operators.page(visit.context.whole, visit.visitor.visible, visit.district, None, MOST)
    rows = found.rows()
    sentence = plural("{n} person may sign in.", "{n} people may sign in.", len(rows), n=number(len(rows)))
    return show(visit, "settings_users.html", "users", _("Users and roles"), sentence, people=rows, roles=SHORT)


@router.get("/add")
async def ask_new(visit: InVisit) -> Response:
    """The form for a person to be let in."""
    visit.visitor.require("administer", visit.district)
    return _form(visit, filled((EMAIL, *await _fields(visit)), {"role": "viewer"}), None)


@router.post("/add")
async def add(visit: Sending) -> Response:
    """Let a person in; the page then shows once the link with which they choose a password."""
    visit.visitor.require("administer", visit.district)
    form = sent((EMAIL, *await _fields(visit)), await visit.request.form())
    wanted = _wanted(visit, form)
    if form.mistakes:
        return _form(visit, form, None)
    new = NewOperator(
        form.text("email"),
        wanted["name"],
        wanted["role"],
        wanted["districts"],
        None,
        wanted["schools"],
        wanted["locale"],
    )
    try:
        async with visit.context.whole.acquire() as conn, conn.transaction():
            await accounts.check(conn, visit.visitor, wanted)
            id_ = await operators.add(conn, new)
            if id_ is None:
                raise Problem(409, "address_taken", _("Somebody has an account with this e-mail address already."))
            await accounts.note(conn, visit.visitor, "create person", id_, None, {**wanted, "disabled": False})
            link = await accounts.invite(conn, visit.context, visit.visitor, id_)
    except Problem as problem:
        form.blame(problem)
        return _form(visit, form, None)
    return _invited(visit, wanted["name"], link)


@router.get("/{user_id}")
async def show_one(user_id: UUID, visit: InVisit) -> Response:
    """One person, to be changed."""
    visit.visitor.require("administer", visit.district)
    person = await accounts.visible(visit.context.whole, visit.visitor, user_id)
    return _form(visit, filled(await _fields(visit), {**person, "locale": person["locale"] or ""}), person)


@router.post("/{user_id}")
async def change(user_id: UUID, visit: Sending) -> Response:
    """Change name, role, schools or language, or whether they may sign in."""
    visit.visitor.require("administer", visit.district)
    person = await accounts.visible(visit.context.whole, visit.visitor, user_id)
    form = sent(await _fields(visit), await visit.request.form())
    wanted = _wanted(visit, form, person)
    if form.mistakes:
        return _form(visit, form, person)
    try:
        async with visit.context.whole.acquire() as conn, conn.transaction():
            await accounts.change(conn, visit.visitor, user_id, wanted)
    except Problem as problem:
        form.blame(problem)
        return _form(visit, form, person)
    return visit.back(at(visit, "users"), _("The person's account is changed."))


@router.post("/{user_id}/act")
async def act(user_id: UUID, visit: Sending, what: Annotated[str, FormField(max_length=20)]) -> Response:
    """`invite`, `sign-out`, `factor`, `disable` or `enable`."""
    visit.visitor.require("administer", visit.district)
    async with visit.context.whole.acquire() as conn, conn.transaction():
        if what == "invite":
            person = await accounts.visible(conn, visit.visitor, user_id)
            return _invited(visit, person["name"], await accounts.invite(conn, visit.context, visit.visitor, user_id))
        if what == "sign-out":
            await accounts.end_sessions(conn, visit.visitor, user_id)
        elif what == "factor":
            await accounts.remove_second_factor(conn, visit.visitor, user_id)
        elif what in ("disable", "enable"):
            await accounts.change(conn, visit.visitor, user_id, {"disabled": what == "disable"})
    return visit.back(at(visit, f"users/{user_id}"), _("Done."))


async def _fields(visit: Visit) -> tuple[Field, ...]:
    """Only the roles that the visitor may give, and the schools of the district."""
    wanted = SchoolFilter(visit.visitor.visible, visit.district, limit=1000)
    schools = (await school_list.page(visit.context.pool, wanted)).rows()
    roles: dict[str, str] = {
        role: word for role, word in ROLES.items() if role != "operator" or visit.visitor.districts is None
    }
    return (
        Field("name", mark("Name")),
        Field("role", mark("Role"), mark("Another role ends the person's sessions."), "choice", choices=roles),
        Field(
            "schools",
            mark("Schools of a school administrator"),
            "",
            "many",
            optional=True,
            choices={one["id"]: one["name"] for one in schools},
        ),
        Field(
            "locale",
            mark("Language"),
            "",
            "choice",
            optional=True,
            choices={"": mark("As the browser asks"), **LANGUAGES},
        ),
    )


def _wanted(visit: Visit, form: Form, person: dict[str, Any] | None = None) -> dict[str, Any]:
    """The person as the form has them. An account of several districts keeps them."""
    role = form.text("role")
    chosen = form.lines("schools") if role == "school_admin" and "schools" not in form.mistakes else []
    if role == "school_admin" and not chosen:
        form.mistakes.setdefault("schools", _("Tick the schools that the person looks after."))
    districts = (person["districts"] if person else None) or [visit.district]
    return {
        "name": form.text("name"),
        "role": role,
        "districts": None if role == "operator" else districts,
        "schools": [UUID(one) for one in chosen] or None,
        "locale": form.text("locale") or None,
    }


def _form(visit: Visit, form: Form, person: dict[str, Any] | None) -> Response:
    title = person["name"] if person else _("Let a person in")
    sentence = person["email"] if person else _("They get a link with which they choose a password.")
    values = {"form": form, "person": person, "own": person is not None and person["id"] == visit.visitor.id}
    return show(visit, "settings_user.html", "users", title, sentence, form.status, **values)


def _invited(visit: Visit, name: str, invitation: Invitation) -> Response:
    """Shown once: the link is not kept."""
    sentence = _("Send this link to {name}. It is shown only now, and good once, for seven days.", name=name)
    page = show(
        visit,
        "settings_once.html",
        "users",
        _("The link is made"),
        sentence,
        201,
        secret=invitation.link,
        back=at(visit, "users"),
    )
    page.headers["Cache-Control"] = "no-store"
    return page
