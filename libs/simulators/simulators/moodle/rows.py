"""The rows a site holds. Times are seconds since 1970, in UTC; 0 means "not set", as in Moodle."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class User:
    """An account. A deleted one stays, under a mangled username, as in Moodle."""

    id: int
    username: str
    firstname: str
    lastname: str
    email: str
    idnumber: str = ""
    auth: str = "manual"
    lang: str = "en"
    timezone: str = "99"
    city: str = ""
    country: str = ""
    institution: str = ""
    department: str = ""
    description: str = ""
    phone1: str = ""
    phone2: str = ""
    address: str = ""
    theme: str = ""
    mailformat: int = 1
    maildisplay: int = 2
    suspended: bool = False
    deleted: bool = False
    timecreated: int = 0
    timemodified: int = 0
    lastaccess: int = 0

    @property
    def fullname(self) -> str:
        """First and last name, as Moodle shows them."""
        return f"{self.firstname} {self.lastname}".strip()


@dataclass(frozen=True, slots=True)
class Category:
    """A course category; `parent` 0 is the top."""

    id: int
    name: str
    parent: int = 0
    idnumber: str = ""
    description: str = ""
    descriptionformat: int = 1
    theme: str = ""
    timemodified: int = 0


@dataclass(frozen=True, slots=True)
class Course:
    """A course."""

    id: int
    fullname: str
    shortname: str
    categoryid: int
    idnumber: str = ""
    summary: str = ""
    summaryformat: int = 1
    format: str = "topics"
    visible: int = 1
    startdate: int = 0
    enddate: int = 0
    numsections: int = 0
    newsitems: int = 5
    showgrades: int = 1
    showreports: int = 0
    maxbytes: int = 0
    hiddensections: int = 1
    groupmode: int = 0
    groupmodeforce: int = 0
    defaultgroupingid: int = 0
    enablecompletion: int = 1
    completionnotify: int = 0
    lang: str = ""
    theme: str = ""
    timecreated: int = 0
    timemodified: int = 0


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One person's manual enrolment in one course. The roles are RoleAssignment rows."""

    id: int
    userid: int
    courseid: int
    suspended: bool
    timestart: int
    timeend: int
    timemodified: int

    def active(self, now: int) -> bool:
        """Neither suspended nor outside its dates."""
        return not self.suspended and self.timestart <= now and (self.timeend == 0 or now < self.timeend)


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    """A role somebody has in a context (see `contexts.py` for the levels)."""

    id: int
    userid: int
    roleid: int
    contextlevel: int
    instanceid: int


@dataclass(frozen=True, slots=True)
class Cohort:
    """A site-wide (categoryid 0) or category cohort."""

    id: int
    name: str
    categoryid: int = 0
    idnumber: str = ""
    description: str = ""
    descriptionformat: int = 1
    visible: bool = True
    theme: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A group in a course."""

    id: int
    courseid: int
    name: str
    idnumber: str = ""
    description: str = ""
    descriptionformat: int = 1
    enrolmentkey: str = ""
    visibility: int = 0
    participation: bool = True


@dataclass(frozen=True, slots=True)
class Membership:
    """A person in a cohort or a group."""

    id: int
    ownerid: int
    userid: int


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity in a course; its `id` is the course module id (cmid).

    `tracking` is 0 (no completion), 1 (by hand) or 2 (automatic, by `rule`).
    """

    id: int
    courseid: int
    modname: str
    instance: int
    name: str
    idnumber: str = ""
    tracking: int = 0
    rule: str = ""
    section: int = 0
    timemodified: int = 0


@dataclass(frozen=True, slots=True)
class CompletionCriterion:
    """The course is complete for a learner when, among others, this activity is."""

    id: int
    courseid: int
    cmid: int


@dataclass(frozen=True, slots=True)
class Completion:
    """Whether a person has completed an activity; `overrideby` is who set it by hand for them."""

    id: int
    cmid: int
    userid: int
    state: int
    timecompleted: int
    overrideby: int | None = None


@dataclass(frozen=True, slots=True)
class GradeItem:
    """A column of a course's gradebook; `itemtype` is course, mod or manual."""

    id: int
    courseid: int
    itemtype: str
    name: str | None = None
    idnumber: str | None = None
    itemmodule: str | None = None
    iteminstance: int | None = None
    itemnumber: int | None = 0
    cmid: int | None = None
    grademax: float = 100
    grademin: float = 0
    hidden: bool = False
    timemodified: int = 0


@dataclass(frozen=True, slots=True)
class Grade:
    """A person's grade in a gradebook column."""

    id: int
    itemid: int
    userid: int
    value: float
    timegraded: int


@dataclass(frozen=True, slots=True)
class AssignmentGrade:
    """A grade given in the assignment itself."""

    id: int
    assignmentid: int
    userid: int
    grade: float
    grader: int
    attemptnumber: int
    timecreated: int
    timemodified: int


@dataclass(frozen=True, slots=True)
class Message:
    """A "welcome to the course" message that landed in somebody's inbox."""

    id: int
    userid: int
    courseid: int
    time: int
