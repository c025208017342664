import numpy as np

from denoising.images import as_float
from denoising.io.splits import Split
from denoising.noise.models import Noise, add_noise
from denoising.noise.renoise import renoise


def test_an_image_keeps_its_random_numbers_at_every_noise_factor() -> None:
    clean_bytes = np.random.default_rng(1).integers(0, 256, (20, 12, 12, 1), np.uint8)
    prepared = add_noise(as_float(clean_bytes), Noise("gaussian", 0.5), seed=1, key=(1,))
    split = Split("validation", clean_bytes, np.zeros(20, np.uint8), prepared)
    chosen = np.array([3, 17])
    clean, noisy = renoise(split, chosen, noise=Noise("gaussian", 0.5), seed=1)
    np.testing.assert_array_equal(noisy, prepared[chosen])
    _, weaker = renoise(split, chosen, noise=Noise("gaussian", 0.25), seed=1)
    unclipped = (noisy > 0) & (noisy < 1) & (weaker > 0) & (weaker < 1)
    np.testing.assert_allclose((noisy - clean)[unclipped], 2 * (weaker - clean)[unclipped], atol=1e-6)
