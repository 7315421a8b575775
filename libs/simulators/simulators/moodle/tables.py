"""All tables of one site, with the keys they are looked up by."""

from simulators.moodle.rows import (
    Activity,
    AssignmentGrade,
    Category,
    Cohort,
    Completion,
    CompletionCriterion,
    Course,
    Enrolment,
    Grade,
    GradeItem,
    Group,
    Membership,
    Message,
    RoleAssignment,
    User,
)
from simulators.moodle.table import Table, UndoLog


class Tables:
    """The rows of one site. Use `transaction()` where several changes stand or fall together."""

    def __init__(self) -> None:
        log = UndoLog()
        self.transaction = log.transaction
        self.users = Table[User](
            log,
            username=lambda row: row.username,
            email=lambda row: row.email,
            email_any_case=lambda row: row.email.lower(),
            idnumber=lambda row: row.idnumber,
        )
        self.categories = Table[Category](log, idnumber=lambda row: row.idnumber, parent=lambda row: row.parent)
        self.courses = Table[Course](
            log,
            shortname=lambda row: row.shortname,
            idnumber=lambda row: row.idnumber,
            category=lambda row: row.categoryid,
        )
        self._people_in_courses(log)
        self._learning(log)

    def _people_in_courses(self, log: UndoLog) -> None:
        self.enrolments = Table[Enrolment](
            log,
            pair=lambda row: (row.userid, row.courseid),
            course=lambda row: row.courseid,
            user=lambda row: row.userid,
        )
        self.role_assignments = Table[RoleAssignment](
            log,
            exact=lambda row: (row.userid, row.roleid, row.contextlevel, row.instanceid),
            of_user=lambda row: (row.userid, row.contextlevel, row.instanceid),
            of_role=lambda row: (row.roleid, row.contextlevel, row.instanceid),
        )
        self.cohorts = Table[Cohort](log, idnumber=lambda row: row.idnumber)
        self.cohort_members = _memberships(log)
        self.groups = Table[Group](log, course=lambda row: row.courseid)
        self.group_members = _memberships(log)
        self.messages = Table[Message](log, user=lambda row: row.userid)

    def _learning(self, log: UndoLog) -> None:
        self.activities = Table[Activity](
            log, course=lambda row: row.courseid, instance=lambda row: (row.modname, row.instance)
        )
        self.criteria = Table[CompletionCriterion](log, course=lambda row: row.courseid)
        self.completions = Table[Completion](log, pair=lambda row: (row.cmid, row.userid))
        self.grade_items = Table[GradeItem](
            log, course=lambda row: row.courseid, activity=lambda row: (row.courseid, row.cmid)
        )
        self.grades = Table[Grade](log, pair=lambda row: (row.itemid, row.userid), item=lambda row: row.itemid)
        self.assignment_grades = Table[AssignmentGrade](
            log, pair=lambda row: (row.assignmentid, row.userid), assignment=lambda row: row.assignmentid
        )


def _memberships(log: UndoLog) -> Table[Membership]:
    return Table[Membership](
        log,
        pair=lambda row: (row.ownerid, row.userid),
        owner=lambda row: row.ownerid,
        user=lambda row: row.userid,
    )
