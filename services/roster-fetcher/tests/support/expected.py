"""What a district without faults must come to at one school, worked out from its records directly."""

from simulators.generate import District


def classes_at(district: District, school: str) -> set[str]:
    """The school's classes."""
    return {taught.id for taught in district.classes if taught.school_id == school}


def enrolments_at(district: District, school: str) -> set[str]:
    """Enrolments in the school's classes."""
    classes = classes_at(district, school)
    return {row.id for row in district.enrolments if row.class_id in classes}


def users_at(district: District, school: str) -> set[str]:
    """Those with a role at the school, administrators of the district, whoever is enrolled, and all their guardians."""
    classes = classes_at(district, school)
    above = {org.parent_id for org in district.orgs if org.id == school}
    here = (
        {user.id for user in district.users for role in user.roles if role.org_id == school}
        | {
            user.id
            for user in district.users_as("administrator", "districtadministrator", "systemadministrator")
            for role in user.roles
            if role.org_id in above
        }
        | {row.user_id for row in district.enrolments if row.class_id in classes}
    )
    return here | _guardians_of(district, here)


def _guardians_of(district: District, here: set[str]) -> set[str]:
    """Guardians whom a student here names, or who name one."""
    guardians = {user.id: user for user in district.users_as("parent", "guardian", "relative")}
    students = {user.id: user for user in district.users_as("student") if user.id in here}
    named = {agent for student in students.values() for agent in student.agent_ids}
    return {key for key, user in guardians.items() if key in named or not students.keys().isdisjoint(user.agent_ids)}
