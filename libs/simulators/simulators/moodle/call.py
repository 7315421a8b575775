"""What a web-service function is given beside its parameters."""

from dataclasses import dataclass

from simulators.moodle.caller import CAPABILITY_NAMES, Caller
from simulators.moodle.contexts import COURSE, context_id
from simulators.moodle.errors import (
    MoodleError,
    course_context,
    invalid_course_module,
    invalid_record,
    no_permission,
    not_accessible,
)
from simulators.moodle.rows import Activity, Course
from simulators.moodle.site import Site
from simulators.moodle.tables import Tables


@dataclass(frozen=True)
class Call:
    """One call: the site, who calls, the time in seconds since 1970, and the site's address."""

    site: Site
    caller: Caller
    now: int
    url: str
    service: tuple[str, ...] = ()
    """Names of the functions that the token's service contains."""

    @property
    def tables(self) -> Tables:
        """The site's tables."""
        return self.site.tables

    def may(self, capability: str) -> bool:
        """Whether the caller's role has the capability."""
        return self.caller.is_site_admin or capability in self.caller.capabilities

    def require(self, capability: str) -> None:
        """Refuse with `nopermissions` unless the caller has the capability."""
        if not self.may(capability):
            raise no_permission(CAPABILITY_NAMES.get(capability, capability))

    def may_enter(self, courseid: int) -> bool:
        """Whether the caller can see into the course: by capability, or because they are in it."""
        if self.may("moodle/course:view"):
            return True
        enrolment = self.tables.enrolments.first("pair", (self.caller.userid, courseid))
        return enrolment is not None and enrolment.active(self.now)

    def enter_course(self, courseid: int) -> Course:
        """The course, or `invalidrecord` if there is none, or `requireloginerror` if it is closed."""
        course = self.tables.courses.get(courseid)
        if course is None:
            raise invalid_record("course")
        if not self.may_enter(courseid):
            raise not_accessible()
        return course

    def enter_course_context(self, courseid: int) -> Course:
        """The same with both failures wrapped, as functions that validate the context themselves do."""
        course = self.tables.courses.get(courseid)
        if course is None:
            raise course_context(courseid, "Invalid parameter value detected")
        try:
            return self.enter_course(courseid)
        except MoodleError as error:
            raise course_context(courseid, error.message) from error

    def enter_activity(self, cmid: int) -> Activity:
        """The activity, or `invalidcoursemodule`, or `requireloginerror` if its course is closed."""
        activity = self.tables.activities.get(cmid)
        if activity is None:
            raise invalid_course_module()
        self.enter_course(activity.courseid)
        return activity

    def picture(self, component: str, name: str) -> str:
        """The address of one of the theme's pictures."""
        return f"{self.url}/theme/image.php/boost/{component}/1/{name}"

    def course_image(self, courseid: int) -> str:
        """The address of the picture generated for a course."""
        return f"{self.url}/pluginfile.php/{context_id(COURSE, courseid)}/course/generated/course.svg"
