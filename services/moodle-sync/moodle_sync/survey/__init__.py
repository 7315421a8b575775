"""Looks at what Moodle really holds of a school, before a full run is planned, and sets the links right by it.

What somebody changed by hand in a field that we look after then differs from what is wanted, and is put back by the
same plan as everything else; what we do not look after (other enrolments, further roles) is not even compared. A link
is given up only where Moodle shows that the object was deleted: silence proves nothing.
"""

from common.uow import UnitOfWork
from moodle_sync.moodle.reading import MoodleReader
from moodle_sync.progress import Progress
from moodle_sync.scope import Scope
from moodle_sync.survey.accounts import survey_accounts
from moodle_sync.survey.courses import survey_categories, survey_courses
from moodle_sync.survey.places import survey_cohorts, survey_enrolments


async def survey(uow: UnitOfWork, scope: Scope, moodle: MoodleReader, progress: Progress) -> None:
    """Bring the school's links in line with Moodle. Raises what Moodle's client raises."""
    await survey_categories(uow, scope, moodle)
    await survey_courses(uow, scope, moodle, progress)
    await survey_accounts(uow, scope, moodle, progress)
    await survey_enrolments(uow, scope, moodle, progress)
    await survey_cohorts(uow, scope, moodle)
