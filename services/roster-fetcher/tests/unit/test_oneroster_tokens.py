"""How long a token is used."""

import pytest

from roster_fetcher.sources.oneroster.tokens import Token, credentials, lifetime


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [(3600, 3570), ("3600", 3570), (40, 20), (None, float("inf")), (0, float("inf")), ("soon", float("inf"))],
)
def test_a_token_is_renewed_before_it_ends_if_it_says_when(expires_in: int | str | None, seconds: float) -> None:
    assert lifetime(Token("secret", expires_in)) == seconds


def test_an_id_and_a_secret_that_encoding_leaves_as_they_are_are_tried_once() -> None:
    assert len(credentials("client-1", "a.secret")) == 1
    assert len(credentials("client-1", "a secret")) == 2
