"""Adds noise to clean images. Images are float32 in [0, 1], shaped (N, H, W, C)."""

import numpy as np

from stages.lib.images import Images
from stages.lib.randomness import NOISE, generator


def add_gaussian_noise(
    clean: Images, *, noise_factor: float, seed: int, place: tuple[int, ...], first_index: int = 0
) -> Images:
    """Return clip(clean + noise_factor * n, 0, 1) with n standard normal, shaped like `clean`.

    Image i is given the noise of (seed, place, first_index + i) alone. `place` is the number of the split and, for
    further draws of the same images, that of the draw. So the result does not depend on how the images are cut into
    chunks, ordered or shared among workers. The clipping makes the noise biased: at factor 0.5
    a black pixel becomes 0.195 on average, a white one 0.805.
    """
    noisy = np.empty_like(clean)
    for position, image in enumerate(clean):
        random = generator(seed, NOISE, *place, first_index + position)
        noisy[position] = random.standard_normal(image.shape, dtype=np.float32)
    noisy *= np.float32(noise_factor)
    noisy += clean
    return np.clip(noisy, 0, 1, out=noisy)
