"""What each recorded call presupposes: a stage of the small school, a caller, and calls made before it.

A case that isn't listed starts from its function's stage and the usual service account.
"""

from collections.abc import Callable
from dataclasses import dataclass

from simulators.moodle import Caller, MoodleSimulator, Site, learner
from simulators.moodle.caller import ADMIN_ID, ROLE_CAPABILITIES

from .moodle_school import (
    ADA,
    BO,
    CAL,
    CY,
    DEE,
    MATHS,
    ON_GRADE,
    ON_SUBMIT,
    PAGE,
    PLAIN,
    SCIENCE,
    TESTBED,
    cohorts,
    course_with_activities,
    courses,
    empty,
    groups,
    more_people,
    people,
    school,
)

Step = tuple[str, dict[str, str]]
Stage = Callable[[Site], None]

STUDENT, TEACHER, EDITING_TEACHER = 5, 4, 3

NOT_REPLAYED: dict[str, str] = {}
"""Recorded cases that the simulator can't be put into, each with the reason."""

SHORTENED = frozenset(
    {
        "core_course_get_courses_by_field.ok_ids",
        "gradereport_user_get_grade_items.all_users",
        "gradereport_user_get_grade_items.learner_self",
        "mod_assign_get_assignments.include_not_enrolled",
    }
)
"""Recordings whose lists were cut, so that elements of some shape may be missing in them."""


@dataclass(frozen=True)
class Setup:
    """How to bring a simulator into the state that a recorded call found."""

    stage: Stage | None = None
    before: tuple[Step, ...] = ()
    caller: Callable[[], Caller] | None = None
    sees_names: bool = False
    """Whether the service account has `moodle/site:viewfullnames`; at first it did not."""
    revoked: str = ""


def _step(function: str, key: str, *records: dict[str, object]) -> Step:
    fields = {
        f"{key}[{index}][{name}]": str(value) for index, record in enumerate(records) for name, value in record.items()
    }
    return function, fields


def enrol(userid: int, courseid: int, roleid: int = STUDENT, **more: object) -> Step:
    record = {"userid": userid, "courseid": courseid, "roleid": roleid, **more}
    return _step("enrol_manual_enrol_users", "enrolments", record)


def update(userid: int, **fields: object) -> Step:
    return _step("core_user_update_users", "users", {"id": userid, **fields})


def join_cohort(cohortid: int, userid: int) -> Step:
    record = {
        "cohorttype][type": "id",
        "cohorttype][value": cohortid,
        "usertype][type": "id",
        "usertype][value": userid,
    }
    return _step("core_cohort_add_cohort_members", "members", record)


def override(userid: int, cmid: int, state: int) -> Step:
    form = {"userid": str(userid), "cmid": str(cmid), "newstate": str(state)}
    return "core_completion_override_activity_completion_status", form


def grade(userid: int, cmid: int, value: float, courseid: int = TESTBED, module: str = "assign") -> Step:
    form = {
        "source": "rostersync",
        "courseid": str(courseid),
        "component": f"mod_{module}",
        "activityid": str(cmid),
        "itemnumber": "0",
        "grades[0][studentid]": str(userid),
        "grades[0][grade]": str(value),
    }
    return "core_grades_update_grades", form


def grade_assignment(userid: int, assignmentid: int) -> Step:
    form = {
        "assignmentid": str(assignmentid),
        "userid": str(userid),
        "grade": "66",
        "attemptnumber": "-1",
        "addattempt": "0",
        "workflowstate": "",
        "applytoall": "0",
    }
    return "mod_assign_save_grade", form


def delete(userid: int) -> Step:
    return "core_user_delete_users", {"userids[0]": str(userid)}


def nobody() -> Caller:
    return learner(PLAIN)


def cy() -> Caller:
    return learner(CY)


def admin() -> Caller:
    return Caller(ADMIN_ID)


def remover() -> Caller:
    return Caller(capabilities={*ROLE_CAPABILITIES, "moodle/user:delete", "moodle/course:delete"})


IN_MATHS = (enrol(ADA, MATHS), enrol(BO, MATHS, EDITING_TEACHER))
IN_TESTBED = (enrol(ADA, TESTBED), enrol(BO, TESTBED), enrol(CY, TESTBED))
IN_CITIES = (update(ADA, city="Leeds"), update(BO, city="York"))
TWO_ROLES = (*IN_CITIES, *IN_MATHS, enrol(ADA, MATHS, TEACHER))
SUSPENDED = (*TWO_ROLES, enrol(ADA, SCIENCE), enrol(ADA, MATHS, suspend=1))
OVERRIDDEN = (*IN_TESTBED, override(ADA, PAGE, 1), override(ADA, ON_GRADE, 0), override(ADA, ON_SUBMIT, 1))
BOTH_CRITERIA = (*IN_TESTBED, override(ADA, PAGE, 1), grade(ADA, ON_GRADE, 72.5))

STAGES: dict[str, Stage] = {
    "core_cohort": cohorts,
    "core_completion": course_with_activities,
    "core_course_check_updates": course_with_activities,
    "core_course_get_updates_since": course_with_activities,
    "core_course_create_categories": school,
    "core_course": courses,
    "core_enrol": courses,
    "core_grades": course_with_activities,
    "core_group": groups,
    "core_user_create_users": people,
    "core_user_get_users": people,
    "core_user": more_people,
    "enrol_manual": courses,
    "gradereport": course_with_activities,
    "mod_assign": course_with_activities,
    "": courses,
}
"""The stage for functions whose name starts so; the first that fits."""

IN_STAGE_OF_FUNCTION: dict[str, tuple[Step, ...]] = {
    "core_completion_get_course_completion_status": IN_TESTBED,
    "core_completion_get_activities_completion_status": IN_TESTBED,
    "core_completion_update_activity_completion_status_manually": IN_TESTBED,
    "core_group_add_group_members": IN_MATHS,
    "enrol_manual_unenrol_users": (*IN_MATHS, enrol(ADA, SCIENCE)),
}
"""Calls before every case of a function that doesn't say otherwise."""

SETUPS: dict[str, Setup] = {
    "core_cohort_add_cohort_members.again": Setup(before=(join_cohort(1, ADA),)),
    "core_cohort_add_cohort_members.missing_capability": Setup(caller=nobody),
    "core_cohort_create_cohorts.ok": Setup(school),
    "core_cohort_create_cohorts.dup_name": Setup(
        school,
        (
            _step(
                "core_cohort_create_cohorts",
                "cohorts",
                {
                    "categorytype][type": "system",
                    "categorytype][value": "",
                    "name": "Year 7",
                    "idnumber": "COH-Y7",
                },
            ),
        ),
    ),
    "core_cohort_delete_cohort_members.ok": Setup(before=(join_cohort(1, BO),)),
    "core_cohort_get_cohort_members.after_batch_one_bad": Setup(before=(join_cohort(2, ADA),)),
    "core_cohort_get_cohort_members.ok": Setup(before=(join_cohort(1, ADA), join_cohort(2, BO))),
    "core_completion_get_activities_completion_status.after_grade": Setup(
        before=(*OVERRIDDEN, grade(ADA, ON_GRADE, 72.5))
    ),
    "core_completion_get_activities_completion_status.after_override": Setup(before=OVERRIDDEN),
    "core_completion_get_activities_completion_status.bo_after_mod_assign_grade": Setup(
        before=(*IN_TESTBED, grade_assignment(BO, 1))
    ),
    "core_completion_get_course_completion_status.after_cron_task": Setup(before=BOTH_CRITERIA),
    "core_completion_get_course_completion_status.criteria_met_before_cron": Setup(before=BOTH_CRITERIA),
    "core_completion_get_course_completion_status.no_criteria": Setup(before=IN_MATHS),
    "core_completion_override_activity_completion_status.as_learner_self": Setup(before=IN_TESTBED, caller=cy),
    "core_completion_override_activity_completion_status.manual_activity_again": Setup(
        before=(override(ADA, PAGE, 1),)
    ),
    "core_completion_override_activity_completion_status.missing_capability": Setup(caller=nobody),
    "core_completion_update_activity_completion_status_manually.learner_again": Setup(before=IN_TESTBED, caller=cy),
    "core_completion_update_activity_completion_status_manually.learner_auto_activity": Setup(
        before=IN_TESTBED, caller=cy
    ),
    "core_completion_update_activity_completion_status_manually.learner_ok": Setup(before=IN_TESTBED, caller=cy),
    "core_completion_update_activity_completion_status_manually.learner_undo": Setup(before=IN_TESTBED, caller=cy),
    "core_course_check_updates.ok": Setup(before=(override(3, ON_GRADE, 1), grade_assignment(BO, 1))),
    "core_course_create_categories.ok": Setup(empty),
    "core_course_create_courses.ok": Setup(school),
    "core_course_create_courses.missing_capability": Setup(caller=nobody),
    "core_course_delete_courses.batch_one_bad": Setup(caller=remover),
    "core_course_get_courses_by_field.ok_ids": Setup(before=(enrol(BO, MATHS, EDITING_TEACHER),)),
    "core_course_get_updates_since.ok": Setup(before=(grade_assignment(BO, 1),)),
    "core_course_get_updates_since.service_now": Setup(before=(override(3, ON_GRADE, 1), grade_assignment(BO, 1))),
    "core_enrol_get_enrolled_users.after_second_role": Setup(before=TWO_ROLES),
    "core_enrol_get_enrolled_users.after_suspend_all": Setup(before=SUSPENDED),
    "core_enrol_get_enrolled_users.after_suspend_onlyactive": Setup(before=SUSPENDED),
    "core_enrol_get_enrolled_users.after_suspend_onlysuspended": Setup(before=SUSPENDED),
    "core_enrol_get_enrolled_users.bad_option": Setup(before=(*IN_CITIES, enrol(BO, MATHS, EDITING_TEACHER))),
    "core_enrol_get_enrolled_users.options_fields": Setup(before=IN_MATHS),
    "core_enrol_get_users_courses.after_suspend": Setup(before=SUSPENDED),
    "core_grades_update_grades.missing_capability": Setup(caller=nobody),
    "core_group_create_groups.ok": Setup(courses),
    "core_user_create_users.missing_capability": Setup(caller=nobody),
    "core_user_create_users.debug_missing_capability": Setup(caller=nobody),
    "core_user_create_users.not_in_service": Setup(revoked="core_user_create_users"),
    "core_user_create_users.debug_not_in_service": Setup(revoked="core_user_create_users"),
    "core_user_create_users.ok": Setup(empty),
    "core_user_create_users.recreate_deleted": Setup(more_people, (delete(DEE),), remover),
    "core_user_delete_users.admin": Setup(caller=remover),
    "core_user_delete_users.again": Setup(before=(delete(DEE),), caller=remover),
    "core_user_delete_users.batch_one_bad": Setup(caller=remover),
    "core_user_delete_users.ok": Setup(caller=remover),
    "core_user_delete_users.self": Setup(caller=remover),
    "core_user_delete_users.unknown": Setup(caller=remover),
    "core_user_get_course_user_profiles.ok": Setup(
        course_with_activities, (*IN_CITIES, enrol(ADA, MATHS), enrol(ADA, TESTBED)), sees_names=True
    ),
    "core_user_get_users_by_field.after_update_batch_one_bad": Setup(
        more_people, (update(ADA, city="Leeds"), update(CAL, city="York"))
    ),
    "core_user_get_users_by_field.after_update_batch_type_error": Setup(before=IN_CITIES),
    "core_user_get_users_by_field.as_admin": Setup(before=IN_CITIES, caller=admin),
    "core_user_get_users_by_field.as_plain_user": Setup(caller=nobody),
    "core_user_get_users_by_field.deleted": Setup(more_people, (delete(DEE),), remover),
    "core_user_get_users_by_field.ok_idnumber_dup": Setup(more_people),
    "core_user_get_users_by_field.suspended_user": Setup(before=(update(BO, suspended=1),)),
    "core_user_get_users_by_field.with_viewfullnames": Setup(before=IN_CITIES, sees_names=True),
    "core_user_update_users.deleted_user": Setup(before=(delete(DEE),), caller=remover),
    "core_user_update_users.missing_capability": Setup(caller=nobody),
    "enrol_manual_enrol_users.missing_capability": Setup(caller=nobody),
    "gradereport_overview_get_course_grades.ok": Setup(
        before=(*IN_MATHS, *IN_TESTBED, grade(ADA, ON_GRADE, 50, courseid=MATHS))
    ),
    "gradereport_user_get_grade_items.after_update": Setup(before=(*IN_TESTBED, grade(ADA, ON_GRADE, 72.5))),
    "gradereport_user_get_grade_items.all_users": Setup(
        before=(*IN_TESTBED, grade(CY, ON_GRADE, 50), grade(BO, ON_GRADE, -5))
    ),
    "gradereport_user_get_grade_items.learner_self": Setup(before=(*IN_TESTBED, grade(CY, ON_GRADE, 50)), caller=cy),
    "gradereport_user_get_grade_items.missing_capability": Setup(before=IN_TESTBED, caller=nobody),
    "gradereport_user_get_grade_items.one_user": Setup(
        before=(*IN_TESTBED, grade(ADA, ON_GRADE, 80), grade(ADA, PAGE, 50, module="page"))
    ),
    "mod_assign_get_grades.ok": Setup(before=(grade_assignment(BO, 1),)),
}


def prepare(moodle: MoodleSimulator, name: str) -> list[Step]:
    """Bring the simulator to the stage that the case presupposes; the calls still to be made before it."""
    setup = SETUPS.get(name, Setup())
    function = name.partition(".")[0]
    stage = setup.stage or next(stage for start, stage in STAGES.items() if function.startswith(start))
    stage(moodle.site)
    return list(setup.before or IN_STAGE_OF_FUNCTION.get(function, ()))


def take_the_call(moodle: MoodleSimulator, name: str) -> None:
    """After the preparatory calls, made as administrator: let the case's own caller in."""
    setup = SETUPS.get(name, Setup())
    caller = setup.caller() if setup.caller else Caller()
    if not setup.sees_names:
        caller.capabilities.discard("moodle/site:viewfullnames")
    moodle.callers[moodle.token] = caller
    if setup.revoked:
        moodle.revoke(setup.revoked)
