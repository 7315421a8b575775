"""The small school that recorded calls presuppose, in growing stages: each function adds to a fresh site."""

from simulators.moodle.rows import (
    Activity,
    Category,
    Cohort,
    CompletionCriterion,
    Course,
    GradeItem,
    Group,
    User,
)
from simulators.moodle.site import Site

PLAIN, ADA, BO, CAL, DEE, CY = 4, 5, 6, 7, 20, 22
SCHOOL_CATEGORY, MATHS, SCIENCE, TESTBED = 2, 2, 3, 6
PAGE, ON_GRADE, ON_SUBMIT, UNTRACKED, QUIZ = 6, 7, 8, 9, 12
RECENTLY = 1_800_000_000
"""A time, in seconds since 1970, later than any that a recorded call asks about."""


def empty(site: Site) -> None:
    """Nobody and nothing but what every site has, and a plain account."""
    site.add_user(User(PLAIN, "plain", "Plain", "Account", "plain@elsewhere.test"))


def people(site: Site) -> None:
    """Three learners, one of whom has filled in more than the others."""
    empty(site)
    site.add_user(
        User(
            ADA,
            "ada.zz",
            "Ada",
            "Lark",
            "ada.zz@example.test",
            "SIS-1001",
            timezone="Europe/London",
            institution="Hill School",
            department="Lower school",
        )
    )
    site.add_user(User(BO, "bo.zz", "Bo", "Moss", "bo.zz@example.test", "SIS-1002"))
    site.add_user(User(CY, "cy.zz", "Cy", "Finch", "cy.zz@example.test", "SIS-1003"))


def more_people(site: Site) -> None:
    """Two more: one shares an idnumber with Ada, one is there to be deleted."""
    people(site)
    site.add_user(User(CAL, "q3", "T", "U", "q3@example.test", "SIS-1001"))
    site.add_user(User(DEE, "del1", "D", "E", "del1@example.test", "SIS-D1"))


def school(site: Site) -> None:
    """A category for the school."""
    more_people(site)
    site.tables.categories.put(Category(SCHOOL_CATEGORY, "Hill School", idnumber="ORG-1", description="x"))


def courses(site: Site) -> None:
    """Two courses, the first with sections and an Announcements forum."""
    school(site)
    put = site.tables.courses.put
    put(Course(MATHS, "Numbers", "Y7MA", SCHOOL_CATEGORY, "CLS-1", numsections=3))
    put(Course(SCIENCE, "Nature", "Y7SB", SCHOOL_CATEGORY, "CLS-2"))
    for course in (MATHS, SCIENCE):
        site.add_activity(Activity(course - 1, course, "forum", course - 1, "Announcements"))
        site.tables.grade_items.put(GradeItem(100 + course, course, "course", itemnumber=None))


def cohorts(site: Site) -> None:
    """Three cohorts, two of which share a name."""
    courses(site)
    site.tables.cohorts.put(Cohort(1, "Year 7", idnumber="COH-Y7"))
    site.tables.cohorts.put(Cohort(2, "A form", SCHOOL_CATEGORY, "COH-7A"))
    site.tables.cohorts.put(Cohort(3, "Year 7", idnumber="COH-Y7b"))


def groups(site: Site) -> None:
    """Two groups in the maths course."""
    courses(site)
    site.tables.groups.put(Group(1, MATHS, "Set 1", "GRP-1"))
    site.tables.groups.put(Group(2, MATHS, "Second set", "GRP-2"))


def course_with_activities(site: Site) -> None:
    """A course with activities of every kind of completion, complete when the first two are."""
    courses(site)
    site.tables.courses.put(Course(TESTBED, "Testbed", "COMP1", SCHOOL_CATEGORY, "CLS-COMP", timemodified=1))
    site.tables.grade_items.put(GradeItem(1, TESTBED, "course", itemnumber=None, iteminstance=1))
    site.add_activity(Activity(PAGE, TESTBED, "page", 1, "Reading", "ACT-PAGE", tracking=1, timemodified=RECENTLY))
    _assignment(site, ON_GRADE, 1, "completionusegrade")
    _assignment(site, ON_SUBMIT, 2, "completionsubmit")
    _assignment(site, UNTRACKED, 3, "")
    site.add_activity(
        Activity(QUIZ, TESTBED, "quiz", 1, "Quiz", timemodified=RECENTLY),
        GradeItem(5, TESTBED, "mod", "Quiz", None, "quiz", 1, 0, QUIZ, 10, hidden=True),
    )
    site.tables.grade_items.put(GradeItem(6, TESTBED, "manual", "Effort", "EFFORT", grademax=50))
    site.tables.criteria.put(CompletionCriterion(1, TESTBED, PAGE))
    site.tables.criteria.put(CompletionCriterion(2, TESTBED, ON_GRADE))


def _assignment(site: Site, cmid: int, instance: int, rule: str) -> None:
    name, idnumber = f"Assignment {instance}", f"ACT-{instance}"
    site.add_activity(
        Activity(
            cmid,
            TESTBED,
            "assign",
            instance,
            name,
            idnumber,
            tracking=2 if rule else 0,
            rule=rule,
            timemodified=RECENTLY,
        ),
        GradeItem(1 + instance, TESTBED, "mod", name, idnumber, "assign", instance, 0, cmid),
    )
