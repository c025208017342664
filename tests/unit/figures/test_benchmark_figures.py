import numpy as np

from denoising.figures.benchmark_figures import comparison_title, helpful_factors


def test_the_helpful_noise_factors_are_described_correctly() -> None:
    level = np.array([0.0, 0.1, 0.2, 0.3])
    for denoised, words in (
        ([20, 20, 20, 20], "helps from a noise factor of 0.2 on"),
        ([20, 20, 20, 5], "helps at noise factors from 0.2 to 0.2"),
        ([0, 0, 0, 0], "helps at no noise factor"),
    ):
        levels = {"level": level, "noisy_psnr": np.array([100.0, 22, 16, 13]), "denoised_psnr": np.array(denoised)}
        assert helpful_factors(levels) == words


def test_a_difference_is_claimed_only_where_the_interval_excludes_zero() -> None:
    assert comparison_title("BM3D", 2.2, low=2.1, high=2.3) == "The denoiser is 2.2 dB ahead of the best filter, BM3D"
    assert comparison_title("BM3D", -1.0, low=-1.1, high=-0.9) == "The denoiser is 1.0 dB behind the best filter, BM3D"
    assert comparison_title("BM3D", 0.4, low=-0.1, high=0.9) == "The denoiser and the best filter, BM3D, are level"
