"""The ways in which a call fails. Codes and wording are those recorded from Moodle 4.4.1."""

from typing import Any


class MoodleError(Exception):
    """A failure that Moodle reports as HTTP 200 with `exception`, `errorcode` and `message`.

    `errorcode` is None where PHP itself failed. `debuginfo` reaches the client only if the site's debugging
    is on. `applied` says that part of the request was carried out all the same.
    """

    def __init__(
        self,
        exception: str,
        errorcode: str | None,
        message: str,
        debuginfo: str | None = None,
        *,
        applied: bool = False,
    ) -> None:
        super().__init__(message)
        self.exception = exception
        self.errorcode = errorcode
        self.message = message
        self.debuginfo = debuginfo
        self.applied = applied


def failure(errorcode: str, message: str) -> MoodleError:
    """An ordinary moodle_exception."""
    return MoodleError("moodle_exception", errorcode, message)


def invalid_parameter(debuginfo: str) -> MoodleError:
    """The one answer for a wrong type, a missing or unknown key, and many refused values."""
    message = "Invalid parameter value detected"
    return MoodleError("invalid_parameter_exception", "invalidparameter", message, debuginfo)


def invalid_response() -> MoodleError:
    """The function did its work, and what it wanted to answer does not fit its own declaration."""
    message = "Invalid response value detected"
    return MoodleError("invalid_response_exception", "invalidresponse", message, applied=True)


def invalid_record(table: str) -> MoodleError:
    """A row that must exist does not."""
    message = f"Can't find data record in database table {table}."
    return MoodleError("dml_missing_record_exception", "invalidrecord", message)


def invalid_user() -> MoodleError:
    """No such account."""
    return MoodleError("dml_missing_record_exception", "invaliduser", "Invalid user")


def invalid_course_module() -> MoodleError:
    """No such activity."""
    message = "Invalid course module ID"
    return MoodleError("dml_missing_record_exception", "invalidcoursemodule", message)


def database_write(debuginfo: str) -> MoodleError:
    """The database refused the row: too long, or not unique."""
    return MoodleError("dml_write_exception", "dmlwriteexception", "Error writing to database", debuginfo)


def database_read() -> MoodleError:
    """The query itself was wrong."""
    return MoodleError("dml_read_exception", "dmlreadexception", "Error reading from database")


def coding_error(what: str) -> MoodleError:
    """Moodle's way of saying that the caller broke a rule of its code."""
    message = f"Coding error detected, it must be fixed by a programmer: {what}"
    return MoodleError("coding_exception", "codingerror", message)


def unknown_account() -> MoodleError:
    """A role was to be given to nobody."""
    return coding_error("User ID does not exist or is deleted!")


def no_permission(capability_name: str) -> MoodleError:
    """The caller's role lacks a capability."""
    message = f"Sorry, but you do not currently have permissions to do that ({capability_name})."
    return MoodleError("required_capability_exception", "nopermissions", message)


def not_accessible() -> MoodleError:
    """The caller may not even enter the course."""
    message = "Course or activity not accessible."
    return MoodleError("require_login_exception", "requireloginerror", message)


def course_context(courseid: int, reason: str) -> MoodleError:
    """How some functions wrap the reason why a course can't be entered."""
    return failure(
        "errorcoursecontextnotvalid",
        f"You cannot execute functions in the course context (course id:{courseid}). "
        f"The context error message was: {reason}",
    )


def category_context(categoryid: int) -> MoodleError:
    """The same for a category that does not exist."""
    return failure(
        "errorcatcontextnotvalid",
        f"You cannot execute functions in the category context (category id:{categoryid}). "
        "The context error message was: Invalid parameter value detected",
    )


def not_in_service(function: str) -> MoodleError:
    """The token's service does not contain the function."""
    debuginfo = f"Access to the function {function}() is not allowed."
    return MoodleError("webservice_access_exception", "accessexception", "Access control exception", debuginfo)


def unknown_function(function: str) -> MoodleError:
    """The site has no such function at all."""
    error = invalid_record("external_functions")
    error.debuginfo = f"SELECT * FROM {{external_functions}} WHERE name = ?\n[array (0 => '{function}')]"
    return error


def invalid_token() -> MoodleError:
    """The token is missing, unknown, or was not sent as a form field."""
    return failure("invalidtoken", "Invalid token - token not found")


def php_error(message: str) -> MoodleError:
    """PHP failed in the middle: an answer without an error code."""
    return MoodleError("Error", None, message)


def as_warning(error: MoodleError, item: str, itemid: int) -> dict[str, Any]:
    """One record's failure, as functions report it that go on with the others."""
    return {"item": item, "itemid": itemid, "warningcode": error.errorcode, "message": error.message}
