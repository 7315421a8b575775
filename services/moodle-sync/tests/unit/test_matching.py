"""Who, of the accounts that Moodle has already, a person is."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from moodle_sync.matching import Account, Match, match
from rules.people import Fields

ANN: Fields = {
    "username": "ann", "firstname": "Ann", "lastname": "Quill", "email": "ann@hill.test", "idnumber": "u-1",
}  # fmt: skip


def an_account(id_: int = 7, **fields: str) -> Account:
    """An account of an Ann Quill that shares nothing else with ours."""
    return replace(Account(id_, f"n{id_}", "Ann", "Quill", f"n{id_}@x.test"), **fields)  # type: ignore[arg-type]


def found(*accounts: Account, wanted: Fields = ANN) -> tuple[int | None, str, str]:
    """Account, how, error."""
    result = match(wanted, accounts)
    return result.account.id if result.account else None, result.how, result.error


def test_without_accounts_nobody_is_found() -> None:
    assert match(ANN, []) == Match()


def test_an_account_is_found_by_id_number_by_user_name_and_by_address() -> None:
    assert found(an_account(idnumber="u-1")) == (7, "idnumber", "")
    assert found(an_account(username="ann")) == (7, "username", "")
    assert found(an_account(email="ann@hill.test")) == (7, "email", "")


def test_the_best_reason_is_the_one_that_is_told() -> None:
    assert found(an_account(idnumber="u-1", username="ann", email="ann@hill.test"))[1] == "idnumber"
    assert found(an_account(username="ann", email="ann@hill.test"))[1] == "username"


def test_capitals_accents_and_the_order_of_names_make_no_difference() -> None:
    assert found(an_account(username="ann", firstname="QUILL", lastname="Änn")) == (7, "username", "")
    assert found(an_account(email="Ann@Hill.TEST")) == (7, "email", "")


def test_an_account_that_bears_another_name_is_not_taken() -> None:
    assert found(an_account(idnumber="u-1", firstname="Bob")) == (None, "", "AMBIGUOUS_MATCH")
    assert found(an_account(username="ann", lastname="Reed")) == (None, "", "AMBIGUOUS_MATCH")


def test_the_address_of_somebody_with_another_name_says_nothing() -> None:
    """Families share addresses."""
    assert found(an_account(email="ann@hill.test", firstname="Bob")) == (None, "", "")


def test_an_address_that_reaches_nobody_says_nothing() -> None:
    wanted: Fields = {**ANN, "email": "ann@no-email.invalid"}
    assert found(an_account(email="ann@no-email.invalid"), wanted=wanted) == (None, "", "")


def test_a_blank_id_number_is_nobodys() -> None:
    assert found(an_account(), wanted={**ANN, "idnumber": ""}) == (None, "", "")


def test_of_several_accounts_none_is_taken_and_all_are_named() -> None:
    result = match(ANN, [an_account(8, username="ann"), an_account(7, idnumber="u-1")])
    assert (result.account, result.error, result.answer) == (None, "AMBIGUOUS_MATCH", "accounts 7, 8 fit")


def test_one_account_that_is_told_twice_is_one() -> None:
    account = an_account(username="ann", email="ann@hill.test")
    assert found(account, account) == (7, "username", "")


accounts = st.lists(
    st.builds(
        Account,
        st.integers(1, 4),
        st.sampled_from(["ann", "bob"]),
        st.sampled_from(["Ann", "ANN", "Bob"]),
        st.sampled_from(["Quill", "Reed"]),
        st.sampled_from(["ann@hill.test", "ANN@hill.test", "bob@hill.test", ""]),
        st.sampled_from(["", "u-1", "u-2"]),
        st.booleans(),
    ),
    max_size=4,
    unique_by=lambda account: account.id,
)


@given(accounts)
def test_whoever_is_taken_bears_the_name_and_is_the_only_one_that_fits(there: list[Account]) -> None:
    result = match(ANN, there)
    fitting = [a for a in there if a.idnumber == "u-1" or a.username == "ann"]
    if result.account:
        assert (result.account.firstname.lower(), result.account.lastname) == ("ann", "Quill")
        assert all(account == result.account for account in fitting)
    elif fitting:
        assert result.error == "AMBIGUOUS_MATCH"


@given(accounts)
def test_the_order_in_which_moodle_tells_accounts_makes_no_difference(there: list[Account]) -> None:
    first, second = match(ANN, there), match(ANN, there[::-1])
    assert (first.account, first.error) == (second.account, second.error)
