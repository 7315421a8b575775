"""Texts with the fields of a record in braces."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.templates import Chosen, check, fields_of

FIELDS = ("code", "id", "title")
VALUES = st.fixed_dictionaries({name: st.text(max_size=20) for name in FIELDS})


@pytest.mark.parametrize("template", ["{id}", "plain", "{code:.8} {title}", "a {{brace}} {id}", ""])
def test_what_is_right_is_left_as_it_is(template: str) -> None:
    assert check(template, FIELDS) == template


@pytest.mark.parametrize(
    ("template", "predicate"),
    [
        ("{name}", "has the field name; the fields here are code, id, title"),
        ("{}", "has the field {}; the fields here are code, id, title"),
        ("{0}", "has the field 0; the fields here are code, id, title"),
        ("{id.__class__}", "has the field id.__class__; the fields here are code, id, title"),
        ("{id[0]}", "has the field id[0]; the fields here are code, id, title"),
        ("{id", "is no template; fields stand in braces, such as {username} or {given_name:.1}"),
        ("id}", "is no template; fields stand in braces, such as {username} or {given_name:.1}"),
        ("{id!r}", "is no template; fields stand in braces, such as {username} or {given_name:.1}"),
        ("{id:d}", "is no template; fields stand in braces, such as {username} or {given_name:.1}"),
        ("{id:{code}}", "is no template; fields stand in braces, such as {username} or {given_name:.1}"),
        ("{id:>999999999}", "is no template; fields stand in braces, such as {username} or {given_name:.1}"),
        ("x" * 300, "comes to more than 255 characters"),
    ],
)
def test_what_is_wrong_is_said_as_the_predicate_of_a_sentence(template: str, predicate: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(predicate)}$"):
        check(template, FIELDS)


def test_the_first_template_whose_fields_all_have_a_value_is_taken() -> None:
    chosen = Chosen(("{code} {title}", "{title}", "{id}"))
    assert chosen.text({"code": "MA", "title": "Maths", "id": "1"}) == "MA Maths"
    assert chosen.text({"code": "", "title": "Maths", "id": "1"}) == "Maths"
    assert chosen.text({"code": "", "title": "", "id": "1"}) == "1"
    assert chosen.text({"code": "", "title": "", "id": ""}) == ""


def test_a_field_is_cut_where_the_template_says_so() -> None:
    assert Chosen(("{title:.3}{id}",)).text({"code": "", "title": "Mathematics", "id": "1"}) == "Mat1"
    assert fields_of("{title:.3} and {id}") == ["title", "id"]


@given(st.text(max_size=40))
def test_any_text_is_taken_or_refused_with_a_sentence(text: str) -> None:
    try:
        template = check(text, FIELDS)
    except ValueError as wrong:
        assert str(wrong).startswith(("has the field ", "is no template", "comes to "))
    else:
        Chosen((template,)).text(dict.fromkeys(FIELDS, "a"))


@given(VALUES)
def test_values_are_never_read_as_templates(values: dict[str, str]) -> None:
    assert Chosen(("{id}",)).text({**values, "id": "{title}"}) == "{title}"
    assert Chosen(("{title}|{id}", "{code}")).text(values) in (
        f"{values['title']}|{values['id']}".strip(),
        values["code"].strip(),
        "",
    )
