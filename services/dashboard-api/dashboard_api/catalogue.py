"""Error codes in words: what happened, and what to do. Codes are the workers'; an unknown one is shown as it is."""

from dataclasses import dataclass

SOURCE = "whoever looks after the source"
DISTRICT = "an administrator of the district"
MOODLE = "whoever looks after Moodle"
US = "the people who run Rosterbus"


@dataclass(frozen=True, slots=True)
class Entry:
    """`says` is what happened, `remedy` what to do, `who` can do it."""

    says: str
    remedy: str
    who: str


UNKNOWN = Entry("An error that this version has no words for", "Look at the details below, and report the code.", US)

CATALOGUE: dict[str, Entry] = {
    "AUTH_INVALID": Entry("The key or secret was refused", "Renew it, and apply the district file again.", DISTRICT),
    "AUTH_FORBIDDEN": Entry(
        "Access was denied", "Share the data with Rosterbus, or approve the application.", DISTRICT
    ),
    "SOURCE_UNREACHABLE": Entry(
        "The source does not answer", "Check its address; if it is right, wait and run again.", SOURCE
    ),
    "SETTINGS_INVALID": Entry(
        "A setting of the source cannot be used", "Correct it in the district file, and apply it again.", DISTRICT
    ),
    "NOT_SET_UP": Entry("The school has no target any more", "Name it in the district file, and apply it.", DISTRICT),
    "SOURCE_RATE_LIMITED": Entry("The source asked us to slow down for too long", "Run again later.", DISTRICT),
    "SOURCE_BAD_RESPONSE": Entry("The source's answer could not be read", "Report it to the source's vendor.", SOURCE),
    "SOURCE_PAUSED": Entry("The provider has paused the district", "Resume it at the provider.", DISTRICT),
    "SOURCE_INCOMPLETE": Entry("The source did not send all it announced", "Run again; nothing was removed.", DISTRICT),
    "SOURCE_EMPTY": Entry("The source shares nothing where it did before", "Check what is shared.", DISTRICT),
    "SCHOOL_NOT_FOUND": Entry(
        "The source does not know this school", "Correct its source_id in the district file.", DISTRICT
    ),
    "CSV_MANIFEST_INVALID": Entry("The package's manifest cannot be used", "Export the package again.", SOURCE),
    "CSV_FILE_MISSING": Entry("A file is missing from the package", "Export the package again.", SOURCE),
    "CSV_HEADER_INVALID": Entry(
        "A file's columns are not as they should be", "Correct the header row, and export the package again.", SOURCE
    ),
    "CSV_ENCODING": Entry(
        "A file is not UTF-8, or badly quoted", "Save it as UTF-8, and export the package again.", SOURCE
    ),
    "CSV_ROW_MALFORMED": Entry(
        "A row has too many or too few fields", "Correct the row, and export the package again.", SOURCE
    ),
    "ROW_MALFORMED": Entry("A record is not shaped as the standard says", "Report it to the source's vendor.", SOURCE),
    "DUP_SOURCED_ID": Entry("Two records have the same id; the first counts", "Give each its own id.", SOURCE),
    "DUP_SIS_ID": Entry("Two accounts have the same SIS id", "Merge or correct them.", SOURCE),
    "DUP_USERNAME": Entry("The user name belongs to another account", "Change one of the two.", SOURCE),
    "DUP_EMAIL": Entry("The e-mail address belongs to another account", "Change one of the two.", SOURCE),
    "AMBIGUOUS_MATCH": Entry("Several Moodle accounts fit this person", "Leave one of them with this id.", MOODLE),
    "NAME_MISMATCH": Entry("The id fits, the name does not", "Check that it is the same person.", DISTRICT),
    "MISSING_ID": Entry("The record has no id", "Report it to the source's vendor.", SOURCE),
    "MISSING_NAME": Entry(
        "The given or family name is blank", "Fill it in at the source; the next sync takes it.", SOURCE
    ),
    "MISSING_EMAIL": Entry("There is no e-mail address", "Fill it in at the source; the next sync takes it.", SOURCE),
    "MISSING_USERNAME": Entry(
        "There is no user name, and none can be made", "Fill in a user name or e-mail address.", SOURCE
    ),
    "INVALID_EMAIL": Entry(
        "The e-mail address cannot be right; it was left out",
        "Correct it at the source; the next sync takes it.",
        SOURCE,
    ),
    "INVALID_USERNAME": Entry(
        "The user name has characters that Moodle refuses; they were replaced",
        "Correct it at the source; the next sync takes it.",
        SOURCE,
    ),
    "INVALID_ROLE": Entry("The role is not known", "Correct the role at the source.", SOURCE),
    "INVALID_GRADE": Entry("The grade is not known", "Correct the grade at the source.", SOURCE),
    "INVALID_STATUS": Entry(
        "The status is not known; the record counts as active", "Correct the status at the source.", SOURCE
    ),
    "INVALID_DATE": Entry(
        "The date cannot be read, or ends before it begins", "Correct it at the source; the next sync takes it.", SOURCE
    ),
    "ORG_NOT_FOUND": Entry(
        "The record belongs to a school that is not shared", "Share the school, or correct the record.", SOURCE
    ),
    "COURSE_NOT_FOUND": Entry("The class belongs to a course that is not shared", "Share the course.", SOURCE),
    "TERM_NOT_FOUND": Entry("The class belongs to a term that is not shared", "Share the term.", SOURCE),
    "TERM_NOT_CURRENT": Entry(
        "The class's term is over, or has not begun", "Nothing; the class comes with its term.", DISTRICT
    ),
    "CLASS_NOT_FOUND": Entry(
        "The enrolment is in a class that is not shared", "Share the class, or correct the enrolment.", SOURCE
    ),
    "USER_NOT_FOUND": Entry(
        "The enrolment is of a person who is not shared", "Share the person, or correct the enrolment.", SOURCE
    ),
    "STUDENT_OTHER_SCHOOL": Entry(
        "The student belongs to another school than the class", "Correct one of the two.", SOURCE
    ),
    "CLASS_WITHOUT_TEACHER": Entry("The class has no teacher", "Assign one at the source.", SOURCE),
    "CLASS_WITHOUT_STUDENTS": Entry("The class has no students", "Enrol some, or leave the class out.", SOURCE),
    "VALUE_TRUNCATED": Entry(
        "The value is longer than Moodle takes; it was shortened", "Shorten it at the source.", SOURCE
    ),
    "LMS_UNREACHABLE": Entry("Moodle does not answer, or refuses the token", "Check the site and the token.", MOODLE),
    "LMS_WRITE_REJECTED": Entry(
        "Moodle refused the record; the next sync tries again", "Read Moodle's answer below.", MOODLE
    ),
    "DEPENDS_ON_FAILED": Entry(
        "What the record belongs to could not be made in Moodle",
        "Solve the other errors first, and run again.",
        DISTRICT,
    ),
    "LMS_CONFLICT": Entry("The record was changed by hand in Moodle", "Decide which of the two is right.", MOODLE),
    "WORKER_LOST": Entry("The worker stopped in the middle", "Run again; it goes on where it stopped.", DISTRICT),
    "INTERNAL": Entry("A mistake of ours", "Report it, with the event id.", US),
}


def entry_of(code: str) -> Entry:
    """The words for a code."""
    return CATALOGUE.get(code, UNKNOWN)
