"""What a plan comes to for people, in one sentence."""

from dashboard_api.queries.plans import Consequences
from dashboard_api.words.amounts import count, number


def sentence(of: Consequences) -> str:
    """12 students lose access to 3 courses; 4 have graded work."""
    if not of.changes:
        return "Nothing changes."
    ends = _endings(of)
    parts = [", ".join(ends) if ends else f"Nobody loses access; {_beginnings(of)}"]
    if of.graded:
        parts.append(f"{number(of.graded)} {'has' if of.graded == 1 else 'have'} graded work")
    if of.grades_unknown:
        parts.append(f"nobody looked whether {_them(of)} graded work")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _endings(of: Consequences) -> list[str]:
    ends = []
    if of.people_losing:
        who = count(of.people_losing, "student") if of.only_students else count(of.people_losing, "person", "people")
        verb = "loses" if of.people_losing == 1 else "lose"
        ends.append(f"{who} {verb} access to {count(of.courses_lost, 'course')}")
    for n, thing, becomes in (
        (of.accounts_suspended, "account", "suspended"),
        (of.courses_hidden, "course", "hidden"),
    ):
        if n:
            ends.append(f"{count(n, thing)} {'is' if n == 1 else 'are'} {becomes}")
    if of.memberships_ended:
        verb = "ends" if of.memberships_ended == 1 else "end"
        places = count(of.memberships_ended, "place in a group, cohort or role", "places in groups, cohorts and roles")
        ends.append(f"{places} {verb}")
    return ends


def _beginnings(of: Consequences) -> str:
    new = [
        count(n, thing)
        for n, thing in (
            (of.accounts_new, "new account"),
            (of.courses_new, "new course"),
            (of.enrolments_new, "new enrolment"),
        )
        if n
    ]
    return ", ".join(new) or count(of.changes, "change")


def _them(of: Consequences) -> str:
    if of.grades_unknown == of.people_losing:
        return "there is"
    return f"{number(of.grades_unknown)} of them {'has' if of.grades_unknown == 1 else 'have'}"
