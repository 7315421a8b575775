"""Where a form may lead back to, and how much script of our own there is."""

from pathlib import Path

import pytest

import dashboard_api
from dashboard_api.pages.addresses import HOME, own_address

STATIC = Path(dashboard_api.__path__[0]) / "static"
MOST_BYTES = 15 * 1024


@pytest.mark.parametrize("address", ["/schools?district=north", "/runs/1#errors", "/"])
def test_paths_of_ours_are_followed(address: str) -> None:
    assert own_address(address) == address


@pytest.mark.parametrize(
    "address", ["", "schools", "https://other.example", "//other.example", "/\\other.example", "/\t/other.example",
                "/schools\\..\\..", "/\n/other.example"]
)  # fmt: skip
def test_anything_else_leads_to_the_schools(address: str) -> None:
    assert own_address(address) == HOME


def test_our_own_script_is_small() -> None:
    assert sum(file.stat().st_size for file in STATIC.glob("*.js")) <= MOST_BYTES
