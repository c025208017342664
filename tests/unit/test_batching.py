from collections.abc import Iterator

import numpy as np
import pytest

from denoising.batching import batches, prefetch, shuffled_chunks


def test_batches_leave_no_example_out() -> None:
    examples = np.arange(10)
    parts = [examples[part] for part in batches(10, size=4)]
    assert [len(part) for part in parts] == [4, 4, 2]
    np.testing.assert_array_equal(np.concatenate(parts), examples)
    assert list(batches(0, size=4)) == []


def test_an_epoch_has_every_example_once_in_whole_batches_and_its_own_order() -> None:
    def order(seed: int, epoch: int) -> list[int]:
        parts = list(shuffled_chunks(1000, batch_size=7, example_bytes=2**16, seed=seed, epoch=epoch))
        assert {len(part) for part in parts[:-1]} == {126}  # whole batches, less than 8 MB
        return [int(index) for part in parts for index in part]

    assert sorted(order(1, 0)) == list(range(1000))
    assert order(1, 0) == order(1, 0)
    assert len({tuple(order(1, 0)), tuple(order(1, 1)), tuple(order(2, 0)), tuple(range(1000))}) == 4


def test_prefetched_items_are_complete_and_in_order() -> None:
    assert list(prefetch(range(5))) == [0, 1, 2, 3, 4]
    assert list(prefetch([])) == []


def test_an_error_while_prefetching_is_raised_where_the_item_is_used() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise OSError("gone")

    items = prefetch(broken())
    assert next(items) == 1
    with pytest.raises(OSError, match="gone"):
        next(items)
