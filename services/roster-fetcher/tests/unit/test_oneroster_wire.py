"""Pages of real servers, in the shapes that they have."""

import pytest

from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.fields import references


def test_the_standards_own_shape_is_read() -> None:
    body = b"""{"enrollments":[{"sourcedId":"e-1","status":"active","dateLastModified":"2026-09-01T00:00:00.000Z",
        "role":"teacher","primary":"true","user":{"sourcedId":"u-9","type":"user","href":"x"},
        "class":{"sourcedId":"k-1","type":"class","href":"x"},"beginDate":"2026-08-15","metadata":{"a":1}}]}"""
    (row,) = wire.decode("enrollments", body)
    assert isinstance(row, wire.Enrollment)
    assert row.class_ == wire.Ref("k-1")
    assert (row.user, row.primary, row.end_date) == (wire.Ref("u-9"), "true", None)


def test_flat_references_and_nulls_are_read() -> None:
    body = b"""{"enrollments":[{"sourcedId":17,"status":"","dateLastModified":null,"classSourcedId":"k-1",
        "userSourcedId":"u-9","schoolSourcedId":"o-1","role":"student","primary":null}]}"""
    (row,) = wire.decode("enrollments", body)
    assert isinstance(row, wire.Enrollment)
    assert (row.sourced_id, row.class_sourced_id, row.user_sourced_id, row.primary) == (17, "k-1", "u-9", None)


def test_warnings_beside_the_data_are_let_be() -> None:
    body = b'{"statusInfoSet":[{"imsx_severity":"warning"}],"orgs":[{"sourcedId":"o-1","name":"Hill","type":"school"}]}'
    assert len(wire.decode("orgs", body)) == 1


def test_one_row_of_another_shape_does_not_spoil_the_page() -> None:
    body = b'{"users":[{"sourcedId":"u-1"},{"sourcedId":{"id":7}},"u-3",{"sourcedId":"u-4"}]}'
    rows = wire.decode("users", body)
    assert [type(row) for row in rows] == [wire.User, wire.Malformed, wire.Malformed, wire.User]


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"user":[]}', b'{"users":{}}', b"<html>", b'{"users":[{"a":1}'])
def test_what_is_no_page_is_refused(body: bytes) -> None:
    with pytest.raises(wire.WrongShapeError):
        wire.decode("users", body)


@pytest.mark.parametrize(
    ("reports", "severity"),
    [
        (b'[{"imsx_severity":"warning"}]', "warning"),
        (b'[{"imsx_severity":"status"},{"imsx_severity":"Error"},{"imsx_severity":"warning"}]', "error"),
        (b'[{"imsx_severity":"status"}]', ""),
        (b'[{"imsx_severity":{}}]', ""),
        (b'{"imsx_severity":"error"}', ""),
        (b"null", ""),
    ],
)
def test_what_is_reported_beside_the_rows_is_seen_by_its_severity(reports: bytes, severity: str) -> None:
    for rows in (b'[{"sourcedId":"o-1"}]', b'[{"sourcedId":{}}]'):
        decoded = wire.decode_page("orgs", b'{"orgs":%b,"statusInfoSet":%b}' % (rows, reports))
        assert (len(decoded.rows), decoded.severity) == (1, severity)


def test_agents_and_dates_of_users_are_read() -> None:
    body = b"""{"users":[{"sourcedId":"p-1","agents":[{"sourcedId":"s-1","type":"user","href":"x"}],
        "dateLastModified":"2026-09-01T00:00:00+09:00"},{"sourcedId":"p-2","agentSourcedIds":"s-1,s-2"}]}"""
    first, second = wire.decode("users", body)
    assert isinstance(first, wire.User) and isinstance(second, wire.User)
    assert (first.agents, first.date_last_modified) == ([wire.Ref("s-1")], "2026-09-01T00:00:00+09:00")
    assert (second.agent_sourced_ids, second.date_last_modified) == ("s-1,s-2", None)


def test_flat_references_may_be_numbers_and_nulls_among_references_are_let_be() -> None:
    body = b"""{"users":[{"sourcedId":"u-1","orgSourcedIds":[12,"o-2"]},
        {"sourcedId":"u-2","agents":[null,{"sourcedId":"p-1"}]}]}"""
    first, second = wire.decode("users", body)
    assert isinstance(first, wire.User) and isinstance(second, wire.User)
    assert (references(first.org_sourced_ids), references(second.agents)) == (("12", "o-2"), ("p-1",))
