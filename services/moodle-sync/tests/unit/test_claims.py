"""User names and addresses are had once each."""

from hypothesis import given
from hypothesis import strategies as st

from common.catalogue import CATALOGUE
from moodle_sync.claims import Claims
from rules.people import Fields

accounts = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from(["x", "X", "y", "z"]), st.sampled_from(["m@t", "M@T", "n@t"])),
    max_size=8,
    unique_by=lambda account: account[0],
)


@given(accounts)
def test_whoever_is_let_through_shares_neither_user_name_nor_address(people: list[tuple[str, str, str]]) -> None:
    claims, settled = Claims(), []
    for key, username, email in people:
        wanted: Fields = {"username": username, "email": email}
        fields, error, _ = claims.settle(key, wanted)
        if not error:
            settled.append(fields)
    for name in ("username", "email"):
        values = [str(fields[name]).casefold() for fields in settled]
        assert len(values) == len(set(values))


def test_the_second_to_share_an_address_gets_one_that_reaches_nobody() -> None:
    claims = Claims()
    claims.settle("a", {"username": "ann", "email": "family@home.test"})
    fields, error, warning = claims.settle("b", {"username": "bob", "email": "Family@home.test"})
    assert (fields["email"], error, warning) == ("bob@no-email.invalid", "", "DUP_EMAIL")


def test_somebody_keeps_what_is_theirs_already() -> None:
    claims = Claims()
    claims.note([("a", "ann", "ann@home.test")])
    assert claims.settle("a", {"username": "ann", "email": "ann@home.test"})[1:] == ("", "")
    assert claims.settle("b", {"username": "ANN", "email": "other@home.test"})[1] == "DUP_USERNAME"


def test_the_catalogue_calls_it_an_error_to_be_left_out_and_a_warning_to_be_changed() -> None:
    claims = Claims()
    claims.note([("a", "ann", "family@home.test")])
    left_out = claims.settle("b", {"username": "ann", "email": "family@home.test"})[1]
    changed = claims.settle("c", {"username": "cas", "email": "family@home.test"})[2]
    assert (CATALOGUE[left_out].severity, CATALOGUE[changed].severity) == ("error", "warning")
