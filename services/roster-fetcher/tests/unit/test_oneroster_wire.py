"""Pages of real servers, in the shapes that they have."""

import pytest

from roster_fetcher.sources.oneroster import wire


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
