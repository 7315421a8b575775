"""A Moodle site in memory: its tables, its options, and plain read methods for tests and pages."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from simulators.moodle.caller import ADMIN_ID, GUEST_ID, SERVICE_ACCOUNT_ID
from simulators.moodle.contexts import CATEGORY, COURSE, USER
from simulators.moodle.rows import Activity, Category, Course, GradeItem, Message, User
from simulators.moodle.tables import Tables

SITE_COURSE_ID = 1
BUILT_IN_CATEGORY_ID = 1
BUILT_IN_USERS = frozenset({GUEST_ID, ADMIN_ID, SERVICE_ACCOUNT_ID})

ROLES = {
    1: "manager",
    2: "coursecreator",
    3: "editingteacher",
    4: "teacher",
    5: "student",
    6: "guest",
    7: "user",
    8: "frontpage",
    9: "parent",
}
"""A standard site's roles, and a custom one for parents, which can be given on a child's account only."""

CATEGORY_ROLES = frozenset({1, 2})
COURSE_ROLES = frozenset({3, 4, 5})
USER_ROLES = frozenset({9})
TEACHER_ROLES = frozenset({3, 4})
STUDENT_ROLE = 5

DEFAULT_LANGUAGES = frozenset({"en"})


@dataclass(frozen=True)
class EnrolmentView:
    """One enrolment in words: for assertions."""

    username: str
    course: str
    """The course's short name."""
    roles: frozenset[str]
    """Short names of the roles held in the course, such as student or editingteacher."""
    suspended: bool
    timestart: int
    timeend: int


@dataclass
class Site:
    """The contents of one site. The read methods leave out what every fresh Moodle has."""

    name: str = "Simulated Moodle"
    languages: frozenset[str] = DEFAULT_LANGUAGES
    """Installed language packs; an account with another `lang` is refused."""
    tables: Tables = field(default_factory=Tables)

    def __post_init__(self) -> None:
        """Put in what every fresh Moodle has."""
        names = {GUEST_ID: "guest", ADMIN_ID: "admin", SERVICE_ACCOUNT_ID: "wsroster"}
        for userid, username in names.items():
            email = f"{username}@moodle.invalid"
            self.tables.users.put(User(userid, username, username.capitalize(), "Account", email))
        self.tables.categories.put(Category(BUILT_IN_CATEGORY_ID, "Category 1"))
        self.tables.courses.put(Course(SITE_COURSE_ID, self.name, "site", 0, format="site"))

    def users(self) -> list[User]:
        """Accounts that exist, suspended ones included, deleted and built-in ones not; by id."""
        return [user for user in self.tables.users if user.id not in BUILT_IN_USERS and not user.deleted]

    def user(self, username: str) -> User:
        """The account with this username; KeyError if there is none."""
        found = self.tables.users.first("username", username)
        if found is None:
            raise KeyError(username)
        return found

    def categories(self) -> list[Category]:
        """Course categories, without the one that every site starts with; by id."""
        return [row for row in self.tables.categories if row.id != BUILT_IN_CATEGORY_ID]

    def courses(self) -> list[Course]:
        """Courses, without the site's front page; by id."""
        return [row for row in self.tables.courses if row.id != SITE_COURSE_ID]

    def course(self, shortname: str) -> Course:
        """The course with this short name; KeyError if there is none."""
        found = self.tables.courses.first("shortname", shortname)
        if found is None:
            raise KeyError(shortname)
        return found

    def roles_in_course(self, userid: int, courseid: int) -> list[int]:
        """Ids of the roles a person holds in a course, in ascending order."""
        assigned = self.tables.role_assignments.find("of_user", (userid, COURSE, courseid))
        return sorted(row.roleid for row in assigned)

    def roles_in_category(self, idnumber: str) -> list[tuple[str, str]]:
        """Username and role's short name of those who hold a role in the category with this ID number."""
        category = self.tables.categories.first("idnumber", idnumber)
        return [] if category is None else self._roles_at(CATEGORY, category.id)

    def roles_at_user(self, username: str) -> list[tuple[str, str]]:
        """Username and role's short name of those who hold a role at this account, such as its parents."""
        return self._roles_at(USER, self.user(username).id)

    def _roles_at(self, level: int, instance: int) -> list[tuple[str, str]]:
        rows = [row for row in self.tables.role_assignments if (row.contextlevel, row.instanceid) == (level, instance)]
        holders = [(self.tables.users.get(row.userid), ROLES[row.roleid]) for row in rows]
        return sorted((user.username, role) for user, role in holders if user is not None)

    def members_of_cohort(self, idnumber: str) -> list[str]:
        """Usernames of a cohort's members, sorted; none if there is no such cohort."""
        return self._members(self.tables.cohorts.find("idnumber", idnumber), self.tables.cohort_members)

    def members_of_group(self, idnumber: str) -> list[str]:
        """Usernames of a group's members, sorted; of the groups with this ID number, whatever their course."""
        return self._members([row for row in self.tables.groups if row.idnumber == idnumber], self.tables.group_members)

    def _members(self, owners: Iterable[Any], memberships: Any) -> list[str]:
        rows = [row for owner in owners for row in memberships.find("owner", owner.id)]
        users = [self.tables.users.get(row.userid) for row in rows]
        return sorted(user.username for user in users if user is not None)

    def enrolments(self, shortname: str | None = None) -> list[EnrolmentView]:
        """All enrolments, active and suspended, or those of one course; in the order they were made."""
        rows: Iterable[Any] = self.tables.enrolments
        if shortname is not None:
            rows = self.tables.enrolments.find("course", self.course(shortname).id)
        return [self._view(row) for row in rows]

    def _view(self, row: Any) -> EnrolmentView:
        user, course = self.tables.users.get(row.userid), self.tables.courses.get(row.courseid)
        assert user is not None and course is not None
        roles = frozenset(ROLES[roleid] for roleid in self.roles_in_course(row.userid, row.courseid))
        return EnrolmentView(user.username, course.shortname, roles, row.suspended, row.timestart, row.timeend)

    def messages(self) -> list[Message]:
        """Welcome messages sent so far, in order."""
        return list(self.tables.messages)

    def summary(self) -> dict[str, int]:
        """How much there is of what."""
        suspended = sum(row.suspended for row in self.tables.enrolments)
        return {
            "users": len(self.users()),
            "courses": len(self.courses()),
            "categories": len(self.categories()),
            "enrolments": len(self.tables.enrolments) - suspended,
            "suspended_enrolments": suspended,
            "welcome_messages": len(self.tables.messages),
        }

    def add_user(self, user: User) -> User:
        """Put an account in directly (web services are the usual way)."""
        return self.tables.users.put(user)

    def change_user(self, username: str, **fields: Any) -> User:
        """Change an account behind everybody's back, as an administrator would in the web interface."""
        return self.tables.users.put(replace(self.user(username), **fields))

    def add_activity(self, activity: Activity, grade_item: GradeItem | None = None) -> Activity:
        """Put an activity into a course, with its gradebook column if it is graded.

        Web services have no call for this, so it is not kept in the journal either.
        """
        if grade_item is not None:
            self.tables.grade_items.put(grade_item)
        return self.tables.activities.put(activity)
