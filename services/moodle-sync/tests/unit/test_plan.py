"""What is to be done about one record."""

from hypothesis import given
from hypothesis import strategies as st

from common.events import Mode
from moodle_sync.mapping import Fields
from moodle_sync.plan import Applied, operations_for

fields = st.dictionaries(st.sampled_from(["firstname", "lastname", "email"]), st.sampled_from(["a", "b"]), min_size=3)
modes: st.SearchStrategy[Mode] = st.sampled_from(["nightly", "partial", "full"])


def carry_out(before: Applied | None, wanted: Fields, *, enabled: bool, mode: Mode) -> Applied | None:
    """What Moodle holds after the operations."""
    state = before
    for operation in operations_for("user", "k", wanted, b"h", before, enabled=enabled, mode=mode):
        held = state.fields if state else {}
        active = {"create": True, "reactivate": True, "suspend": False}.get(
            operation.kind, state.active if state else True
        )
        state = Applied({**held, **operation.after}, active)
    return state


@given(before=st.none() | st.builds(Applied, fields, st.booleans()), wanted=fields, enabled=st.booleans())
def test_after_a_full_run_moodle_is_as_wanted_and_a_second_does_nothing(
    before: Applied | None, wanted: Fields, enabled: bool
) -> None:
    after = carry_out(before, wanted, enabled=enabled, mode="full")
    assert after == Applied(wanted, enabled)
    assert operations_for("user", "k", wanted, b"h", after, enabled=enabled, mode="full") == []


@given(before=st.builds(Applied, fields, st.booleans()), wanted=fields, enabled=st.booleans(), mode=modes)
def test_only_a_full_run_changes_or_ends_what_is_there(
    before: Applied, wanted: Fields, enabled: bool, mode: Mode
) -> None:
    kinds = {o.kind for o in operations_for("user", "k", wanted, b"h", before, enabled=enabled, mode=mode)}
    if mode != "full":
        assert kinds <= {"reactivate"}
    assert ("reactivate" in kinds) == (enabled and not before.active)


def test_an_update_carries_only_what_differs_with_its_former_value() -> None:
    (update,) = operations_for(
        "user", "k", {"firstname": "New", "lastname": "Quill"}, b"h",
        Applied({"firstname": "Old", "lastname": "Quill"}, active=True), enabled=True, mode="full",
    )  # fmt: skip
    assert (update.before, update.after) == ({"firstname": "Old"}, {"firstname": "New"})
