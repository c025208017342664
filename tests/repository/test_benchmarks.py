"""The benchmarks, as far as they can be tried in seconds."""

import numpy as np

from benchmarks.clones import write_data
from denoising.io.splits import SPLIT_NAMES
from denoising.noise.prepared import open_split
from denoising.training.loader import require_one_size


def test_the_data_of_a_benchmark_are_what_a_training_expects(tmp_path):
    images = np.random.default_rng(1).integers(0, 256, (5, 28, 28), np.uint8)
    write_data(tmp_path, train=images, validation=images[:2])
    splits = [open_split(tmp_path / "data/prepared", name) for name in SPLIT_NAMES]
    require_one_size(splits)
    assert [len(split) for split in splits] == [5, 2, 1]
