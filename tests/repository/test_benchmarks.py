"""The benchmarks, as far as they can be tried in seconds."""

from pathlib import Path

import numpy as np

from benchmarks.clones import write_data
from benchmarks.score_photographs import orientations
from denoising.images import Images
from denoising.io.splits import SPLIT_NAMES
from denoising.noise.prepared import open_split
from denoising.training.loader import require_one_size


def test_the_data_of_a_benchmark_are_what_a_training_expects(tmp_path: Path) -> None:
    images = np.random.default_rng(1).integers(0, 256, (5, 28, 28), np.uint8)
    write_data(tmp_path, train=images, validation=images[:2])
    splits = [open_split(tmp_path / "data/prepared", name) for name in SPLIT_NAMES]
    require_one_size(splits)
    assert [len(split) for split in splits] == [5, 2, 1]


def test_a_denoiser_is_applied_in_eight_orientations_and_turned_back() -> None:
    image = np.random.default_rng(1).random((1, 5, 7, 1), np.float32)
    seen: list[Images] = []

    def denoise(turned: Images) -> Images:
        seen.append(turned)
        return turned

    turned_back = list(orientations(denoise, image))
    assert len({of.tobytes() + bytes(of.shape) for of in seen}) == 8
    assert all((of == image).all() for of in turned_back)
