"""The words that pages use in a sense of their own, for the help pages."""

from common.language import mark
from dashboard_api.language import _

GLOSSARY = (
    (mark("Class"), mark("A group of students that is taught together. In Moodle it is a course.")),
    (mark("Decision"), mark("What a person says about held operations: approve, reject, or suspend instead.")),
    (mark("Device"), mark("An offline Moodle at a school, which exchanges learners' data with the online one.")),
    (mark("District"), mark("Who runs Rosterbus: one or more schools, and the sources that their rosters come from.")),
    (mark("Dry run"), mark("A run that stops after its plan. Nothing is sent to Moodle.")),
    (mark("Enrolment"), mark("One person's place in one class, with a role.")),
    (mark("Error"), mark("Something in the data that kept a record out, or that somebody should look at.")),
    (mark("Guard"), mark("A limit on what a sync may remove or change without asking a person.")),
    (mark("Guardian"), mark("A parent or another adult who is responsible for a student.")),
    (mark("Hold"), mark("Operations that a guard kept back. They wait until a person decides; the rest goes on.")),
    (mark("Ledger"), mark("What a run read from its source, list by list, and whether it read all of it.")),
    (mark("Link"), mark("That a record at the source and an account or course in Moodle are the same.")),
    (mark("Mapping"), mark("The rules by which a source's fields become Moodle's.")),
    (mark("Nightly mode"), mark("What happens at night: everything, additions only, or nothing while it is paused.")),
    (mark("Operation"), mark("One thing to be done in Moodle, with how it was before and how it will be.")),
    (mark("Plan"), mark("All operations of one run, worked out before any of them is carried out.")),
    (mark("Pool"), mark("The workers that serve certain districts.")),
    (mark("Preview"), mark("A full sync as a dry run: its plan is shown, and nothing is sent to Moodle.")),
    (mark("Record"), mark("One thing that a source shares: a school, a class, a person or an enrolment.")),
    (mark("Roster"), mark("Who is at a school and in which classes, as the source shares it.")),
    (mark("Run"), mark("One sync of one school or device, from its order to its end.")),
    (mark("Snapshot"), mark("A school's roster as one run read it. Snapshots are numbered.")),
    (mark("Source"), mark("Where rosters come from, such as Clever, Wonde, or a OneRoster server.")),
    (mark("Suspend"), mark("To close an account without deleting it: nobody signs in with it, and its work stays.")),
    (mark("Target"), mark("The Moodle that a school's roster is applied to.")),
    (mark("Undo"), mark("A run that takes back what another run did.")),
)  # fmt: skip
"""Words with what they mean, in the alphabet's order in English."""


def entries() -> list[tuple[str, str]]:
    """Each word with its meaning, in the alphabet's order of the spoken language."""
    return sorted(((_(word), _(meaning)) for word, meaning in GLOSSARY), key=lambda entry: entry[0].casefold())
