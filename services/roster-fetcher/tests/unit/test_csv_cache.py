"""Downloaded packages: kept under a name of their own, whole or not at all, and not for ever."""

import os
from pathlib import Path
from time import time

import pytest

from roster_fetcher.sources.oneroster_csv.cache import KEPT_SECONDS, Incoming, cache_folder, cached_name, remove_old
from roster_fetcher.sources.oneroster_csv.ordering import Found
from roster_fetcher.sources.oneroster_csv.remote_file import remote_file

FOUND = Found("a.zip", 1, 1)


def test_whatever_may_be_another_package_has_another_name() -> None:
    founds = [FOUND, FOUND._replace(name="b.zip"), FOUND._replace(size=2), FOUND._replace(changed=2)]
    names = {cached_name("host", "/drop", found) for found in founds}
    names |= {cached_name("other", "/drop", FOUND), cached_name("host", "/other", FOUND)}
    assert len(names) == 6


def test_a_download_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConnectionError), Incoming(tmp_path / "a.zip") as file:
        file.write(b"half")
        raise ConnectionError
    assert [*tmp_path.iterdir()] == []


def test_a_download_is_there_when_it_is_whole(tmp_path: Path) -> None:
    with Incoming(tmp_path / "a.zip") as file:
        file.write(b"whole")
        assert not (tmp_path / "a.zip").exists()
        file.keep()
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]
    assert (tmp_path / "a.zip").read_bytes() == b"whole"


def test_packages_that_nobody_asked_for_in_a_long_time_are_removed(tmp_path: Path) -> None:
    for name, age in (("old.zip", KEPT_SECONDS + 60), ("new.zip", 60)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time() - age, time() - age))
    remove_old(tmp_path, time())
    assert [path.name for path in tmp_path.iterdir()] == ["new.zip"]


def test_nobody_else_may_read_the_cache() -> None:
    assert cache_folder().stat().st_mode & 0o077 == 0


def test_a_remote_file_is_read_from_where_it_is_asked() -> None:
    content = bytes(range(200))
    file = remote_file(len(content), lambda size, offset: content[offset : offset + size])
    assert file.seek(-10, 2) == 190
    assert file.read() == content[190:]
    file.seek(5)
    assert (file.read(3), file.tell()) == (content[5:8], 8)
    with pytest.raises(OSError, match="before the beginning"):
        file.seek(-300, 2)
