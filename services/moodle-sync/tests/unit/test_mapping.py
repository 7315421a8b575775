"""What records are in Moodle, whatever the source says."""

import re
from datetime import date
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from moodle_sync.mapping import Person, SchoolClass, course_fields, midnight, same_name, user_fields, username

keys = st.text(min_size=1, max_size=80).filter(str.strip)
people = st.builds(
    Person,
    key=keys,
    given_name=st.text(max_size=150),
    family_name=st.text(max_size=150),
    email=st.text(max_size=150),
    username=st.text(max_size=150),
    identifier=st.text(max_size=30),
)


@given(people)
def test_every_person_gets_an_account_that_moodle_takes(person: Person) -> None:
    fields = user_fields(person)
    assert re.fullmatch(r"[a-z0-9.\-_@]{1,100}", str(fields["username"]))
    assert all(len(str(fields[name])) <= 100 for name in ("firstname", "lastname", "email"))
    assert fields["email"]
    assert fields["idnumber"] == person.key


def test_a_user_name_is_the_sources_own_in_moodles_letters() -> None:
    assert username(Person("k", "", "", "", "Zoë.Nuñez", "")) == "zoe.nunez"


def test_without_a_user_name_the_mailbox_then_the_identifier_then_the_key_serves() -> None:
    assert username(Person("k1", "", "", "zoe@school.test", "", "77")) == "zoe"
    assert username(Person("k1", "", "", "", "", "77")) == "77"
    assert username(Person("k1", "", "", "", "", "")) == "k1"
    assert len(username(Person("漢字", "", "", "", "", ""))) == 8


def test_without_an_address_one_is_made_that_reaches_nobody() -> None:
    assert user_fields(Person("k", "Zoë", "Nuñez", "", "zoe", ""))["email"] == "zoe@no-email.invalid"


def test_someone_with_one_name_bears_it_twice() -> None:
    fields = user_fields(Person("k", "", "Madonna", "", "m", ""))
    assert (fields["firstname"], fields["lastname"]) == ("Madonna", "Madonna")


def test_names_agree_in_any_case_accent_or_order() -> None:
    fields = user_fields(Person("k", "Zoë", "Nuñez", "", "z", ""))
    assert same_name(fields, "ZOE", "Nunez")
    assert same_name(fields, "Nuñez", "Zoë")
    assert not same_name(fields, "Zoë", "Rossi")


@given(first=keys, second=keys)
def test_classes_with_the_same_title_have_different_short_names(first: str, second: str) -> None:
    def short_name(key: str) -> object:
        class_ = SchoolClass(key, "Maths", "MA8", "", None, None)
        return course_fields(class_, "hill", ZoneInfo("UTC"))["shortname"]

    assert (short_name(first) == short_name(second)) == (first == second)


def test_a_day_begins_at_midnight_in_the_schools_zone() -> None:
    assert midnight(date(2026, 8, 15), ZoneInfo("Europe/Amsterdam")) == 1786744800
    assert midnight(None, ZoneInfo("Europe/Amsterdam")) == 0
