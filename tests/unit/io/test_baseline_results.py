from pathlib import Path

import numpy as np
import pytest

from denoising.errors import DamagedFileError
from denoising.io.baseline_results import evenly_spaced, open_baseline_results


def test_chosen_images_are_evenly_spaced() -> None:
    assert evenly_spaced(10, count=4).tolist() == [0, 2, 5, 7]
    assert evenly_spaced(3, count=10).tolist() == [0, 1, 2]


def test_filtered_images_that_do_not_match_are_refused(tmp_path: Path) -> None:
    (tmp_path / "about.json").write_text('{"methods": {}, "trivial": ["mean_image", "black"], "parameters": {}}')
    np.save(tmp_path / "test_indices.npy", np.arange(2))
    (tmp_path / "test_noise_sweep.csv").write_text("method,factor,index,psnr,ssim\nbm3d,0.5,0,16.5,0.7\n")
    for name in ("black", "mean_image"):
        np.save(tmp_path / f"test_{name}.npy", np.zeros((2, 28, 28, 1), np.float32))
    found = open_baseline_results(tmp_path, "test", image_shape=(28, 28, 1))
    assert found.noise_sweep["method"].tolist() == ["bm3d"]
    assert found.noise_sweep["psnr"].tolist() == [16.5]
    with pytest.raises(DamagedFileError, match=r"test_mean_image does not match the test split"):
        open_baseline_results(tmp_path, "test", image_shape=(32, 32, 1))
    (tmp_path / "test_black.npy").unlink()
    with pytest.raises(DamagedFileError, match=r"test_black.npy is missing"):
        open_baseline_results(tmp_path, "test", image_shape=(28, 28, 1))


def test_an_incomplete_description_is_named(tmp_path: Path) -> None:
    (tmp_path / "about.json").write_text('{"methods": {}}')
    with pytest.raises(DamagedFileError, match=r"about.json is incomplete"):
        open_baseline_results(tmp_path, "test", image_shape=(28, 28, 1))
