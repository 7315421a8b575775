"""What people did, as the audit log keeps it, in words."""

from uuid import UUID, uuid4

from dashboard_api.queries.runs import run_of
from dashboard_api.words.acts import explained

SCHOOL, OTHER = str(uuid4()), str(uuid4())


def act(action: str, subject: str = "school/x", **detail: object) -> dict[str, object]:
    return {"action": action, "subject": subject, "detail": detail}


def test_an_order_says_what_was_ordered_and_leads_to_the_schools_run() -> None:
    order = str(uuid4())
    found = explained(act("order", f"order/{order}", kind="roster", mode="full", dry_run=True, reason="why"), SCHOOL)
    assert (found["what"], found["reason"]) == ("Ordered a preview: Full sync", "why")
    assert found["to"] == f"/runs/{run_of(UUID(order), UUID(SCHOOL))}"
    assert explained(act("order", f"order/{order}", kind="undo", mode="full"))["what"] == "Ordered: Undo"


def test_of_an_act_about_several_schools_only_what_is_of_this_one_is_told() -> None:
    before = [{"school_id": OTHER, "mode": "on", "until": None}, {"school_id": SCHOOL, "mode": "on", "until": None}]
    after = [{**before[0], "mode": "additions_only"}, {**before[1], "mode": "paused", "until": "2027-01-05"}]
    found = explained(act("nightly mode", "district/north", before=before, after=after), SCHOOL)
    assert found["changes"] == [("Nightly sync", "on", "paused"), ("Until", "none", "5 Jan 2027")]


def test_what_is_the_districts_again_is_called_so() -> None:
    before, after = {"nightly": "20:00", "nights": ["mon", "tue"]}, {"nightly": None, "nights": None}
    found = explained(act("schedule", before=before, after=after))
    assert found["changes"] == [("Time", "20:00", "the district's"), ("Nights", "Mon and Tue", "the district's")]


def test_an_act_of_another_version_is_called_as_it_is() -> None:
    assert explained(act("teleport", "moon/1"))["what"] == "teleport"
