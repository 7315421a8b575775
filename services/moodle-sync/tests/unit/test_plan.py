"""What is to be done about one record."""

from hypothesis import given
from hypothesis import strategies as st

from moodle_sync.plan import Applied, operations_for
from rules.people import Fields

fields = st.dictionaries(st.sampled_from(["firstname", "lastname", "email"]), st.sampled_from(["a", "b"]), min_size=3)
applied = st.builds(Applied, fields, st.booleans(), st.just(7), st.booleans())


def carry_out(before: Applied | None, wanted: Fields, *, enabled: bool, everything: bool) -> Applied | None:
    """What Moodle holds after the operations."""
    state = before
    for operation in operations_for("user", "k", wanted, b"h", before, enabled=enabled, everything=everything):
        held = state.fields if state else {}
        active = {"create": True, "reactivate": True, "suspend": False}.get(
            operation.kind, state.active if state else True
        )
        state = Applied({**held, **operation.after}, active, 7)
    return state


@given(before=st.none() | applied, wanted=fields, enabled=st.booleans())
def test_after_a_full_run_moodle_is_as_wanted_and_a_second_does_nothing(
    before: Applied | None, wanted: Fields, enabled: bool
) -> None:
    after = carry_out(before, wanted, enabled=enabled, everything=True)
    assert after is not None
    assert (after.fields, after.active) == (wanted, enabled)
    assert operations_for("user", "k", wanted, b"h", after, enabled=enabled, everything=True) == []


@given(before=applied, wanted=fields, enabled=st.booleans(), everything=st.booleans())
def test_a_run_that_only_adds_changes_and_ends_nothing(
    before: Applied, wanted: Fields, enabled: bool, everything: bool
) -> None:
    kinds = {o.kind for o in operations_for("user", "k", wanted, b"h", before, enabled=enabled, everything=everything)}
    if not everything:
        assert kinds <= {"reactivate"}
    assert ("reactivate" in kinds) == (enabled and not before.active)


def test_an_update_carries_only_what_differs_with_its_former_value() -> None:
    (update,) = operations_for(
        "user", "k", {"firstname": "New", "lastname": "Quill"}, b"h",
        Applied({"firstname": "Old", "lastname": "Quill"}, active=True, moodle_id=7), enabled=True, everything=True,
    )  # fmt: skip
    assert (update.before, update.after) == ({"firstname": "Old"}, {"firstname": "New"})
