"""Work that is shared by processes comes back in order."""

import os

from blogarchive.workers.pool import in_batches, map_in_order


def add_process(number: int) -> tuple[int, int]:
    """Return the number with the id of the process."""
    return number, os.getpid()


def test_items_come_back_in_order_from_other_processes() -> None:
    found = list(map_in_order(add_process, range(100), local=10))
    assert [item for item, _result in found] == list(range(100))
    assert [number for _item, (number, _pid) in found] == list(range(100))
    assert {pid for _item, (number, pid) in found if number < 10} == {os.getpid()}
    if len(os.sched_getaffinity(0)) > 1:
        assert os.getpid() not in {pid for _item, (number, pid) in found if number >= 10}


def test_few_items_start_no_process() -> None:
    assert list(map_in_order(add_process, range(3), local=10)) == [(n, (n, os.getpid())) for n in range(3)]


def test_large_items_are_in_small_batches() -> None:
    sizes = [1, 1, 1, 9, 1, 30, 1, 1]
    found = list(in_batches(sizes, most=3, size=lambda size: size, most_bytes=10))
    assert found == [[1, 1, 1], [9, 1], [30], [1, 1]]
