"""The table of web-service functions: what the site can be asked."""

from simulators.moodle.function import Function
from simulators.moodle.functions import (
    activity_completion,
    assignments,
    categories,
    cohort_members,
    cohorts,
    contents,
    course_completion,
    course_lookup,
    course_updates,
    courses,
    enrolled,
    enrolments,
    grade_report,
    grades,
    groups,
    messages,
    roles,
    site_info,
    user_lookup,
    user_updates,
    users,
)
from simulators.moodle.parameters import NO_PARAMETERS

FUNCTIONS: dict[str, Function] = {
    "core_user_create_users": Function(users.create_users, users.CREATE, writes=True, records="users"),
    "core_user_update_users": Function(
        user_updates.update_users,
        user_updates.UPDATE,
        writes=True,
        records="users",
        per_element=True,
        item="user",
    ),
    "core_user_delete_users": Function(users.delete_users, users.DELETE, writes=True, records="userids"),
    "core_user_get_users": Function(user_lookup.get_users, user_lookup.BY_CRITERIA),
    "core_user_get_users_by_field": Function(user_lookup.get_users_by_field, user_lookup.BY_FIELD, records="values"),
    "core_user_get_course_user_profiles": Function(
        user_lookup.get_course_user_profiles, user_lookup.PROFILES, records="userlist"
    ),
    "core_course_create_categories": Function(
        categories.create_categories, categories.CREATE, writes=True, records="categories"
    ),
    "core_course_update_categories": Function(
        categories.update_categories, categories.UPDATE, writes=True, records="categories"
    ),
    "core_course_get_categories": Function(categories.get_categories, categories.GET),
    "core_course_create_courses": Function(courses.create_courses, courses.CREATE, writes=True, records="courses"),
    "core_course_update_courses": Function(
        courses.update_courses,
        courses.UPDATE,
        writes=True,
        records="courses",
        per_element=True,
        item="course",
    ),
    "core_course_delete_courses": Function(
        courses.delete_courses, courses.DELETE, writes=True, records="courseids", per_element=True
    ),
    "core_course_get_courses": Function(course_lookup.get_courses, course_lookup.GET),
    "core_course_get_courses_by_field": Function(course_lookup.get_courses_by_field, course_lookup.BY_FIELD),
    "core_course_get_contents": Function(contents.get_contents, contents.GET),
    "core_course_check_updates": Function(course_updates.check_updates, course_updates.CHECK, records="tocheck"),
    "core_course_get_updates_since": Function(course_updates.get_updates_since, course_updates.SINCE),
    "enrol_manual_enrol_users": Function(enrolments.enrol_users, enrolments.ENROL, writes=True, records="enrolments"),
    "enrol_manual_unenrol_users": Function(
        enrolments.unenrol_users, enrolments.UNENROL, writes=True, records="enrolments"
    ),
    "core_enrol_get_enrolled_users": Function(enrolled.get_enrolled_users, enrolled.OF_COURSE),
    "core_enrol_get_users_courses": Function(enrolled.get_users_courses, enrolled.OF_USER),
    "core_enrol_get_course_enrolment_methods": Function(enrolled.get_course_enrolment_methods, enrolled.METHODS),
    "core_cohort_create_cohorts": Function(cohorts.create_cohorts, cohorts.CREATE, writes=True, records="cohorts"),
    "core_cohort_update_cohorts": Function(cohorts.update_cohorts, cohorts.UPDATE, writes=True, records="cohorts"),
    "core_cohort_get_cohorts": Function(cohorts.get_cohorts, cohorts.GET),
    "core_cohort_search_cohorts": Function(cohorts.search_cohorts, cohorts.SEARCH),
    "core_cohort_add_cohort_members": Function(
        cohort_members.add_cohort_members,
        cohort_members.ADD,
        writes=True,
        records="members",
        per_element=True,
    ),
    "core_cohort_delete_cohort_members": Function(
        cohort_members.delete_cohort_members, cohort_members.DELETE, writes=True, records="members"
    ),
    "core_cohort_get_cohort_members": Function(cohort_members.get_cohort_members, cohort_members.GET),
    "core_group_create_groups": Function(groups.create_groups, groups.CREATE, writes=True, records="groups"),
    "core_group_add_group_members": Function(groups.add_group_members, groups.MEMBERS, writes=True, records="members"),
    "core_group_delete_group_members": Function(
        groups.delete_group_members, groups.MEMBERS, writes=True, records="members"
    ),
    "core_group_get_course_groups": Function(groups.get_course_groups, groups.OF_COURSE),
    "core_role_assign_roles": Function(roles.assign_roles, roles.ASSIGN, writes=True, records="assignments"),
    "core_role_unassign_roles": Function(roles.unassign_roles, roles.UNASSIGN, writes=True, records="unassignments"),
    "core_completion_override_activity_completion_status": Function(
        activity_completion.override_status, activity_completion.OVERRIDE, writes=True
    ),
    "core_completion_update_activity_completion_status_manually": Function(
        activity_completion.mark_own_status, activity_completion.MARK_OWN, writes=True
    ),
    "core_completion_get_activities_completion_status": Function(
        activity_completion.get_activities_status, activity_completion.STATUS
    ),
    "core_completion_get_course_completion_status": Function(
        course_completion.get_course_status, course_completion.STATUS
    ),
    "core_completion_mark_course_self_completed": Function(
        course_completion.mark_course_self_completed, course_completion.SELF_COMPLETE, writes=True
    ),
    "core_grades_update_grades": Function(grades.update_grades, grades.UPDATE, writes=True, records="grades"),
    "core_grades_get_gradeitems": Function(grades.get_gradeitems, grades.ITEMS),
    "gradereport_user_get_grade_items": Function(grade_report.get_grade_items, grade_report.ITEMS),
    "gradereport_overview_get_course_grades": Function(grade_report.get_course_grades, grade_report.OVERVIEW),
    "mod_assign_get_assignments": Function(assignments.get_assignments, assignments.GET),
    "mod_assign_get_grades": Function(assignments.get_grades, assignments.GET_GRADES),
    "mod_assign_save_grade": Function(assignments.save_grade, assignments.SAVE_GRADE, writes=True),
    "core_message_send_instant_messages": Function(messages.send_instant_messages, messages.SEND, records="messages"),
    "core_webservice_get_site_info": Function(site_info.get_site_info, site_info.SITE_INFO),
    "tool_mobile_get_public_config": Function(site_info.get_public_config, NO_PARAMETERS),
}
