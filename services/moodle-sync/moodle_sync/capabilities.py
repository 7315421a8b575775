"""What a token must be allowed, checked before the first write of a run: functions and what is behind them."""

from collections.abc import Container, Iterable

from common.errors import Permanent
from common.uow import UnitOfWork
from moodle_sync import operations
from moodle_sync.moodle.errors import NOT_ALLOWED
from moodle_sync.moodle.functions import BEHIND
from moodle_sync.moodle.reading import READS, MoodleReader
from moodle_sync.scope import Scope
from rules.policy import Policy

NEEDED: dict[tuple[str, str], tuple[str, ...]] = {
    ("category", "create"): ("core_course_get_categories", "core_course_create_categories"),
    ("category", "link"): ("core_course_update_categories",),
    ("category", "update"): ("core_course_update_categories",),
    ("course", "create"): ("core_course_create_courses", "core_course_get_courses_by_field"),
    ("user", "create"): ("core_user_create_users", "core_user_get_users_by_field"),
    ("group", "create"): ("core_group_create_groups",),
    ("cohort", "create"): ("core_cohort_create_cohorts",),
    ("enrolment", "update"): ("enrol_manual_enrol_users", "core_role_unassign_roles"),
    ("enrolment", "unenrol"): ("enrol_manual_unenrol_users",),
    ("group_member", "add"): ("core_group_add_group_members",),
    ("group_member", "remove"): ("core_group_delete_group_members",),
    ("cohort_member", "add"): ("core_cohort_add_cohort_members",),
    ("cohort_member", "remove"): ("core_cohort_delete_cohort_members",),
}
OTHERWISE: dict[str, tuple[str, ...]] = {
    "course": ("core_course_update_courses",),
    "user": ("core_user_update_users",),
    "enrolment": ("enrol_manual_enrol_users",),
    "administrator": ("core_role_assign_roles", "core_role_unassign_roles"),
    "guardian": ("core_role_assign_roles", "core_role_unassign_roles"),
}


def needed_for(kinds: Iterable[tuple[str, str]]) -> set[str]:
    """The functions that operations of these entities and kinds call."""
    return {function for entity, kind in kinds for function in NEEDED.get((entity, kind), OTHERWISE.get(entity, ()))}


def needed_by(policy: Policy, roles: Container[str]) -> set[str]:
    """The functions that a district with this policy and these roles will call sooner or later, looking or writing."""
    wanted = {
        "group": policy.courses == "course",
        "cohort": bool(policy.cohorts),
        "guardian": policy.families,
        "administrator": "administrator" in roles,
    }

    def has_place(entity: str) -> bool:
        return wanted.get(entity.removesuffix("_member"), True)

    kinds = [*(kind for kind in NEEDED if has_place(kind[0])), *((e, "") for e in OTHERWISE if has_place(e))]
    reads = {name for name in READS & BEHIND.keys() if has_place(name.split("_")[1])}
    return needed_for(kinds) | reads


async def check_functions(uow: UnitOfWork, scope: Scope, moodle: MoodleReader) -> None:
    """Raise `Permanent` naming what the token may not do of what the plan needs. An empty plan asks nothing."""
    async with uow.step() as step:
        needed = needed_for(await operations.open_kinds(step.conn, *scope.run))
    if not needed:
        return
    site = await moodle.call("core_webservice_get_site_info", {})
    missing = sorted(needed - {function["name"] for function in site["functions"]})
    if missing:
        capabilities = sorted({BEHIND[function] for function in missing})
        raise Permanent(
            f"Moodle's token may not call {', '.join(missing)}. Add this to the token's external service, and give its "
            f"user's role {', '.join(capabilities)}.",
            code=NOT_ALLOWED,
        )
