"""OneRoster's objects as servers send them, 1.1 and 1.2 alike.

Types are wide where real servers stray: ids as numbers, booleans as words, references as flat ids beside or in place of
objects. A row that strays further becomes `Malformed`, and the others of its page are not lost. CSV rows take the same
shape (`oneroster_csv/wire.py`), so that one mapping serves both.
"""

from typing import Any, NamedTuple

import msgspec
from msgspec import Struct, field

Text = str | int | float | bool | None


class Ref(Struct, gc=False, rename="camel"):
    """A reference (GUIDRef); only the id matters."""

    sourced_id: Text = None


Reference = Ref | str | int | None
References = list[Reference] | str | None
Words = list[Text] | str | None


class Known(Struct, gc=False, rename="camel"):
    """What every object has."""

    sourced_id: Text = None
    status: Text = None


class Malformed(Struct, gc=False):
    """A row that is not shaped as the standard says."""

    reason: str


Row = Known | Malformed


class Org(Known, gc=False, rename="camel"):
    """A district, a school or another organisation."""

    name: Text = None
    type: Text = None
    identifier: Text = None
    parent_sourced_id: Text = None
    parent: Reference = None


class Session(Known, gc=False, rename="camel"):
    """A school year, term or grading period. `end_date` is the first day after it."""

    title: Text = None
    type: Text = None
    start_date: Text = None
    end_date: Text = None
    parent_sourced_id: Text = None
    parent: Reference = None


class Course(Known, gc=False, rename="camel"):
    """What classes teach."""

    title: Text = None
    course_code: Text = None
    grades: Words = None
    subjects: Words = None


class Class(Known, gc=False, rename="camel"):
    """A class; course, school and terms as references or flat."""

    title: Text = None
    class_code: Text = None
    grades: Words = None
    subjects: Words = None
    course_sourced_id: Text = None
    school_sourced_id: Text = None
    term_sourced_ids: References = None
    course: Reference = None
    school: Reference = None
    terms: References = None


class Role(Struct, gc=False, kw_only=True, rename="camel"):
    """What a user is at one organisation (1.2)."""

    role: Text = None
    role_type: Text = None
    org: Reference = None
    org_sourced_id: Text = None


class User(Known, gc=False, rename="camel"):
    """A person: `roles` in 1.2, `role` and `orgs` in 1.1."""

    enabled_user: Text = None
    given_name: Text = None
    family_name: Text = None
    email: Text = None
    username: Text = None
    identifier: Text = None
    grades: Words = None
    role: Text = None
    org_sourced_ids: References = None
    agent_sourced_ids: References = None
    orgs: References = None
    roles: list[Role] | None = None
    agents: References = None
    date_last_modified: Text = None


class Enrollment(Known, gc=False, rename="camel"):
    """A user's part in a class. `end_date` is the first day after it."""

    class_sourced_id: Text = None
    school_sourced_id: Text = None
    user_sourced_id: Text = None
    role: Text = None
    primary: Text = None
    begin_date: Text = None
    end_date: Text = None
    user: Reference = None
    class_: Reference = field(default=None, name="class")
    school: Reference = None


ROWS: dict[str, type[Known]] = {
    "orgs": Org,
    "academicSessions": Session,
    "courses": Course,
    "classes": Class,
    "enrollments": Enrollment,
    "users": User,
}
"""The collections that a roster is read from, and their objects."""


class Decoded(NamedTuple):
    """A page's rows. `severity` is that of what 1.1 reports beside them, `warning` or `error`; blank for neither."""

    rows: list[Row]
    severity: str = ""


class Report(Struct, gc=False, rename={"severity": "imsx_severity"}):
    """One entry of 1.1's `statusInfoSet`."""

    severity: Text = None


class WrongShapeError(ValueError):
    """A body that is no page of the collection at all. The text names the place, never the content."""


NO_REPORTS = msgspec.Raw(b"[]")


def _page_decoder(name: str, row: Any) -> msgspec.json.Decoder[Any]:
    reports = ("reports", msgspec.Raw, msgspec.field(name="statusInfoSet", default=NO_REPORTS))
    page = msgspec.defstruct(f"{name}Page", [("rows", list[row], msgspec.field(name=name)), reports])
    return msgspec.json.Decoder(page)


_PAGES = {name: _page_decoder(name, row) for name, row in ROWS.items()}
_RAW_PAGES = {name: _page_decoder(name, msgspec.Raw) for name in ROWS}
_REPORTS = msgspec.json.Decoder(list[Report])
_ROW_DECODERS = {name: msgspec.json.Decoder(row) for name, row in ROWS.items()}


def decode(name: str, body: bytes) -> list[Row]:
    """The rows of a page. Raises `WrongShapeError`."""
    return decode_page(name, body).rows


def decode_page(name: str, body: bytes) -> Decoded:
    """A page's rows and what is reported beside them. Raises `WrongShapeError`."""
    try:
        page = _PAGES[name].decode(body)
    except msgspec.MsgspecError:
        return _decode_one_by_one(name, body)
    return Decoded(page.rows, _severity(page.reports))


def _decode_one_by_one(name: str, body: bytes) -> Decoded:
    try:
        page = _RAW_PAGES[name].decode(body)
    except msgspec.MsgspecError as error:
        raise WrongShapeError(str(error)) from None
    return Decoded([_decode_row(name, raw) for raw in page.rows], _severity(page.reports))


def _severity(reports: msgspec.Raw) -> str:
    """The worst that is reported; what is no report at all is let be."""
    try:
        found = {str(report.severity).casefold() for report in _REPORTS.decode(reports)}
    except msgspec.MsgspecError:
        return ""
    return next((severity for severity in ("error", "warning") if severity in found), "")


def _decode_row(name: str, raw: msgspec.Raw) -> Row:
    try:
        return _ROW_DECODERS[name].decode(raw)
    except msgspec.MsgspecError as error:
        return Malformed(str(error))
