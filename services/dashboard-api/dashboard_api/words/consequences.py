"""What a plan comes to for people, in one sentence."""

from common.language import listed
from dashboard_api.language import _, plural
from dashboard_api.queries.plans import Consequences
from dashboard_api.words.amounts import number


def sentence(of: Consequences) -> str:
    """12 students lose access to 3 courses; 4 have graded work."""
    if not of.changes:
        return _("Nothing changes.")
    ends = _endings(of)
    parts = [listed(ends) if ends else _("Nobody loses access; {what}", what=_beginnings(of))]
    if of.graded:
        parts.append(plural("{n} has graded work", "{n} have graded work", of.graded, n=number(of.graded)))
    if of.grades_unknown:
        parts.append(_unknown(of))
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def additions(of: Consequences) -> str:
    """What is new beside what ends, in a sentence of its own; blank where `sentence` says it, or nothing is new."""
    new = _new(of)
    return _("Besides, there are {what}.", what=new) if new and _endings(of) else ""


def _endings(of: Consequences) -> list[str]:
    n = of.courses_lost
    courses = plural("{n} course", "{n} courses", n, n=number(n))
    ends = []
    if of.people_losing and of.only_students:
        ends.append(
            plural(
                "{n} student loses access to {courses}",
                "{n} students lose access to {courses}",
                of.people_losing,
                n=number(of.people_losing),
                courses=courses,
            )
        )
    elif of.people_losing:
        ends.append(
            plural(
                "{n} person loses access to {courses}",
                "{n} people lose access to {courses}",
                of.people_losing,
                n=number(of.people_losing),
                courses=courses,
            )
        )
    if n := of.accounts_suspended:
        ends.append(plural("{n} account is suspended", "{n} accounts are suspended", n, n=number(n)))
    if n := of.courses_hidden:
        ends.append(plural("{n} course is hidden", "{n} courses are hidden", n, n=number(n)))
    if n := of.memberships_ended:
        ends.append(
            plural(
                "{n} place in a group, cohort or role ends",
                "{n} places in groups, cohorts and roles end",
                n,
                n=number(n),
            )
        )
    return ends


def _beginnings(of: Consequences) -> str:
    return _new(of) or plural("{n} change", "{n} changes", of.changes, n=number(of.changes))


def _new(of: Consequences) -> str:
    new = []
    if n := of.accounts_new:
        new.append(plural("{n} new account", "{n} new accounts", n, n=number(n)))
    if n := of.courses_new:
        new.append(plural("{n} new course", "{n} new courses", n, n=number(n)))
    if n := of.enrolments_new:
        new.append(plural("{n} new enrolment", "{n} new enrolments", n, n=number(n)))
    return listed(new)


def _unknown(of: Consequences) -> str:
    n = of.grades_unknown
    if n == of.people_losing:
        return _("nobody looked whether there is graded work")
    return plural(
        "nobody looked whether {n} of them has graded work",
        "nobody looked whether {n} of them have graded work",
        n,
        n=number(n),
    )
