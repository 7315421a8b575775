"""What classes become in Moodle: categories, courses, groups and cohorts. Pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from zoneinfo import ZoneInfo

from rules import moodle_limits
from rules.moodle_limits import Fitting
from rules.names import mark
from rules.people import Fields
from rules.policy import Templates
from rules.templates import Chosen

IDNUMBER_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Category:
    """A category; its key tells it from the others of the district."""

    key: str
    depth: int
    """How many stand above it."""
    fields: Fields


@dataclass(frozen=True, slots=True)
class Course:
    """The fields of a course, and the code of what had to be changed to make them fit, blank for none."""

    fields: Fields
    warning: str = ""


@dataclass(frozen=True)
class CourseRules:
    """How a district makes courses and categories of classes."""

    templates: Templates

    @cached_property
    def _full_name(self) -> Chosen:
        return Chosen(self.templates.course_full_name)

    @cached_property
    def _short_name(self) -> Chosen:
        return Chosen(self.templates.course_short_name)

    @cached_property
    def _levels(self) -> list[Chosen]:
        return [Chosen((template,)) for template in self.templates.category]

    @cached_property
    def _idnumber(self) -> Chosen:
        return Chosen((self.templates.idnumber,))

    def course(self, key: str, class_: Mapping[str, str], category_key: str, dates: tuple[int, int]) -> Course:
        """The course of a class that has `policy.CLASS_FIELDS`; `dates` in Unix seconds, 0 for none."""
        fit = Fitting()
        fields: Fields = {
            "fullname": fit.cut(self._full_name.text(class_) or key, moodle_limits.COURSE_FULL_NAME),
            "shortname": fit.cut(self._short_name.text(class_) or mark(key), moodle_limits.COURSE_SHORT_NAME),
            "idnumber": self.idnumber(key, class_["source"]),
            "category_key": category_key,
            "startdate": dates[0],
            "enddate": dates[1],
        }
        return Course(fields, fit.warning)

    def categories(self, class_: Mapping[str, str]) -> list[Category]:
        """The categories in which the class's course stands, from the top down; a level that comes out blank is none.

        The first level is the school's own: its key is the school's.
        """
        school, path, found = class_["school_id"], "", list[Category]()
        for depth, level in enumerate(self._levels):
            name = level.text(class_)
            if not name and depth:
                continue
            path = f"{path}/{name}" if depth else ""
            key = f"{school}{path}" if depth else school
            found.append(self._category(key, found, name or school, class_["source"]))
        return found

    def idnumber(self, key: str, source: str) -> str:
        """The ID number of what has this key: what is too long for Moodle ends in a mark, so that it stays its own."""
        text = self._idnumber.text({"id": key, "source": source})
        if len(text) <= IDNUMBER_LENGTH:
            return text
        return f"{text[: IDNUMBER_LENGTH - 9]}~{mark(text)}"

    def _category(self, key: str, above: Sequence[Category], name: str, source: str) -> Category:
        fields: Fields = {
            "name": name[: moodle_limits.CATEGORY_NAME],
            "idnumber": self.idnumber(key, source),
            "parent_key": above[-1].key if above else "",
        }
        return Category(key, len(above), fields)


def midnight(day: date | None, zone: ZoneInfo) -> int:
    """The day's first moment in the school's zone, in Unix seconds; 0 for none."""
    return int(datetime.combine(day, time(), zone).timestamp()) if day else 0
