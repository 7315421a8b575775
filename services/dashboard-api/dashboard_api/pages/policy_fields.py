"""The fields of a district's policy, and what each means."""

from common.language import mark
from dashboard_api.pages.forms import Field

OF_KINDS = ("users", "courses", "enrolments")
"""Kinds of record that may have limits of their own."""


def _percent(name: str, label: str, hint: str) -> Field:
    return Field(name, label, hint, "number", most=100)


CHANGES = {
    "new": mark("Only what is new: nothing that is synced already is touched"),
    "all": mark("Everything that changed"),
}
LEAVERS = {"suspend": mark("Suspend it: it can be taken up again"), "unenrol": mark("Take it out of the course")}
COURSES = {"class": mark("Each class is a course"), "course": mark("Each course is one, with a group for each class")}
WORKING = (
    Field(
        "changes",
        mark("Nightly and partial syncs apply"),
        mark("A full sync always applies everything."),
        "choice",
        choices=CHANGES,
    ),
    Field(
        "leavers",
        mark("An enrolment that is gone"),
        mark("Enrolments with graded work are suspended in any case."),
        "choice",
        choices=LEAVERS,
    ),
    Field(
        "account_days",
        mark("Days until an account is suspended"),
        mark("Counted from when somebody is no longer shared. Accounts are never deleted."),
        "number",
        most=3650,
    ),
    Field(
        "courses",
        mark("Courses in Moodle"),
        mark("Look at a preview before you change this: courses that are there stay."),
        "choice",
        choices=COURSES,
    ),
    Field(
        "cohorts",
        mark("Cohorts that are kept"),
        mark("Site-wide groups of accounts in Moodle."),
        "many",
        choices={"school": mark("One for each school"), "grade": mark("One for each grade of a school")},
    ),
)
LIMITS = (
    Field("removals_count", mark("Removals: number"), mark("Up to so many are removed without asking,"), "number"),
    _percent(
        "removals_percent", mark("Removals: percent"), mark("or up to this share of what there is, if that is more.")
    ),
    *(
        Field(f"{kind}_{part}", label, mark("Left empty: as for all removals."), "number", optional=True, most=most)
        for kind, labels in {
            "users": (mark("Accounts: number"), mark("Accounts: percent")),
            "courses": (mark("Courses: number"), mark("Courses: percent")),
            "enrolments": (mark("Enrolments: number"), mark("Enrolments: percent")),
        }.items()
        for part, label, most in zip(("count", "percent"), labels, (1_000_000, 100), strict=True)
    ),
    _percent(
        "ids_changed", mark("New ids: percent"), mark("Of people who may get other ids at the source in one run.")
    ),
    _percent(
        "class_turnover", mark("A class replaced: percent"), mark("Of one class that may be replaced in one run.")
    ),
    _percent(
        "values_lost",
        mark("Values lost: percent"),
        mark("Of people who may lose an address or another value in one run."),
    ),
)
SECOND = (
    Field("undo", mark("Taking back a run needs a second person"), "", "flag"),
    Field("force", mark("Forcing a device's sync needs a second person"), "", "flag"),
    Field(
        "approvals_over_limit",
        mark("Approving more removals than this needs a second person"),
        mark("Left empty: one person approves any number."),
        "number",
        optional=True,
    ),
)
FAMILIES = (
    Field(
        "families",
        mark("Families get accounts"),
        mark("Guardians that the source shares get an account and see their children's work."),
        "flag",
        wrong=mark("The Moodle site has no role for guardians yet. Name its id under Moodle sites first."),
    ),
)
