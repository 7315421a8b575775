"""CSV that spreadsheets open without harm."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from dashboard_api.csv_text import FORMULAS, Cell, CsvStyle

CELLS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(st.characters(exclude_categories=["Cs"])))


def test_texts_that_look_like_formulas_are_texts() -> None:
    row = ["=1+1", "+31 6", "-1", "@SUM", "\tx", "\rx", "\nx", "＝1", "plain", "a=b"]
    (read,) = csv.reader(io.StringIO(CsvStyle().lines([row]), newline=""))
    assert read == ["'=1+1", "'+31 6", "'-1", "'@SUM", "'\tx", "'\rx", "'\nx", "'＝1", "plain", "a=b"]


def test_numbers_and_truths_are_written_plainly() -> None:
    assert CsvStyle().lines([[-5, True, False, None]]) == "-5,yes,no,\r\n"


def test_the_style_is_excels_where_that_is_wanted() -> None:
    assert CsvStyle(bom=True, separator=";").beginning(["a", "b"]) == "\ufeffa;b\r\n"
    assert CsvStyle().beginning(["a", "b"]) == "a,b\r\n"


@given(st.lists(CELLS, min_size=1), st.sampled_from([",", ";"]))
def test_whatever_is_written_is_read_again_and_no_text_begins_as_a_formula(row: list[Cell], separator: str) -> None:
    style = CsvStyle(separator=";" if separator == ";" else ",")
    (read,) = csv.reader(io.StringIO(style.lines([row]), newline=""), delimiter=separator)
    for cell, text in zip(row, read, strict=True):
        if isinstance(cell, str):
            assert not text.startswith(FORMULAS)
            assert text.removeprefix("'") == cell.removeprefix("'") or text == cell
