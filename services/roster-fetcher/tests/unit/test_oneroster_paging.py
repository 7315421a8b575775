"""When a collection has been read to its end, and whether anything may be missing."""

import pytest

from roster_fetcher.sources.oneroster.paging import Paging, announced_rows


def read(*pages: tuple[int, int, int | None]) -> Paging:
    paging = Paging()
    for rows, repeated, announced in pages:
        assert not paging.ended, "it asked for a page too many"
        paging.took(rows, repeated, announced)
    return paging


def test_a_short_page_ends_nothing() -> None:
    assert not read((100, 0, None), (37, 0, None)).ended


def test_an_empty_page_ends_a_collection_of_unknown_size() -> None:
    paging = read((100, 0, None), (37, 0, None), (0, 0, None))
    assert (paging.ended, paging.missing()) == (True, "")


def test_an_empty_collection_is_complete() -> None:
    assert read((0, 0, None)).ended
    assert read((0, 0, 0)).missing() == ""


def test_the_announced_number_ends_it_without_another_page() -> None:
    paging = read((100, 0, 137), (37, 0, 137))
    assert (paging.ended, paging.missing()) == (True, "")


def test_rows_that_came_twice_do_not_count_towards_the_announced_number() -> None:
    paging = read((100, 0, 200), (100, 3, 200))
    assert not paging.ended
    paging.took(3, 0, 200)
    assert (paging.ended, paging.missing()) == (True, "")


def test_fewer_rows_than_announced_are_missing() -> None:
    paging = read((100, 0, 200), (90, 0, 200), (0, 0, 200))
    assert paging.missing() == "The source announced 200 rows and gave 190."


def test_a_row_deleted_meanwhile_may_have_let_another_slip_through() -> None:
    assert read((100, 0, 101), (0, 0, 100)).missing() == "The source announced 101 rows and gave 100."


def test_rows_that_move_without_an_announced_number_prove_nothing() -> None:
    assert "does not say how many" in read((100, 0, None), (50, 2, None), (0, 0, None)).missing()


def test_without_an_announced_number_the_next_page_begins_with_the_last_row() -> None:
    paging = read((100, 0, None))
    assert (paging.position, paging.overlap) == (100, 1)
    paging.took(99, 0, None)
    assert (paging.position, paging.overlap) == (199, 1)


def test_with_an_announced_number_pages_do_not_overlap() -> None:
    assert read((100, 0, 450)).overlap == 0


def test_pages_of_one_row_have_no_place_for_an_overlap() -> None:
    assert read((1, 0, None)).overlap == 0


@pytest.mark.parametrize("rows", [0, 100])
def test_a_page_that_begins_with_another_row_than_the_last_proves_that_rows_moved(rows: int) -> None:
    paging = read((100, 0, None))
    paging.took(rows, 0, None, moved=True)
    assert "Rows moved" in paging.missing()


def test_after_rows_moved_the_others_are_read_from_where_the_last_page_ended() -> None:
    paging = read((100, 0, None))
    paging.took(100, 0, None, moved=True)
    assert (paging.position, paging.overlap, paging.ended) == (199, 0, False)


def test_a_server_that_knows_whole_pages_only_is_asked_for_them() -> None:
    paging = read((100, 0, None))
    paging.took(100, 100, None, moved=True)
    assert (paging.position, paging.overlap, paging.ended) == (100, 0, False)
    paging.took(100, 100, None)
    assert paging.ended


def test_a_server_that_repeats_its_page_for_ever_is_left() -> None:
    paging = read((100, 0, None), (100, 100, None))
    assert paging.ended
    assert paging.missing()


def test_more_rows_than_announced_are_welcome() -> None:
    assert read((100, 0, 90)).missing() == ""


def test_what_is_no_number_announces_nothing() -> None:
    assert [announced_rows(header) for header in (None, "", "many", "-1", "12", "0")] == [None, None, None, None, 12, 0]


def test_pages_can_be_asked_for_ahead_once_end_and_length_are_known() -> None:
    paging = read((100, 0, 450))
    assert paging.ahead(3) == {100: 1, 200: 2, 300: 3}
    assert paging.ahead(8) == {100: 1, 200: 2, 300: 3, 400: 4}
    assert paging.ahead(1) == {}


def test_without_a_known_end_pages_come_in_turn() -> None:
    assert read((100, 0, None)).ahead(4) == {}


@pytest.mark.parametrize(
    "second",
    [(90, 0, 450), (100, 2, 450), (100, 0, 449), (100, 0, None)],
    ids=["shorter", "slid", "another number", "no number"],
)
def test_after_an_irregular_page_all_others_come_in_turn(second: tuple[int, int, int | None]) -> None:
    paging = read((100, 0, 450), second)
    assert paging.ahead(4) == {}
    paging.took(100, 0, 450)
    assert paging.ahead(4) == {}
