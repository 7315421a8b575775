"""The in-memory table: indexes and transactions."""

from dataclasses import dataclass, replace

import pytest

from simulators.moodle.table import Table, UndoLog


@dataclass(frozen=True)
class Pupil:
    id: int
    form: str


def table_with_two() -> tuple[UndoLog, Table[Pupil]]:
    log = UndoLog()
    table = Table[Pupil](log, form=lambda pupil: pupil.form)
    table.put(Pupil(1, "7A"))
    table.put(Pupil(2, "7B"))
    return log, table


def test_a_changed_row_is_found_under_its_new_key_only() -> None:
    _, table = table_with_two()
    table.put(Pupil(1, "7B"))
    assert table.find("form", "7A") == []
    assert table.find("form", "7B") == [Pupil(1, "7B"), Pupil(2, "7B")]


def test_removing_leaves_the_other_row() -> None:
    _, table = table_with_two()
    table.remove(1)
    table.remove(99)
    assert list(table) == [Pupil(2, "7B")]
    assert table.first("form", "7A") is None


def test_a_failed_transaction_takes_back_inserts_changes_and_removals() -> None:
    log, table = table_with_two()
    with pytest.raises(RuntimeError), log.transaction():
        table.put(Pupil(table.next_id, "7C"))
        table.put(replace(Pupil(1, "7A"), form="7C"))
        table.remove(2)
        raise RuntimeError
    assert sorted(table, key=lambda pupil: pupil.id) == [Pupil(1, "7A"), Pupil(2, "7B")]
    assert table.find("form", "7C") == []
    assert table.next_id == 3


def test_a_finished_transaction_is_kept() -> None:
    log, table = table_with_two()
    with log.transaction():
        table.put(Pupil(table.next_id, "7C"))
    assert table.first("form", "7C") == Pupil(3, "7C")
