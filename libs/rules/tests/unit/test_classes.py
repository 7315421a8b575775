"""A class's course, and the categories around it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from rules.classes import CourseRules, midnight
from rules.moodle_limits import CATEGORY_IDNUMBER, COURSE_FULL_NAME, COURSE_IDNUMBER, COURSE_SHORT_NAME
from rules.names import mark
from rules.policy import CLASS_FIELDS, Templates

CLASS = dict.fromkeys(CLASS_FIELDS, "") | {
    "id": "c-1", "source": "sis", "title": "Maths 7A", "code": "MA7A", "course": "Maths", "subject": "Mathematics",
    "grade": "07", "school": "Ashgrove Primary", "school_id": "1017", "mark": mark("c-1"),
}  # fmt: skip
USUAL = CourseRules(Templates())
LEVELS = CourseRules(Templates(category=("{school}", "{subject}", "Grade {grade}")))
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300).map(str.strip)
CLASSES = st.fixed_dictionaries({name: WORDS for name in CLASS_FIELDS if name not in ("id", "mark", "school_id")})


def test_the_usual_course_has_the_classs_title_and_a_short_name_of_its_own() -> None:
    course = USUAL.course("c-1", CLASS, "1017", (10, 20))
    assert course.fields == {
        "fullname": "Maths 7A", "shortname": f"MA7A {mark('c-1')}", "idnumber": "c-1", "category_key": "1017",
        "startdate": 10, "enddate": 20,
    }  # fmt: skip
    assert course.warning == ""


def test_a_class_without_names_is_called_by_its_key() -> None:
    nameless = dict.fromkeys(CLASS_FIELDS, "") | {"id": "c-1", "mark": mark("c-1")}
    fields = USUAL.course("c-1", nameless, "1017", (0, 0)).fields
    assert (fields["fullname"], fields["shortname"]) == ("c-1", mark("c-1"))


def test_what_is_too_long_is_cut_and_told() -> None:
    course = USUAL.course("c-1", CLASS | {"title": "M" * 300}, "1017", (0, 0))
    assert (len(str(course.fields["fullname"])), course.warning) == (COURSE_FULL_NAME, "VALUE_TRUNCATED")


def test_categories_go_from_the_school_down() -> None:
    school, subject, grade = LEVELS.categories(CLASS)
    assert [category.key for category in (school, subject, grade)] == [
        "1017", "1017/Mathematics", "1017/Mathematics/Grade 07",
    ]  # fmt: skip
    assert [category.fields["parent_key"] for category in (school, subject, grade)] == [
        "", "1017", "1017/Mathematics",
    ]  # fmt: skip
    assert [category.fields["name"] for category in (school, subject, grade)] == [
        "Ashgrove Primary", "Mathematics", "Grade 07",
    ]  # fmt: skip


def test_a_level_that_comes_out_blank_is_none() -> None:
    assert [c.key for c in LEVELS.categories(CLASS | {"subject": ""})] == ["1017", "1017/Grade 07"]
    assert [c.fields["name"] for c in LEVELS.categories(CLASS | {"school": "", "subject": "", "grade": ""})] == ["1017"]


def test_an_id_number_that_is_too_long_stays_its_own() -> None:
    first, second = (USUAL.idnumber("c" * 150 + end, "sis") for end in "ab")
    assert first != second
    assert len(first) == len(second) == COURSE_IDNUMBER


def test_a_day_begins_in_the_schools_own_zone() -> None:
    amsterdam = ZoneInfo("Europe/Amsterdam")
    summer = midnight(date(2026, 8, 24), amsterdam)
    assert datetime.fromtimestamp(summer, UTC) == datetime(2026, 8, 23, 22, tzinfo=UTC)
    assert midnight(None, amsterdam) == 0


@given(CLASSES, WORDS.filter(bool))
def test_any_class_becomes_a_course_that_moodle_takes(class_: dict[str, str], key: str) -> None:
    whole = class_ | {"id": key, "mark": mark(key), "school_id": "1017"}
    fields = USUAL.course(key, whole, "1017", (0, 0)).fields
    assert 0 < len(str(fields["fullname"])) <= COURSE_FULL_NAME
    assert 0 < len(str(fields["shortname"])) <= COURSE_SHORT_NAME
    assert 0 < len(str(fields["idnumber"])) <= COURSE_IDNUMBER


@given(CLASSES)
def test_every_category_stands_in_the_one_before_it(class_: dict[str, str]) -> None:
    path = LEVELS.categories(class_ | {"id": "c-1", "mark": "m", "school_id": "1017"})
    assert path[0].key == "1017"
    assert [c.fields["parent_key"] for c in path] == ["", *(c.key for c in path[:-1])]
    assert [c.depth for c in path] == list(range(len(path)))
    assert all(c.fields["name"] and len(str(c.fields["idnumber"])) <= CATEGORY_IDNUMBER for c in path)
