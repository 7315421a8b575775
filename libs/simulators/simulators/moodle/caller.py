"""Who calls, and what they may do."""

from collections.abc import Iterable
from dataclasses import dataclass, field

ROLE_CAPABILITIES = frozenset(
    {
        "enrol/manual:enrol",
        "enrol/manual:unenrol",
        "gradereport/overview:view",
        "gradereport/user:view",
        "mod/assign:grade",
        "mod/assign:view",
        "moodle/category:manage",
        "moodle/cohort:assign",
        "moodle/cohort:manage",
        "moodle/cohort:view",
        "moodle/course:create",
        "moodle/course:managegroups",
        "moodle/course:overridecompletion",
        "moodle/course:update",
        "moodle/course:view",
        "moodle/course:viewparticipants",
        "moodle/grade:edit",
        "moodle/grade:viewall",
        "moodle/role:assign",
        "moodle/site:viewfullnames",
        "moodle/user:create",
        "moodle/user:update",
        "moodle/user:viewdetails",
        "report/progress:view",
    }
)
"""What a service account's role needs, of what the simulator checks. It can't delete users or courses."""

CAPABILITY_NAMES = {
    "enrol/manual:enrol": "Enrol users",
    "enrol/manual:unenrol": "Unenrol users from the course",
    "moodle/category:manage": "Manage categories",
    "moodle/cohort:assign": "Add and remove cohort members",
    "moodle/cohort:manage": "Create, delete and move cohorts",
    "moodle/cohort:view": "View site-wide cohorts",
    "moodle/course:create": "Create courses",
    "moodle/course:delete": "Delete courses",
    "moodle/course:managegroups": "Manage groups",
    "moodle/course:update": "Update course settings",
    "moodle/course:viewparticipants": "View participants",
    "moodle/role:assign": "Assign roles to users",
    "moodle/user:create": "Create users",
    "moodle/user:delete": "Delete users",
    "moodle/user:update": "Update user profiles",
}
"""How Moodle names a capability when it refuses; one that isn't here is named by its key."""

EVERY_CAPABILITY = ROLE_CAPABILITIES | CAPABILITY_NAMES.keys()

GUEST_ID, ADMIN_ID, SERVICE_ACCOUNT_ID = 1, 2, 3


@dataclass
class Caller:
    """The account behind a token. Take a capability away with `caller.capabilities.discard(...)`."""

    userid: int = SERVICE_ACCOUNT_ID
    capabilities: set[str] = field(default_factory=lambda: set(ROLE_CAPABILITIES))

    @property
    def is_site_admin(self) -> bool:
        """Whether this is the site's own administrator."""
        return self.userid == ADMIN_ID


def learner(userid: int, capabilities: Iterable[str] = ()) -> Caller:
    """A token of an ordinary account, without the service account's role."""
    return Caller(userid, set(capabilities))
