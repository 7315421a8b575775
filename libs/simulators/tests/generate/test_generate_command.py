"""The command writes a package that can be read."""

from pathlib import Path

import pytest

from simulators.generate import read_csv_package
from simulators.generate.__main__ import main


def test_the_command_writes_a_package(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(tmp_path / "district.zip", version="1.2", schools=2, students=100, quirks=0.01)

    district = read_csv_package(tmp_path / "district.zip")
    assert (district.version, len(district.schools)) == ("1.2", 2)
    assert f"{len(district.users)} users" in capsys.readouterr().out
