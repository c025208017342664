import numpy as np
import pytest

from denoising.baselines.debias import debias
from denoising.noise.models import NOISE_MODELS, Noise
from denoising.noise.moments import moments


@pytest.mark.parametrize("kind", NOISE_MODELS)
@pytest.mark.parametrize("factor", [0.0, 0.1, 0.5, 0.9])
def test_debiasing_recovers_the_clean_pixels_from_their_averages(kind: str, factor: float) -> None:
    levels = np.linspace(0, 1, 21)
    mean, _ = moments(levels, Noise(kind, factor))
    assert debias(mean.astype(np.float32), Noise(kind, factor)) == pytest.approx(levels, abs=2e-3)


def test_images_without_any_signal_are_not_debiased() -> None:
    grey = np.full((2, 28, 28, 1), 0.5, np.float32)
    assert debias(grey, Noise("salt_and_pepper", 1.0)) is grey
