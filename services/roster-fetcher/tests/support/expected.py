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
    """Those with a role at the school, administrators of the district, and whoever is enrolled in its classes."""
    classes = classes_at(district, school)
    above = {org.parent_id for org in district.orgs if org.id == school}
    return (
        {user.id for user in district.users for role in user.roles if role.org_id == school}
        | {
            user.id
            for user in district.users_as("administrator", "districtadministrator", "systemadministrator")
            for role in user.roles
            if role.org_id in above
        }
        | {row.user_id for row in district.enrolments if row.class_id in classes}
    )
