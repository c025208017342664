import numpy as np
import pytest

from denoising.figures.comparison_figures import comparison_title, drop_title, helpful_factors


@pytest.mark.parametrize(
    ("low_ends", "words"),
    [
        ([-9, -1, 0.5, 3], "increases the PSNR at factors of 0.2 and above"),
        ([-9, -1, 0.5, -3], "increases the PSNR at some factors from 0.2 to 0.2"),
        ([-9, -1, 0.0, 0.0], "increases the PSNR at no noise factor"),  # not distinguishable from no gain
        ([np.nan, np.nan, np.nan, np.nan], "is measured on too few images for intervals"),
    ],
)
def test_a_noise_factor_is_called_helpful_by_its_paired_interval(low_ends: list[float], words: str) -> None:
    sweep = {"factor": np.array([0.0, 0.1, 0.2, 0.3]), "gain_psnr_low": np.array(low_ends)}
    assert helpful_factors(sweep) == words


def test_a_difference_is_claimed_only_where_the_interval_excludes_zero() -> None:
    higher = "PSNR 2.2 dB higher than that of the best filter, median"
    assert comparison_title("median", 2.2, low=2.1, high=2.3) == higher
    lower = "PSNR 1.0 dB lower than that of the best filter, median"
    assert comparison_title("median", -1.0, low=-1.1, high=-0.9) == lower
    unknown = "The denoiser and the best filter, median, are not distinguishable"
    assert comparison_title("median", 0.4, low=-0.1, high=0.9) == unknown
    few = "PSNR 9.0 dB higher than that of the best filter, median; too few images for an interval"
    assert comparison_title("median", 9.0, low=None, high=None) == few


def test_a_drop_is_claimed_only_where_its_interval_excludes_zero() -> None:
    types = {
        "kind": np.array(["gaussian", "speckle", "poisson"]),
        "drop_psnr": np.array([0.0, 5.0, 9.0]),
        "drop_psnr_low": np.array([0.0, 4.8, -1.0]),
        "drop_psnr_high": np.array([0.0, 5.2, 19.0]),
    }
    assert drop_title(types) == "On speckle noise, the denoised PSNR is 5.0 dB lower than in distribution"
    none = {**types, "drop_psnr_low": np.array([0.0, -1.0, np.nan])}
    assert drop_title(none) == "No type of noise causes a drop that is distinguishable from 0"
