"""The data errors and source errors that this service tells of: how severe each is, its title, and what to do.

Critical: the run stops and nothing is concluded. Error: the record is left out. Warning: the record is kept, changed
where that was needed.
"""

from typing import NamedTuple

from common.events import Severity


class Entry(NamedTuple):
    """One kind of error, for people."""

    severity: Severity
    title: str
    remedy: str


CATALOGUE: dict[str, Entry] = {
    "AUTH_INVALID": Entry("critical", "The source refuses our credentials", "Renew the credentials of the source."),
    "AUTH_FORBIDDEN": Entry(
        "critical", "The source does not let us read this", "Approve the application at the source, or share the data."
    ),
    "SETTINGS_INVALID": Entry(
        "critical", "A setting of the source cannot be used", "Correct the setting and declare the district again."
    ),
    "SOURCE_UNREACHABLE": Entry(
        "critical", "The source does not answer", "Check the address, wait, or ask the vendor."
    ),
    "SOURCE_RATE_LIMITED": Entry(
        "critical", "The source asks us to slow down", "Wait, or move the sync to another time."
    ),
    "SOURCE_BAD_RESPONSE": Entry(
        "critical", "The source answers with something else than a roster", "Run again; if it stays, ask the vendor."
    ),
    "SOURCE_INCOMPLETE": Entry(
        "critical", "The source gave fewer rows than there are", "Run again; nothing was removed."
    ),
    "SOURCE_EMPTY": Entry(
        "critical", "The source gave none where there were some", "Check what is shared; nothing was removed."
    ),
    "SCHOOL_NOT_FOUND": Entry(
        "critical", "The source does not share this school", "Correct the school's id, or share the school."
    ),
    "CSV_MANIFEST_INVALID": Entry("critical", "The package's manifest cannot be used", "Export the package again."),
    "CSV_FILE_MISSING": Entry("critical", "The package lacks a file", "Export the package again, with this file."),
    "CSV_HEADER_INVALID": Entry("critical", "A file's header cannot be used", "Correct the header."),
    "CSV_ENCODING": Entry("critical", "A file is not proper CSV in UTF-8", "Save the file as CSV in UTF-8."),
    "CSV_ROW_MALFORMED": Entry("error", "A row has the wrong number of fields", "Correct the row."),
    "ROW_MALFORMED": Entry("error", "A row is not shaped as the standard says", "Ask the vendor."),
    "MISSING_ID": Entry("error", "A row has no id", "Ask the vendor."),
    "DUP_SOURCED_ID": Entry("error", "The same id was given twice; the first row counts", "Correct it in the SIS."),
    "MISSING_NAME": Entry("error", "A name or title is blank", "Fill it in in the SIS."),
    "MISSING_USERNAME": Entry(
        "error", "There is nothing to make a user name of", "Fill in user name, e-mail address or identifier."
    ),
    "MISSING_EMAIL": Entry("warning", "There is no e-mail address", "Fill it in in the SIS."),
    "INVALID_EMAIL": Entry("warning", "The e-mail address is none and was left out", "Correct it in the SIS."),
    "INVALID_ROLE": Entry("error", "The role is not known", "Correct the role in the SIS."),
    "INVALID_STATUS": Entry("warning", "The status is not known; the row counts as active", "Ask the vendor."),
    "INVALID_GRADE": Entry("warning", "The grade is not known and was kept as it is", "Correct it in the SIS."),
    "INVALID_DATE": Entry("warning", "A date cannot be read, or lies before the start", "Correct it in the SIS."),
    "ORG_NOT_FOUND": Entry("error", "The organisation is not among those shared", "Share the organisation."),
    "COURSE_NOT_FOUND": Entry("warning", "The course is not among those shared", "Share the course."),
    "TERM_NOT_FOUND": Entry("warning", "The class has no term that is shared", "Give the class a term, or share it."),
    "CLASS_NOT_FOUND": Entry("error", "The class is not among those shared", "Share the class."),
    "USER_NOT_FOUND": Entry("error", "The person is not among those shared", "Share the person."),
    "STUDENT_OTHER_SCHOOL": Entry(
        "warning", "Somebody of another school is in a class here", "Correct it in the SIS if it is not meant."
    ),
    "CLASS_WITHOUT_TEACHER": Entry("warning", "The class has no teacher", "Assign a teacher."),
    "INTERNAL": Entry("critical", "Rosterbus failed", "Report it with the run's id."),
}
