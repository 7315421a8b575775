"""When a look into a folder tells of a new package: a pure decision."""

from roster_fetcher.watched_packages import State, after_look

A, B, C = b"a", b"b", b"c"


def test_the_first_look_only_remembers_what_there_is() -> None:
    assert after_look(None, A) == (State(A, A), False)


def test_nothing_new_is_told_of_nothing() -> None:
    assert after_look(State(A, A), A) == (State(A, A), False)


def test_a_new_package_is_told_of_when_it_was_the_same_twice() -> None:
    state, arrived = after_look(State(A, A), B)
    assert (state, arrived) == (State(A, B), False)
    assert after_look(state, B) == (State(B, B), True)


def test_one_that_still_changes_is_waited_for() -> None:
    assert after_look(State(A, B), C) == (State(A, C), False)


def test_one_that_was_taken_back_is_forgotten() -> None:
    state, arrived = after_look(State(A, B), A)
    assert (state, arrived) == (State(A, A), False)
    assert after_look(state, A) == (State(A, A), False)
