"""What Moodle takes: lengths and characters (Moodle 4.4: `lib/db/install.xml`, `core_user::clean_field`)."""

import re
from dataclasses import dataclass, field

from rules.names import plain

NOT_IN_USERNAMES = re.compile(r"[^a-z0-9.\-_@]")
NAME = 100
EMAIL = 100
USERNAME = 100
PERSON_IDNUMBER = 255
COURSE_IDNUMBER = 100
GROUP_IDNUMBER = 100
COHORT_IDNUMBER = 100
CATEGORY_IDNUMBER = 100
CATEGORY_NAME = 255
COURSE_FULL_NAME = 254
COURSE_SHORT_NAME = 100
GROUP_NAME = 254
COHORT_NAME = 254


@dataclass(slots=True)
class Fitting:
    """Makes values fit, and remembers the codes of what was done to them."""

    warnings: list[str] = field(default_factory=list)

    def cut(self, value: str, most: int) -> str:
        """At most so many characters; VALUE_TRUNCATED where some were left out."""
        if len(value) <= most:
            return value
        self._warn("VALUE_TRUNCATED")
        return value[:most].rstrip()

    def username(self, value: str) -> str:
        """A user name of the characters that Moodle takes; INVALID_USERNAME where others were left out.

        Capitals and accents are no cause for a warning: Moodle has no user names with them.
        """
        lowered = plain(value)
        cleaned = NOT_IN_USERNAMES.sub("", lowered)
        if cleaned != lowered:
            self._warn("INVALID_USERNAME")
        return self.cut(cleaned, USERNAME)

    @property
    def warning(self) -> str:
        """The first code, blank for none: an operation tells one."""
        return self.warnings[0] if self.warnings else ""

    def _warn(self, code: str) -> None:
        if code not in self.warnings:
            self.warnings.append(code)
